using System.Globalization;
using System.Text;

namespace Madang.Images.Domain;

/// <summary>
/// The name of what a plan makes: equal plans have equal names, however they were asked for (query, preset or IIIF), so that
/// equal pictures are made once. It is the variant part of the cache's key; nobody reads it back.
/// </summary>
internal static class VariantName
{
    /// <summary>Raise when the same plan starts to give other bytes (new encoder settings): old cache entries then die unseen.</summary>
    private const int RendererVersion = 1;

    public static string Of(RenderPlan plan)
    {
        var name = new StringBuilder(64).Append(CultureInfo.InvariantCulture, $"{RendererVersion}");
        if (plan.Region is { } region)
            name.Append(CultureInfo.InvariantCulture, $"_r{region}");
        name.Append(CultureInfo.InvariantCulture, $"_{plan.Scale}");
        if (plan.Crop is { } crop)
            name.Append(CultureInfo.InvariantCulture, $"_c{crop}");
        if (plan.Canvas is { } canvas)
            name.Append(CultureInfo.InvariantCulture, $"_k{canvas.Size},{canvas.X},{canvas.Y},{canvas.Background.Hex}");
        if (plan.Matte != Rgba.White)
            name.Append(CultureInfo.InvariantCulture, $"_m{plan.Matte.Hex}");
        if (plan.Mirror || plan.Rotation != 0)
            name.Append(CultureInfo.InvariantCulture, $"_t{(plan.Mirror ? "!" : "")}{plan.Rotation}");
        if (plan.Color is not ColorMode.Color)
            name.Append(plan.Color is ColorMode.Gray ? "_gray" : "_bitonal");
        if (plan.Animated)
            name.Append("_moving");
        if (plan.Format.HasQuality())
            name.Append(CultureInfo.InvariantCulture, $"_q{plan.Quality}");
        return name.Append('.').Append(plan.Format.Extension()).ToString();
    }
}
