using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Madang.Images.Imaging.Native;

/// <summary>Starts libvips once, with the settings that a server wants.</summary>
internal static unsafe class VipsRuntime
{
    /// <summary>Only these decoders meet bytes of strangers; all others (SVG, PDF, ImageMagick's ...) are blocked.</summary>
    private static readonly string[] Decoders = ["Jpeg", "Png", "Webp", "Heif", "Nsgif", "Tiff"];

    private static readonly Lazy<Version> Started = new(Start);

    /// <summary>The version of libvips; starts it at the first call.</summary>
    /// <exception cref="InvalidOperationException">libvips is not installed, or too old.</exception>
    public static Version Initialise() => Started.Value;

    private static Version Start()
    {
        try
        {
            if (LibVips.vips_init("madang") != 0)
            {
                throw new InvalidOperationException($"libvips did not start: {TakeErrors()}");
            }
        }
        catch (DllNotFoundException missing)
        {
            throw new InvalidOperationException("libvips is not installed. Install it with: apt-get install libvips42", missing);
        }

        var version = new Version(LibVips.vips_version(0), LibVips.vips_version(1), LibVips.vips_version(2));
        if (version < new Version(8, 13))
        {
            throw new InvalidOperationException($"libvips {version} is too old; 8.13 or newer is needed (older ones cannot block decoders).");
        }

        // Requests run side by side already: one thread a picture wastes nothing, and no picture is asked for twice in a row.
        LibVips.vips_concurrency_set(1);
        LibVips.vips_cache_set_max(0);

        LibVips.vips_operation_block_set("VipsForeignLoad", 1);
        foreach (var decoder in Decoders)
        {
            LibVips.vips_operation_block_set($"VipsForeignLoad{decoder}", 0);
        }

        // Warnings about odd files are not ours to print; what matters comes back as an error.
        const int messageInfoWarning = 1 << 4 | 1 << 5 | 1 << 6;
        LibVips.g_log_set_handler("VIPS", messageInfoWarning, &Ignore, 0);
        return version;
    }

    /// <summary>
    /// What went wrong last. libvips keeps one buffer for the process, so with several pictures at once the text may
    /// speak of another one: it is for people, never to decide by.
    /// </summary>
    internal static string TakeErrors()
    {
        var text = LibVips.vips_error_buffer_copy();
        try
        {
            return Marshal.PtrToStringUTF8(text)?.Trim() ?? "";
        }
        finally
        {
            LibVips.g_free(text);
            LibVips.vips_error_clear();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ignore(nint domain, int level, nint message, nint data)
    {
    }
}

/// <summary>libvips refused: mostly a broken file. The message is its own.</summary>
internal sealed class VipsException(string message) : Exception(message);
