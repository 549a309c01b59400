using Madang.Images.Domain;
using Madang.Images.Imaging.Native;

namespace Madang.Images.Imaging;

/// <summary>A picture on disk whose type is known and whose header was read.</summary>
internal sealed class SourceFile
{
    private SourceFile(string path, SourceFormat format, VipsImage header)
    {
        Path = path;
        Format = format;
        Frames = format.CanAnimate() ? header.Int("n-pages") ?? 1 : 1;
        Stored = header.Size;
        Orientation = format is SourceFormat.Avif or SourceFormat.Heic || Frames > 1
            ? Orientation.Upright // HEIF turns by its own boxes, which the decoder obeys: EXIF has no say. Nor in animations.
            : new Orientation(header.Int("orientation") ?? 1);
        HasAlpha = header.HasAlpha;
        HasProfile = header.Has("icc-profile-data");
        BytesPerPixel = header.BytesPerPixel;
    }

    public string Path { get; }

    public SourceFormat Format { get; }

    /// <summary>The size of one frame as it lies in the file.</summary>
    public PixelSize Stored { get; }

    public Orientation Orientation { get; }

    public PixelSize Upright => Orientation.Turn(Stored);

    public bool HasAlpha { get; }

    public bool HasProfile { get; }

    public int Frames { get; }

    public int BytesPerPixel { get; }

    /// <exception cref="ImagingException">Empty, of no type that we take, or the header is broken.</exception>
    public static SourceFile Open(string path)
    {
        var format = Sniff(path);
        try
        {
            using var header = Loader(path, format).Run();
            return new SourceFile(path, format, header);
        }
        catch (VipsException broken)
        {
            throw Refuse(path, format, broken);
        }
    }

    /// <summary>
    /// Plans to decode it, row by row from the top. A JPEG can be decoded at a half, a quarter or an eighth
    /// (<paramref name="shrink"/>) for a fraction of the work.
    /// </summary>
    public VipsImage Load(int shrink = 1, bool allFrames = false)
    {
        var loader = Loader(Path, Format);
        if (shrink > 1)
        {
            loader.Set("shrink", shrink);
        }

        if (allFrames && Frames > 1)
        {
            loader.Set("n", -1);
        }

        return loader.Run();
    }

    /// <summary>Runs work that decodes this file. When libvips gives up, the file is broken, unless we stopped it.</summary>
    public T Decoding<T>(CancellationToken cancellation, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (VipsException broken)
        {
            cancellation.ThrowIfCancellationRequested();
            throw Refuse(Path, Format, broken);
        }
    }

    /// <summary>Why a decoder gave up: the file ends too early, or is broken.</summary>
    private static ImagingException Refuse(string path, SourceFormat format, VipsException broken)
    {
        using var file = File.OpenRead(path);
        return FileStructure.Read(file, format).IsWhole
            ? new ImagingException(ImagingException.Corrupt, $"The {format} file cannot be decoded.", broken)
            : new ImagingException(ImagingException.Truncated, $"The {format} file ends too early.", broken);
    }

    private static SourceFormat Sniff(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> head = stackalloc byte[ImageSniffer.Needed];
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        return head switch
        {
            [] => throw new ImagingException(ImagingException.Empty, "The file is empty."),
            _ when ImageSniffer.Sniff(head) is { } format => format,
            _ when ImageSniffer.IsSvg(head) => throw new ImagingException(
                ImagingException.SvgRefused, "SVG is refused: it can carry scripts and links. Send a PNG of it."),
            _ => throw new ImagingException(
                ImagingException.TypeUnknown, "The file is not a JPEG, PNG, WebP, AVIF, HEIC, GIF or TIFF picture."),
        };
    }

    private static VipsOperation Loader(string path, SourceFormat format)
    {
        var loader = new VipsOperation(format switch
        {
            SourceFormat.Jpeg => "jpegload",
            SourceFormat.Png => "pngload",
            SourceFormat.Webp => "webpload",
            SourceFormat.Gif => "gifload",
            SourceFormat.Tiff => "tiffload",
            _ => "heifload",
        });

        // The path is a property here, never a libvips "filename[options]".
        return loader.Set("filename", path).Set("access", "sequential").Set("fail-on", "truncated");
    }
}
