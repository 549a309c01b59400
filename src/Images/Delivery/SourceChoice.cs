using Madang.Images.Domain;
using Madang.Images.Imaging;
using Madang.Images.Storage;

namespace Madang.Images.Delivery;

/// <summary>Which stored picture a rendering starts from.</summary>
internal static class SourceChoice
{
    /// <summary>
    /// The mezzanine is lossy itself. Shrunk by a quarter or more nothing of that is left to see; nearer to its own size the original serves.
    /// </summary>
    private const double Margin = 1.25;

    /// <summary>Whether the mezzanine is good enough: a still plan of the whole picture, clearly smaller than the mezzanine.</summary>
    public static bool MezzanineServes(ImageRow image, RenderPlan plan) =>
        image is { Mezzanine: not null, MezzanineWidth: { } width }
        && !plan.Animated
        && plan.Region is null
        && plan.Scale.Width * Margin <= width;

    /// <summary>What is known of the source without opening it, for an estimate; what the row does not tell is taken as the costlier.</summary>
    public static SourceInfo Describe(ImageRow image, bool fromMezzanine)
    {
        var size = fromMezzanine ? Geometry.Shrink(image.Shape.Size, Mezzanine.MaxSide, Mezzanine.MaxSide) : image.Shape.Size;
        var format = fromMezzanine
            ? image.HasAlpha ? SourceFormat.Webp : SourceFormat.Jpeg
            : Enum.GetValues<SourceFormat>().First(one => one.MediaType() == image.Type);
        return new SourceInfo(
            format,
            size.Width,
            size.Height,
            fromMezzanine ? new Orientation(1) : new Orientation(3),
            image.HasAlpha,
            fromMezzanine ? 1 : image.Frames,
            Interlaced: !fromMezzanine,
            HasProfile: !fromMezzanine,
            BytesPerPixel: fromMezzanine ? 4 : 8,
            image.Bytes);
    }
}
