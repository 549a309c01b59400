using Madang.Platform.Web;

namespace Madang.Images.Domain.Iiif;

/// <summary>What a request comes to with a given source: the plan, and the canonical spelling (section 4.8) for <c>rel="canonical"</c>.</summary>
/// <param name="Plan">What is made.</param>
/// <param name="CanonicalPath"><c>{region}/{size}/{rotation}/{quality}.{format}</c>, to be put behind the image's base URI.</param>
internal sealed record IiifImage(RenderPlan Plan, string CanonicalPath);

/// <summary><c>{region}/{size}/{rotation}/{quality}.{format}</c> of the IIIF Image API 3.0, level 2 with mirroring, upscaling and bitonal.</summary>
internal sealed record IiifImageRequest(IiifRegion Region, IiifSize Size, bool Mirror, int Rotation, ColorMode Color, OutputFormat Format)
{
    /// <summary>Reads the four path segments, decoded. Says nothing of the source yet.</summary>
    public static Result<IiifImageRequest> Parse(string region, string size, string rotation, string qualityAndFormat)
    {
        if (!IiifRegion.Parse(region).Succeeded(out var what, out var failure)
            || !IiifSize.Parse(size).Succeeded(out var how, out failure)
            || !IiifRotation.Parse(rotation).Succeeded(out var turn, out failure))
            return failure;

        var dot = qualityAndFormat.LastIndexOf('.');
        if (dot < 0)
            return IiifFailure.Of("invalid_format", "The last part must be {quality}.{format}, such as default.jpg.");

        ColorMode? color = qualityAndFormat[..dot] switch
        {
            "default" or "color" => ColorMode.Color,
            "gray" => ColorMode.Gray,
            "bitonal" => ColorMode.Bitonal,
            _ => null,
        };
        if (color is null)
            return IiifFailure.Of("invalid_quality", "The quality must be default, color, gray or bitonal.");
        if (OutputFormats.FromExtension(qualityAndFormat[(dot + 1)..]) is not { } format)
            return IiifFailure.Of("invalid_format", "The format must be jpg, png, webp, avif or gif.");

        return new IiifImageRequest(what, how, turn.Mirror, turn.Degrees, color.Value, format);
    }

    /// <summary>The request met with a source. A moving source gives its first frame: IIIF knows stills.</summary>
    public Result<IiifImage> Plan(SourceShape source, OutputLimits limits)
    {
        if (!Region.Resolve(source.Size).Succeeded(out var region, out var failure)
            || !Size.Resolve(region.Size, limits).Succeeded(out var scale, out failure))
            return failure;

        var whole = region == new PixelRect(0, 0, source.Size.Width, source.Size.Height);
        var plan = new RenderPlan
        {
            Region = whole ? null : region,
            Scale = scale,
            Mirror = Mirror,
            Rotation = Rotation,
            Color = Color,
            Format = Format,
            Quality = Format.HasQuality() ? Format.QualityFor() : 0,
        };
        return new IiifImage(plan, Canonical(region, scale, whole, limits));
    }

    private string Canonical(PixelRect region, PixelSize scale, bool whole, OutputLimits limits)
    {
        // Our default quality is colour, so `color` is spelled `default`.
        var quality = Color switch { ColorMode.Gray => "gray", ColorMode.Bitonal => "bitonal", _ => "default" };
        return $"{(whole ? "full" : region.ToString())}/{CanonicalSize(region.Size, scale, limits)}/{(Mirror ? "!" : "")}{Rotation}/{quality}.{Format.Extension()}";
    }

    private static string CanonicalSize(PixelSize region, PixelSize scale, OutputLimits limits)
    {
        if (scale == Geometry.Limit(region, limits))
            return "max";
        if (scale == Geometry.Largest(region, limits))
            return "^max";
        var upscaled = scale.Width > region.Width || scale.Height > region.Height;
        return $"{(upscaled ? "^" : "")}{scale.Width},{scale.Height}";
    }
}
