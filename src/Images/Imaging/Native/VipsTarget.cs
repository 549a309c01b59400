using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Madang.Images.Imaging.Native.LibVips;

namespace Madang.Images.Imaging.Native;

/// <summary>Lets a saver write to a stream. What the stream throws (disk full) comes out as it was thrown.</summary>
internal sealed unsafe class VipsTarget : IDisposable
{
    private readonly Stream stream;
    private readonly nint handle;
    private GCHandle self;
    private Exception? failure;

    public VipsTarget(Stream stream)
    {
        VipsRuntime.Initialise();
        this.stream = stream;
        self = GCHandle.Alloc(this);
        handle = vips_target_custom_new();
        delegate* unmanaged[Cdecl]<nint, byte*, long, nint, long> write = &Write;
        g_signal_connect_data(handle, "write", write, GCHandle.ToIntPtr(self), 0, 0);
    }

    /// <summary>Pulls the pixels of an image through a saver into the stream.</summary>
    public void Save(VipsOperation saver, VipsImage image, CancellationToken cancellation)
    {
        using var kill = image.KillOn(cancellation);
        try
        {
            saver.Set("in", image).SetObject("target", handle).RunToEnd();
        }
        catch (VipsException) when (failure is { } thrown)
        {
            throw new IOException(thrown.Message, thrown) { HResult = thrown.HResult }; // which tells a full disk
        }
    }

    public void Dispose()
    {
        g_object_unref(handle);
        self.Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Write(nint target, byte* data, long length, nint context)
    {
        var me = (VipsTarget)GCHandle.FromIntPtr(context).Target!;
        try
        {
            me.stream.Write(new ReadOnlySpan<byte>(data, checked((int)length)));
            return length;
        }
        catch (Exception thrown)
        {
            // No exception may cross native frames.
            me.failure = thrown;
            return -1;
        }
    }
}
