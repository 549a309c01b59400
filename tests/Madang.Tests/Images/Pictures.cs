using System.Collections.Concurrent;
using System.Text;
using Madang.Images.Domain;
using Madang.Images.Imaging;
using Madang.Images.Imaging.Native;

namespace Madang.Tests.Images;

/// <summary>Pictures for tests, all made by code, each made once a process. The bytes are shared: do not change them.</summary>
internal static class Pictures
{
    private static readonly ConcurrentDictionary<string, Lazy<byte[]>> Made = new(StringComparer.Ordinal);

    /// <summary>4000 x 3000, as from a phone: JPEG at quality 90, with EXIF, GPS, maker note and XMP.</summary>
    public static byte[] Phone12Mp() => Once("phone", () => PictureMetadata.InJpeg(Photo(4000, 3000, "jpegsave", ("Q", "90")), 1));

    /// <summary>A photograph-like JPEG without metadata.</summary>
    public static byte[] Jpeg(int width = 640, int height = 480) =>
        Once($"jpeg {width}x{height}", () => Photo(width, height, "jpegsave", ("Q", "90")));

    public static byte[] ProgressiveJpeg(int width = 640, int height = 480) =>
        Once($"progressive {width}x{height}", () => Photo(width, height, "jpegsave", ("Q", "90"), ("interlace", "true")));

    public static byte[] GrayJpeg(int width = 320, int height = 240) => Once($"gray {width}x{height}", () =>
        Encode(Rgb(width, height).Then(new VipsOperation("colourspace").Set("space", "b-w")), "jpegsave"));

    public static byte[] CmykJpeg(int width = 320, int height = 240) => Once($"cmyk {width}x{height}", () =>
        Encode(Rgb(width, height).Then(new VipsOperation("colourspace").Set("space", "cmyk")), "jpegsave"));

    /// <summary>
    /// 96 x 64 when upright, with a quarter of the area each red (top left), green (top right), blue (bottom left) and white
    /// (bottom right), stored in this EXIF orientation, with GPS, maker note and XMP.
    /// </summary>
    public static byte[] Oriented(int orientation) => Once($"oriented {orientation}", () =>
        PictureMetadata.InJpeg(Encode(Turned(Corners(), orientation), "jpegsave", ("Q", "95"), ("subsample-mode", "off")), orientation));

    /// <summary>The same four quarters in another format, with the metadata that the format can carry.</summary>
    public static byte[] WithMetadata(SourceFormat format) => Once($"metadata {format}", () =>
    {
        if (format == SourceFormat.Jpeg)
        {
            return Oriented(1);
        }

        return Encode(Tagged(Corners()), Saver(format), Options(format));
    });

    /// <summary>
    /// As <see cref="WithMetadata"/>, but its EXIF says that it lies on its side. PNG and WebP mean that; AVIF and HEIC do not
    /// (only their own boxes count), though phones write it.
    /// </summary>
    public static byte[] WithExifOrientation(SourceFormat format, int orientation) => Once($"exif {orientation} {format}", () =>
        Encode(Tagged(Corners(), orientation), Saver(format), Options(format)));

    public static byte[] AnimatedWebpWithMetadata() =>
        Once("animated metadata", () => Encode(Tagged(Frames(3, 96, 64)), "webpsave", ("lossless", "true")));

    /// <summary>64 x 64 in Display P3, with that profile; its one colour is <see cref="WideGamutColor"/> in sRGB.</summary>
    public static byte[] WideGamutPng() => Once("p3", () => Encode(
        Painted(64, 64, 3, (_, _) => WideGamutColor)
            .Then(new VipsOperation("icc_transform").Set("input-profile", "srgb").Set("output-profile", "p3")),
        "pngsave",
        ("profile", "p3")));

    public static Rgba WideGamutColor { get; } = new(240, 20, 20);

    public static byte[] Png(int width = 320, int height = 240) => Once($"png {width}x{height}", () => Photo(width, height, "pngsave"));

    public static byte[] InterlacedPng(int width = 320, int height = 240) =>
        Once($"interlaced {width}x{height}", () => Photo(width, height, "pngsave", ("interlace", "true")));

