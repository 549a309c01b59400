using System.Text.Json.Serialization;

namespace Madang.Images.Domain.Iiif;

/// <summary>The document <c>info.json</c> (section 5). Properties are written in the order they stand here, <c>@context</c> first.</summary>
internal sealed record IiifInfo
{
    public const string ContextUri = "http://iiif.io/api/image/3/context.json";

    /// <summary>For the <c>Link</c> header of images and of <c>info.json</c> (section 6).</summary>
    public const string ProfileLink = "<http://iiif.io/api/image/3/level2.json>;rel=\"profile\"";

    private const int TileSide = 512;

    [JsonPropertyName("@context")]
    public string Context { get; } = ContextUri;

    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("type")]
    public string Type { get; } = "ImageService3";

    [JsonPropertyName("protocol")]
    public string Protocol { get; } = "http://iiif.io/api/image";

    [JsonPropertyName("profile")]
    public string Profile { get; } = "level2";

    [JsonPropertyName("width")]
    public required int Width { get; init; }

    [JsonPropertyName("height")]
    public required int Height { get; init; }

    [JsonPropertyName("maxWidth")]
    public required int MaxWidth { get; init; }

    [JsonPropertyName("maxHeight")]
    public required int MaxHeight { get; init; }

    [JsonPropertyName("maxArea")]
    public required long MaxArea { get; init; }

    [JsonPropertyName("sizes")]
    public required IReadOnlyList<IiifInfoSize> Sizes { get; init; }

    [JsonPropertyName("tiles")]
    public required IReadOnlyList<IiifInfoTile> Tiles { get; init; }

    [JsonPropertyName("preferredFormats")]
    public IReadOnlyList<string> PreferredFormats { get; } = ["webp", "jpg"];

    [JsonPropertyName("extraFormats")]
    public IReadOnlyList<string> ExtraFormats { get; } = ["webp", "avif", "gif"];

    [JsonPropertyName("extraQualities")]
    public IReadOnlyList<string> ExtraQualities { get; } = ["color", "gray", "bitonal"];

    /// <summary>Beyond level 2, which has the regions, sizes and quarter turns, CORS, the redirect of the base URI and JSON-LD.</summary>
    [JsonPropertyName("extraFeatures")]
    public IReadOnlyList<string> ExtraFeatures { get; } = ["canonicalLinkHeader", "mirroring", "profileLinkHeader", "sizeUpscaling"];

    /// <param name="id">The image's base URI: scheme, host, prefix and identifier, without a slash at the end.</param>
    /// <param name="source">The upright size of the source.</param>
    /// <param name="limits">What may leave.</param>
    public static IiifInfo For(string id, PixelSize source, OutputLimits limits)
    {
        var tile = (int)Math.Min(Math.Min(TileSide, limits.MaxSide), Math.Sqrt(limits.MaxPixels));
        var factors = ScaleFactors(source, tile);
        return new IiifInfo
        {
            Id = id,
            Width = source.Width,
            Height = source.Height,
            MaxWidth = limits.MaxSide,
            MaxHeight = limits.MaxSide,
            MaxArea = limits.MaxPixels,
            Sizes = [.. factors.Reverse().Select(factor => Divided(source, factor)).Where(limits.Allow).Select(size => new IiifInfoSize(size.Width, size.Height))],
            Tiles = [new IiifInfoTile(tile, factors)],
        };
    }

    /// <summary>Doubling until the whole picture fits into one tile.</summary>
    private static int[] ScaleFactors(PixelSize source, int tile)
    {
        var factors = new List<int> { 1 };
        while (Math.Max(source.Width, source.Height) > (long)tile * factors[^1])
            factors.Add(factors[^1] * 2);
        return [.. factors];
    }

    /// <summary>Rounded up, as viewers compute the size of edge tiles.</summary>
    private static PixelSize Divided(PixelSize size, int factor) => new((size.Width + factor - 1) / factor, (size.Height + factor - 1) / factor);
}

/// <summary>A size of the whole picture that viewers may prefer.</summary>
internal sealed record IiifInfoSize([property: JsonPropertyName("width")] int Width, [property: JsonPropertyName("height")] int Height);

/// <summary>Square tiles and the reductions at which they are asked.</summary>
internal sealed record IiifInfoTile([property: JsonPropertyName("width")] int Width, [property: JsonPropertyName("scaleFactors")] IReadOnlyList<int> ScaleFactors);
