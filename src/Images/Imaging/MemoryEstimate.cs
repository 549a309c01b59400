using Madang.Images.Domain;

namespace Madang.Images.Imaging;

/// <summary>
/// What a rendering is going to hold in memory at its peak, so that work is admitted by what it costs. The numbers are
/// measured (peak resident memory of libvips 8.14 with its loaders and savers) and rounded up: two or three times too much at worst,
/// never too little.
/// </summary>
internal static class MemoryEstimate
{
    private const long Base = 16_000_000;

    /// <summary>The resampler keeps about this many rows of the source at a time.</summary>
    private const int RowsKept = 1500;

    /// <summary>Bytes for one rendering.</summary>
    public static long Of(SourceInfo source, RenderPlan plan)
    {
        var animated = plan.Animated && plan.Format.CarriesFrames() && source.IsAnimated;
        var alpha = plan.Format.CarriesAlpha() && (source.HasAlpha || plan.Canvas is { Background.Opaque: false });
        var copies = animated ? source.Frames : (source.Orientation.ReordersRows ? 1 : 0) + (plan.Rotation != 0 ? 1 : 0);
        return Base
            + Decoding(source, animated)
            + Rows(source, plan.Scale, plan.Region?.Size ?? source.Size)
            + (copies * 4 * plan.Scale.Pixels)
            + Encoding(plan.Format, plan.OutputSize, alpha);
    }

    /// <summary>Bytes for a mezzanine and other sizes from one decode.</summary>
    public static long OfMezzanine(SourceInfo source, IReadOnlyCollection<RenderPlan> others)
    {
        var size = Geometry.Shrink(source.Size, Mezzanine.MaxSide, Mezzanine.MaxSide);
        RenderPlan[] plans = [.. others, new() { Scale = size, Format = source.HasAlpha ? OutputFormat.Webp : OutputFormat.Jpeg }];
        return plans.Max(plan => Of(source, plan)) + plans.Select(plan => plan.Scale).Distinct().Sum(scale => 4 * scale.Pixels);
    }

    /// <summary>What the decoder holds: nothing to speak of where rows come one by one, else the whole picture and its own tables.</summary>
    private static long Decoding(SourceInfo source, bool animated) => source.Format switch
    {
        SourceFormat.Jpeg => source.Interlaced ? 6 * source.Size.Pixels : 0,
        SourceFormat.Png => source.Interlaced ? source.BytesPerPixel * source.Size.Pixels : 0,
        SourceFormat.Tiff => source.BytesPerPixel * source.Size.Pixels,
        SourceFormat.Webp when animated => (8 * source.Size.Pixels) + (3 * source.Pixels),
        _ => 8 * source.Size.Pixels,
    };

    /// <summary>Transparent pixels are multiplied by their alpha, as floating point, before they are mixed.</summary>
    private static long Rows(SourceInfo source, PixelSize to, PixelSize from)
    {
        var shrink = source.Format == SourceFormat.Jpeg ? Scaler.Shrink(from, to) : 1;
        return (long)from.Width / shrink * Math.Min(from.Height, RowsKept) * (source.HasAlpha ? 16 : Math.Max(3, source.BytesPerPixel));
    }

    private static long Encoding(OutputFormat format, PixelSize size, bool alpha) => size.Pixels * (format switch
    {
        OutputFormat.Webp => alpha ? 14 : 6,
        OutputFormat.Avif => alpha ? 28 : 21,
        OutputFormat.Gif => 30,
        OutputFormat.Jpeg => 6,
        _ => 2,
    });
}