    /// <summary>Transparent on the left, half transparent in the middle, opaque on the right; orange.</summary>
    public static byte[] TransparentPng(int width = 300, int height = 200) =>
        Once($"transparent {width}x{height}", () => Encode(Fading(width, height), "pngsave"));

    public static byte[] TransparentWebp(int width = 300, int height = 200) =>
        Once($"transparent webp {width}x{height}", () => Encode(Fading(width, height), "webpsave", ("lossless", "true")));

    public static byte[] Png16(int width = 320, int height = 240) => Once($"png16 {width}x{height}", () =>
        Encode(Rgb(width, height).Then(new VipsOperation("colourspace").Set("space", "rgb16")), "pngsave"));

    public static byte[] Webp(int width = 320, int height = 240) => Once($"webp {width}x{height}", () => Photo(width, height, "webpsave"));

    public static byte[] Avif(int width = 320, int height = 240) => Once($"avif {width}x{height}", () =>
        Photo(width, height, "heifsave", Options(SourceFormat.Avif)));

    public static byte[] Heic(int width = 320, int height = 240) => Once($"heic {width}x{height}", () =>
        Photo(width, height, "heifsave", Options(SourceFormat.Heic)));

    public static byte[] Tiff(int width = 320, int height = 240) => Once($"tiff {width}x{height}", () =>
        Photo(width, height, "tiffsave", ("compression", "lzw")));

    /// <summary>Frame i is one flat colour of <see cref="FrameColor"/>; each is shown 40 + 10 i ms; it repeats for ever.</summary>
    public static byte[] AnimatedGif(int frames = 4, int width = 120, int height = 80) =>
        Once($"gif {frames} {width}x{height}", () => Encode(Frames(frames, width, height), "gifsave"));

    public static byte[] AnimatedWebp(int frames = 4, int width = 120, int height = 80) =>
        Once($"awebp {frames} {width}x{height}", () => Encode(Frames(frames, width, height), "webpsave", ("lossless", "true")));

    public static byte[] Gif(int width = 120, int height = 80) => AnimatedGif(1, width, height);

    public static Rgba FrameColor(int frame) => (frame % 4) switch
    {
        0 => new(255, 0, 0),
        1 => new(0, 255, 0),
        2 => new(0, 0, 255),
        _ => new(255, 255, 255),
    };

    /// <summary>A whole, plain picture of each format.</summary>
    public static byte[] Of(SourceFormat format) => format switch
    {
        SourceFormat.Jpeg => Jpeg(320, 240),
        SourceFormat.Png => Png(),
        SourceFormat.Webp => Webp(),
        SourceFormat.Avif => Avif(),
        SourceFormat.Heic => Heic(),
        SourceFormat.Gif => AnimatedGif(),
        _ => Tiff(),
    };

    /// <summary>The first six tenths of a picture.</summary>
    public static byte[] Truncated(SourceFormat format) => Of(format)[..(Of(format).Length * 6 / 10)];

    /// <summary>A few hundred bytes whose header claims hundreds of megapixels (no such trick is known for AVIF and HEIC here).</summary>
    public static byte[] Bomb(SourceFormat format) => Once($"bomb {format}", () => Bombs.Make(format));

    public static byte[] TextNamedJpg() => Encoding.UTF8.GetBytes("This is no picture, whatever its name says.\n");

    public static byte[] Svg() => Encoding.UTF8.GetBytes(
        """<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><script>alert(1)</script></svg>""");

    /// <summary>The right type, then noise.</summary>
    public static byte[] Corrupt(SourceFormat format) => Once($"corrupt {format}", () =>
    {
        var bytes = (byte[])Of(format).Clone();
        new Random(7).NextBytes(bytes.AsSpan(16, bytes.Length - 16));
        return bytes;
    });

    private static byte[] Once(string name, Func<byte[]> make) => Made.GetOrAdd(name, _ => new Lazy<byte[]>(make)).Value;

    private static byte[] Photo(int width, int height, string saver, params (string, string)[] options) =>
        Encode(Rgb(width, height), saver, options);

