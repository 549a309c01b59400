using System.Runtime.InteropServices;
using Madang.Images.Domain;
using static Madang.Images.Imaging.Native.LibVips;

namespace Madang.Images.Imaging.Native;

/// <summary>
/// A picture, or the plan of one: libvips works when pixels are asked for. Operations hold references to their inputs, so
/// that an image may be disposed as soon as the next one is made of it (<see cref="Then"/> does).
/// </summary>
internal sealed unsafe class VipsImage : SafeHandle
{
    private const int Uchar = 0;

    public VipsImage(nint handle)
        : base(0, ownsHandle: true)
    {
        SetHandle(handle);
    }

    public override bool IsInvalid => handle == 0;

    public int Width => vips_image_get_width(this);

    public int Height => vips_image_get_height(this);

    public PixelSize Size => new(Width, Height);

    public int Bands => vips_image_get_bands(this);

    public bool HasAlpha => vips_image_hasalpha(this) != 0;

    public bool Is8Bit => vips_image_get_format(this) == Uchar;

    public int BytesPerPixel => Bands * (int)vips_format_sizeof(vips_image_get_format(this));

    internal static nuint Type { get; } = FindType();

    /// <summary>Runs an operation on this image and gives the result in its place; this one is disposed.</summary>
    public VipsImage Then(VipsOperation operation, string input = "in")
    {
        using (this)
        {
            return operation.Set(input, this).Run();
        }
    }

    /// <summary>Another hold on this image, to be disposed by itself.</summary>
    public VipsImage Reference()
    {
        var taken = false;
        DangerousAddRef(ref taken);
        try
        {
            return new VipsImage(g_object_ref(handle));
        }
        finally
        {
            DangerousRelease();
        }
    }

    /// <summary>The same pixels (not copied) under an image of our own, whose fields may be set; this one is disposed.</summary>
    public VipsImage Own() => Then(new VipsOperation("copy"));

    /// <summary>Works out all pixels now and keeps them; this one is disposed.</summary>
    public VipsImage ToMemory(CancellationToken cancellation)
    {
        using (this)
        using (KillOn(cancellation))
        {
            vips_error_clear();
            var copy = vips_image_copy_memory(this);
            return copy != 0 ? new VipsImage(copy) : throw new VipsException(VipsRuntime.TakeErrors());
        }
    }

    /// <summary>The pixels, band by band, row by row.</summary>
    public byte[] ToBytes()
    {
        vips_error_clear();
        nuint size;
        var memory = vips_image_write_to_memory(this, &size);
        if (memory == 0)
        {
            throw new VipsException(VipsRuntime.TakeErrors());
        }

        var bytes = new ReadOnlySpan<byte>((void*)memory, checked((int)size)).ToArray();
        g_free(memory);
        return bytes;
    }

    /// <summary>An 8-bit picture of given pixels (copied).</summary>
    public static VipsImage FromBytes(ReadOnlySpan<byte> pixels, PixelSize size, int bands)
    {
        VipsRuntime.Initialise();
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, size.Pixels * bands);
        fixed (byte* data = pixels)
        {
            return new VipsImage(vips_image_new_from_memory_copy(data, (nuint)pixels.Length, size.Width, size.Height, bands, Uchar));
        }
    }

    /// <summary>Until disposed, a cancellation stops whatever pulls pixels through this image; it then fails.</summary>
    public CancellationTokenRegistration KillOn(CancellationToken cancellation) =>
        cancellation.Register(static image => vips_image_set_kill((VipsImage)image!, 1), this);

    public bool Has(string field) => vips_image_get_typeof(this, field) != 0;

    public int? Int(string field)
    {
        int value;
        return Has(field) && vips_image_get_int(this, field, &value) == 0 ? value : null;
    }

    /// <summary>Only for an image that is <see cref="Own"/>.</summary>
    public void SetInt(string field, int value) => vips_image_set_int(this, field, value);

    public int[] Ints(string field)
    {
        int* values;
        int count;
        return Has(field) && vips_image_get_array_int(this, field, &values, &count) == 0
            ? new ReadOnlySpan<int>(values, count).ToArray()
            : [];
    }

    /// <summary>Only for an image that is <see cref="Own"/>.</summary>
    public void SetInts(string field, ReadOnlySpan<int> values)
    {
        fixed (int* first = values)
        {
            vips_image_set_array_int(this, field, first, values.Length);
        }
    }

    /// <summary>Only for an image that is <see cref="Own"/>.</summary>
    public void SetBlob(string field, ReadOnlySpan<byte> value)
    {
        fixed (byte* first = value)
        {
            vips_image_set_blob_copy(this, field, first, (nuint)value.Length);
        }
    }

    /// <summary>Only for an image that is <see cref="Own"/>.</summary>
    public void Remove(string field) => vips_image_remove(this, field);

    protected override bool ReleaseHandle()
    {
        g_object_unref(handle);
        return true;
    }

    private static nuint FindType()
    {
        VipsRuntime.Initialise();
        return vips_image_get_type();
    }
}
