using Madang.Images.Domain;
using Madang.Images.Storage;

namespace Madang.Images.Delivery;

/// <summary>The plans that a job makes ahead of any request: the asked long edges in the configured formats.</summary>
internal static class PreparedSizes
{
    /// <summary>The formats when none are configured: what today's browsers take.</summary>
    private static readonly OutputFormat[] DefaultFormats = [OutputFormat.Avif, OutputFormat.Webp];

    public static IReadOnlyList<OutputFormat> Formats(ImagesOptions options) => options.PreparedFormats.Length == 0
        ? DefaultFormats
        : [.. options.PreparedFormats.Select(name => OutputFormats.FromExtension(name)
            ?? throw new InvalidOperationException($"Images:PreparedFormats: there is no format `{name}`; known are webp, avif, jpg, png and gif."))];

    /// <summary>The plans of an image, each once: sizes above the original's come to the original's own.</summary>
    public static IReadOnlyList<RenderPlan> Plans(ImageRow image, IEnumerable<OutputFormat> formats, OutputLimits limits) =>
        [.. from format in formats
            where image.Frames == 1 || format.CarriesFrames()
            from size in image.Sizes
            let plan = TransformPlanner.Plan(new Transform { Width = size, Height = size }, image.Shape, format, limits)
            group plan by VariantName.Of(plan) into same
            select same.First()];

    /// <summary>Whether a job may have made what this plan describes: a plain scaling to one of the asked long edges.</summary>
    public static bool Include(ImageRow image, RenderPlan plan) =>
        plan is { Region: null, Crop: null, Canvas: null, Mirror: false, Rotation: 0, Color: ColorMode.Color }
        && (!plan.Format.HasQuality() || plan.Quality == plan.Format.QualityFor())
        && image.Sizes.Any(size => Geometry.Shrink(image.Shape.Size, size, size) == plan.Scale);

    public static string BlobKey(Guid image, string variant) => ImageRow.Key(image, $"prepared/{variant}");
}
