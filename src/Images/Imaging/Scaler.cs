using Madang.Images.Domain;
using Madang.Images.Imaging.Native;

namespace Madang.Images.Imaging;

/// <summary>From a file to upright 8-bit sRGB pixels of an exact size, doing as little work as the size needs.</summary>
internal static class Scaler
{
    private const string Profile = "icc-profile-data";

    /// <summary>A still picture, or the first frame.</summary>
    public static VipsImage Scale(SourceFile source, PixelRect? region, PixelSize size, CancellationToken cancellation)
    {
        var upright = region ?? Whole(source.Upright);
        if (!IsInside(upright, source.Upright))
        {
            throw new ImagingException(ImagingException.RegionOutside, $"The region {upright} is not inside the picture of {source.Upright} pixels.");
        }

        var stored = source.Orientation.ToStored(upright, source.Stored);
        var target = source.Orientation.Turn(size);
        var shrink = source.Format == SourceFormat.Jpeg ? Shrink(stored, source.Stored, target) : 1;

        var image = source.Load(shrink);
        if (stored.Size != source.Stored)
        {
            image = Cut(image, Divide(stored, shrink, image.Size));
        }

        image = Resize(image, target);
        if (source.Orientation.ReordersRows)
        {
            // Rows come once and in order; the small result is kept so that they can be taken in another.
            image = image.ToMemory(cancellation);
        }

        return source.Orientation == Orientation.Upright ? image : image.Then(new VipsOperation("autorot"));
    }

    /// <summary>Scales to exactly this size, with alpha premultiplied, into sRGB (or gray for a picture that is gray).</summary>
    public static VipsImage Resize(VipsImage image, PixelSize size)
    {
        var thumbnail = new VipsOperation("thumbnail_image")
            .Set("width", size.Width)
            .Set("height", size.Height)
            .Set("size", "force")
            .Set("no-rotate", true);

        // Only what has a profile goes through the colour engine: it would shift the colours of pictures that have none.
        var profiled = image.Has(Profile);
        if (profiled)
        {
            thumbnail.Set("export-profile", "srgb");
        }

        image = image.Then(thumbnail);
        if (profiled)
        {
            image = image.Own();
            image.Remove(Profile);
        }

        return image.Is8Bit ? image : image.Then(new VipsOperation("cast").Set("format", "uchar"));
    }

    public static VipsImage Cut(VipsImage image, PixelRect rect) => image.Then(
        new VipsOperation("extract_area").Set("left", rect.X).Set("top", rect.Y).Set("width", rect.Width).Set("height", rect.Height),
        "input");

    /// <summary>
    /// How far the JPEG decoder may shrink by itself. It averages blocks, which is fast but coarse: a factor of two is left
    /// for the resampling that follows, so that the result is as sharp and clean as from all pixels.
    /// </summary>
    internal static int Shrink(PixelSize from, PixelSize to) => Factor(from, to) switch
    {
        >= 16 => 8,
        >= 8 => 4,
        >= 4 => 2,
        _ => 1,
    };

    /// <summary>The same for a part of a picture, which must not shift when its edges fall between the averaged blocks.</summary>
    private static int Shrink(PixelRect part, PixelSize whole, PixelSize to)
    {
        var shrink = Shrink(part.Size, to);
        while (shrink > 1 && !OnGrid(shrink) && Factor(part.Size, to) < 8 * shrink)
        {
            shrink /= 2;
        }

        return shrink;

        bool OnGrid(int grid) =>
            part.X % grid == 0 && part.Y % grid == 0
            && ((part.X + part.Width) % grid == 0 || part.X + part.Width == whole.Width)
            && ((part.Y + part.Height) % grid == 0 || part.Y + part.Height == whole.Height);
    }

    private static double Factor(PixelSize from, PixelSize to) =>
        Math.Min((double)from.Width / to.Width, (double)from.Height / to.Height);

    internal static PixelRect Whole(PixelSize size) => new(0, 0, size.Width, size.Height);

    private static bool IsInside(PixelRect rect, PixelSize size) =>
        rect is { X: >= 0, Y: >= 0, Width: > 0, Height: > 0 }
        && (long)rect.X + rect.Width <= size.Width
        && (long)rect.Y + rect.Height <= size.Height;

    /// <summary>The rectangle on the shrunken picture, to the nearest pixel.</summary>
    private static PixelRect Divide(PixelRect rect, int shrink, PixelSize within)
    {
        var left = Math.Min(Nearest(rect.X), within.Width - 1);
        var top = Math.Min(Nearest(rect.Y), within.Height - 1);
        var right = Math.Clamp(Nearest(rect.X + rect.Width), left + 1, within.Width);
        var bottom = Math.Clamp(Nearest(rect.Y + rect.Height), top + 1, within.Height);
        return new(left, top, right - left, bottom - top);

        int Nearest(int position) => (position + (shrink / 2)) / shrink;
    }
}
