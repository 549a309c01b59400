using Madang.Images.Domain;
using Madang.Images.Imaging.Native;

namespace Madang.Images.Imaging;

/// <summary>What a plan does after scaling: crop, canvas, mirror, rotation, colour, and alpha where the format has none.</summary>
internal static class Finisher
{
    public static VipsImage Finish(VipsImage image, RenderPlan plan, CancellationToken cancellation)
    {
        if (plan.Crop is { } crop && crop != Scaler.Whole(image.Size))
        {
            image = Scaler.Cut(image, crop);
        }

        if (plan.Canvas is { } canvas)
        {
            image = Lay(image, canvas, plan.Format.CarriesAlpha());
        }

        if (!plan.Format.CarriesAlpha())
        {
            image = Flatten(image, plan.Matte);
        }

        if (plan.Mirror)
        {
            image = image.Then(new VipsOperation("flip").Set("direction", "horizontal"));
        }

        if (plan.Rotation != 0)
        {
            image = image.ToMemory(cancellation).Then(new VipsOperation("rot").Set("angle", $"d{plan.Rotation}"));
        }

        return plan.Color switch
        {
            ColorMode.Gray => Gray(image),
            ColorMode.Bitonal => Gray(Flatten(image, plan.Matte))
                .Then(new VipsOperation("relational_const").Set("relational", "moreeq").Set("c", 128)),
            _ => image,
        };
    }

    private static VipsImage Lay(VipsImage image, Canvas canvas, bool alphaKept)
    {
        var background = canvas.Background;
        if (background.Opaque || !alphaKept)
        {
            image = Flatten(image, background);
        }

        // Gray, gray with alpha, colour, colour with alpha: the sheet has what the picture has, and what its colour needs.
        var gray = background.R == background.G && background.G == background.B;
        if (image.Bands < 3 && !gray)
        {
            image = image.Then(new VipsOperation("colourspace").Set("space", "srgb"));
        }

        if (!background.Opaque && alphaKept && !image.HasAlpha)
        {
            image = image.Then(new VipsOperation("bandjoin_const").Set("c", 255));
        }

        var color = image.Bands < 3 ? $"{background.R}" : $"{background.R} {background.G} {background.B}";
        return image.Then(new VipsOperation("embed")
            .Set("x", canvas.X).Set("y", canvas.Y).Set("width", canvas.Size.Width).Set("height", canvas.Size.Height)
            .Set("extend", "background")
            .Set("background", image.HasAlpha ? $"{color} {background.A}" : color));
    }

    private static VipsImage Flatten(VipsImage image, Rgba background)
    {
        if (!image.HasAlpha)
        {
            return image;
        }

        if (image.Bands < 3 && (background.R != background.G || background.G != background.B))
        {
            image = image.Then(new VipsOperation("colourspace").Set("space", "srgb"));
        }

        return image.Then(new VipsOperation("flatten").Set(
            "background", image.Bands < 3 ? $"{background.R}" : $"{background.R} {background.G} {background.B}"));
    }

    private static VipsImage Gray(VipsImage image) => image.Then(new VipsOperation("colourspace").Set("space", "b-w"));
}