    private static VipsImage Rgb(int width, int height) =>
        VipsImage.FromBytes(Photograph.Pixels(width, height), new(width, height), 3).Then(new VipsOperation("copy").Set("interpretation", "srgb"));

    private static VipsImage Painted(int width, int height, int bands, Func<int, int, Rgba> color)
    {
        var pixels = new byte[width * height * bands];
        for (var i = 0; i < width * height; i++)
        {
            var (r, g, b, a) = color(i % width, i / width);
            new[] { r, g, b, a }.AsSpan(0, bands).CopyTo(pixels.AsSpan(i * bands));
        }

        return VipsImage.FromBytes(pixels, new(width, height), bands).Then(new VipsOperation("copy").Set("interpretation", "srgb"));
    }

    private static VipsImage Corners() => Painted(96, 64, 3, (x, y) => (x < 48, y < 32) switch
    {
        (true, true) => new(255, 0, 0),
        (false, true) => new(0, 255, 0),
        (true, false) => new(0, 0, 255),
        _ => new(255, 255, 255),
    });

    private static VipsImage Tagged(VipsImage image, int orientation = 1)
    {
        var tagged = image.Own();
        tagged.SetInt("orientation", orientation);
        tagged.SetBlob("exif-data", PictureMetadata.Exif(orientation));
        tagged.SetBlob("xmp-data", PictureMetadata.Xmp);
        return tagged;
    }

    private static VipsImage Fading(int width, int height) =>
        Painted(width, height, 4, (x, _) => new(255, 128, 0, (byte)(x < width / 3 ? 0 : x < width * 2 / 3 ? 128 : 255)));

    private static VipsImage Frames(int frames, int width, int height)
    {
        var image = Painted(width, height * frames, 3, (_, y) => FrameColor(y / height));
        if (frames > 1)
        {
            image.SetInt("page-height", height);
            image.SetInts("delay", [.. Enumerable.Range(0, frames).Select(i => 40 + (10 * i))]);
            image.SetInt("loop", 0);
        }

        return image;
    }

    /// <summary>The upright picture as a camera in this orientation would have stored it: the undoing of what EXIF asks for.</summary>
    private static VipsImage Turned(VipsImage upright, int orientation)
    {
        return orientation switch
        {
            2 => Flip(upright),
            3 => Rotate(upright, 180),
            4 => Flip(Rotate(upright, 180)),
            5 => Flip(Rotate(upright, 90)),
            6 => Rotate(upright, 270),
            7 => Flip(Rotate(upright, 270)),
            8 => Rotate(upright, 90),
            _ => upright,
        };

        static VipsImage Flip(VipsImage image) => image.Then(new VipsOperation("flip").Set("direction", "horizontal"));

        static VipsImage Rotate(VipsImage image, int degrees) => image.Then(new VipsOperation("rot").Set("angle", $"d{degrees}"));
    }

    private static string Saver(SourceFormat format) => format switch
    {
        SourceFormat.Jpeg => "jpegsave",
        SourceFormat.Png => "pngsave",
        SourceFormat.Webp => "webpsave",
        SourceFormat.Gif => "gifsave",
        SourceFormat.Tiff => "tiffsave",
        _ => "heifsave",
    };

    private static (string, string)[] Options(SourceFormat format) => format switch
    {
        SourceFormat.Avif => [("compression", "av1"), ("effort", "0"), ("bitdepth", "8")],
        SourceFormat.Heic => [("compression", "hevc"), ("effort", "0"), ("bitdepth", "8")],
        _ => [],
    };

    private static byte[] Encode(VipsImage image, string saver, params (string Name, string Value)[] options)
    {
        using (image)
        {
            var path = Path.GetTempFileName();
            var operation = new VipsOperation(saver).Set("in", image).Set("filename", path);
            foreach (var (name, value) in options)
            {
                operation.Set(name, value);
            }

            operation.RunToEnd();
            var bytes = File.ReadAllBytes(path);
            File.Delete(path);
            return bytes;
        }
    }
}
