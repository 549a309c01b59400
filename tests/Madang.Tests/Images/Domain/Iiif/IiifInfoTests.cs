using System.Text.Json;
using FsCheck.Fluent;
using Madang.Images.Domain;
using Madang.Images.Domain.Iiif;
using Xunit;

namespace Madang.Tests.Images.Domain.Iiif;

public class IiifInfoTests
{
    [Fact]
    public void The_document_has_what_section_5_requires_and_the_context_first()
    {
        var json = JsonSerializer.Serialize(IiifInfo.For("https://example.org/iiif/3/abc", new(6000, 4000), OutputLimits.Default));

        Assert.StartsWith("{\"@context\":\"http://iiif.io/api/image/3/context.json\",\"id\":\"https://example.org/iiif/3/abc\",\"type\":\"ImageService3\","
            + "\"protocol\":\"http://iiif.io/api/image\",\"profile\":\"level2\",\"width\":6000,\"height\":4000,"
            + "\"maxWidth\":16383,\"maxHeight\":16383,\"maxArea\":50000000,\"sizes\":[{\"width\":375,\"height\":250}", json, StringComparison.Ordinal);
        Assert.Contains("\"tiles\":[{\"width\":512,\"scaleFactors\":[1,2,4,8,16]}]", json, StringComparison.Ordinal);
        Assert.Contains("\"extraFormats\":[\"webp\",\"avif\",\"gif\"]", json, StringComparison.Ordinal);
        Assert.Contains("\"extraQualities\":[\"color\",\"gray\",\"bitonal\"]", json, StringComparison.Ordinal);
        Assert.Contains("\"sizeUpscaling\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_size_and_every_tile_that_is_offered_can_be_had() => Property.Holds(
        from source in SomeTransform.Source
        from limits in Gen.Elements(OutputLimits.Default, new OutputLimits(1000, 300_000), new OutputLimits(64, 64), new OutputLimits(100, 1_000_000))
        from column in Gen.Choose(0, 40)
        from row in Gen.Choose(0, 40)
        select (source, limits, column, row),
        it =>
        {
            var (source, limits, column, row) = it;
            var info = IiifInfo.For("https://example.org/x", source.Size, limits);
            var sizes = info.Sizes.All(size => Has("full", $"{size.Width},{size.Height}", source, limits));
            return sizes && info.Tiles[0].ScaleFactors.All(factor => Tile(info.Tiles[0].Width, factor, column, row, source.Size) is not { } tile
                || Has(tile.Region, tile.Size, source, limits));
        });

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("application/ld+json", true)]
    [InlineData("application/ld+json;profile=\"http://iiif.io/api/image/3/context.json\"", true)]
    [InlineData("application/json, application/ld+json", true)]
    [InlineData("application/json", false)]
    [InlineData("application/json, application/ld+json;q=0.5", false)]
    [InlineData("application/ld+json;q=0", false)]
    [InlineData("text/html,application/xhtml+xml,*/*;q=0.8", false)] // a browser shows JSON, and saves JSON-LD
    public void The_type_follows_accept(string? accept, bool linked) =>
        Assert.Equal(linked ? IiifInfoType.JsonLd : IiifInfoType.Json, IiifInfoType.Choose(accept));

    /// <summary>As viewers compute it: section 3 of the implementation notes.</summary>
    private static (string Region, string Size)? Tile(int side, int factor, int column, int row, PixelSize full)
    {
        var (x, y) = ((long)column * side * factor, (long)row * side * factor);
        if (x >= full.Width || y >= full.Height)
            return null;
        var (width, height) = (Math.Min((long)side * factor, full.Width - x), Math.Min((long)side * factor, full.Height - y));
        return ($"{x},{y},{width},{height}", $"{(width + factor - 1) / factor},{(height + factor - 1) / factor}");
    }

    private static bool Has(string region, string size, SourceShape source, OutputLimits limits) =>
        IiifImageRequest.Parse(region, size, "0", "default.jpg").Value.Plan(source, limits).Succeeded(out _, out _);
}
