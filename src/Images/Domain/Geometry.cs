namespace Madang.Images.Domain;

/// <summary>
/// Sizes to the pixel. Every side is rounded half up in whole numbers (no floating point, so that every machine agrees) and is at
/// least 1: a 10000 x 1 strip at width 100 is 100 x 1.
/// </summary>
internal static class Geometry
{
    /// <summary><paramref name="side"/> x <paramref name="numerator"/> / <paramref name="denominator"/>, rounded half up, at least 1.</summary>
    public static int Scaled(int side, long numerator, long denominator) =>
        (int)Int128.Clamp((2 * (Int128)side * numerator + denominator) / (2 * (Int128)denominator), 1, int.MaxValue);

    /// <summary>The largest size of the same shape inside the box; a missing side does not bind. It may enlarge: see <see cref="Shrink"/>.</summary>
    public static PixelSize FitInside(PixelSize size, int? width, int? height)
    {
        if (width is null && height is null)
        {
            return size;
        }

        // Which side touches the box first, by cross products instead of a division.
        var widthBinds = height is null || (width is not null && (long)size.Width * height.Value >= (long)size.Height * width.Value);
        return widthBinds
            ? new(width!.Value, Scaled(size.Height, width.Value, size.Width))
            : new(Scaled(size.Width, height!.Value, size.Height), height.Value);
    }

    /// <summary>As <see cref="FitInside"/>, but never larger than it was.</summary>
    public static PixelSize Shrink(PixelSize size, int? width, int? height) =>
        FitInside(size, Math.Min(width ?? size.Width, size.Width), Math.Min(height ?? size.Height, size.Height));

    /// <summary>The smallest size of the same shape that covers <paramref name="box"/>: what is then cropped to it.</summary>
    public static PixelSize Cover(PixelSize size, PixelSize box) =>
        (long)size.Width * box.Height >= (long)size.Height * box.Width
            ? new(Math.Max(box.Width, Scaled(size.Width, box.Height, size.Height)), box.Height)
            : new(box.Width, Math.Max(box.Height, Scaled(size.Height, box.Width, size.Width)));

    /// <summary>The same shape, shrunk only as far as the limits demand.</summary>
    public static PixelSize Limit(PixelSize size, OutputLimits limits)
    {
        var fitted = Shrink(size, limits.MaxSide, limits.MaxSide);
        if (fitted.Pixels <= limits.MaxPixels)
        {
            return fitted;
        }

        // Rounded down, so that the product of the sides does not exceed the area. In a strip the short side stays 1, and the long
        // one takes what there is.
        var factor = Math.Sqrt((double)limits.MaxPixels / fitted.Pixels);
        var width = Math.Max(1, (int)(fitted.Width * factor));
        var height = Math.Max(1, (int)(fitted.Height * factor));
        return width == 1
            ? new(1, (int)Math.Min(height, limits.MaxPixels))
            : new((int)Math.Min(width, limits.MaxPixels / height), height);
    }

    /// <summary>The largest size of this shape within the limits, enlarging if need be (IIIF's <c>^max</c>).</summary>
    public static PixelSize Largest(PixelSize size, OutputLimits limits)
    {
        var bySide = FitInside(size, limits.MaxSide, limits.MaxSide);
        return Limit(bySide, limits);
    }
}
