using FsCheck;
using FsCheck.Fluent;
using Madang.Images.Domain;
using Madang.Images.Domain.Iiif;
using Madang.Platform.Web;
using Xunit;

namespace Madang.Tests.Images.Domain.Iiif;

/// <summary>IIIF Image API 3.0, sections 4.1 to 4.8. The examples are those of the specification, with its 300 x 200 picture, where it has some.</summary>
public class IiifImageRequestTests
{
    private static readonly SourceShape Picture = new(new(300, 200));

    [Theory]
    [InlineData("full", null)]
    [InlineData("square", "50,0,200,200")]
    [InlineData("125,15,120,140", "125,15,120,140")]
    [InlineData("pct:41.6,7.5,40,70", "124,15,120,140")]
    [InlineData("125,15,200,200", "125,15,175,185")] // cut at the edge
    [InlineData("pct:41.6,7.5,66.6,100", "124,15,176,185")]
    [InlineData("0,0,300,200", null)] // all of it is `full`
    [InlineData("pct:0,0,100,100", null)]
    [InlineData("0,0,999999999,999999999", null)]
    [InlineData("pct:99.99,99.99,0.001,0.001", "299,199,1,1")]
    [InlineData("010,0,10,10", "10,0,10,10")]
    public void Takes_the_region(string region, string? expected)
    {
        var image = Image($"{region}/max/0/default.jpg").Value;
        Assert.Equal(expected, image.Plan.Region?.ToString());
        Assert.StartsWith((expected ?? "full") + "/max/", image.CanonicalPath, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("max", "300x200", "max")]
    [InlineData("150,", "150x100", "150,100")]
    [InlineData(",150", "225x150", "225,150")]
    [InlineData("pct:50", "150x100", "150,100")]
    [InlineData("pct:.5", "2x1", "2,1")]
    [InlineData("225,100", "225x100", "225,100")]
    [InlineData("!225,100", "150x100", "150,100")]
    [InlineData("!500,500", "300x200", "max")] // confined never enlarges without ^
    [InlineData("^360,", "360x240", "^360,240")]
    [InlineData("^,240", "360x240", "^360,240")]
    [InlineData("^pct:120", "360x240", "^360,240")]
    [InlineData("^360,360", "360x360", "^360,360")]
    [InlineData("^!360,360", "360x240", "^360,240")]
    [InlineData("^100,", "100x67", "100,67")] // ^ allows, it does not demand
    [InlineData("300,200", "300x200", "max")]
    [InlineData("^max", "1000x667", "^max")]
    [InlineData("^!9999,9999", "1000x667", "^max")]
    [InlineData("^1000,667", "1000x667", "^max")]
    public void Scales_to_the_size(string size, string expected, string canonical)
    {
        var image = Image($"full/{size}/0/default.jpg", limits: new(1000, 10_000_000)).Value;
        Assert.Equal((expected, $"full/{canonical}/0/default.jpg"), (image.Plan.Scale.ToString(), image.CanonicalPath));
    }

    [Fact]
    public void Max_is_held_by_the_limits()
    {
        Assert.Equal("200x133", Image("full/max/0/default.jpg", limits: new(200, 10_000_000)).Value.Plan.Scale.ToString());
        Assert.Equal("38x25", Image("full/max/0/default.jpg", limits: new(200, 1000)).Value.Plan.Scale.ToString());
    }

    [Theory]
    [InlineData("0", false, 0, "300x200", "0")]
    [InlineData("90", false, 90, "200x300", "90")]
    [InlineData("180.0", false, 180, "300x200", "180")]
    [InlineData("!270", true, 270, "200x300", "!270")]
    [InlineData("!0", true, 0, "300x200", "!0")]
    [InlineData("360", false, 0, "300x200", "0")]
    public void Mirrors_and_turns(string rotation, bool mirror, int degrees, string size, string canonical)
    {
        var image = Image($"full/max/{rotation}/default.jpg").Value;
        Assert.Equal((mirror, degrees, size), (image.Plan.Mirror, image.Plan.Rotation, image.Plan.OutputSize.ToString()));
        Assert.Equal($"full/max/{canonical}/default.jpg", image.CanonicalPath);
    }

    [Theory]
    [InlineData("default.jpg", "Color", "Jpeg", "default.jpg")]
    [InlineData("color.png", "Color", "Png", "default.png")]
    [InlineData("gray.webp", "Gray", "Webp", "gray.webp")]
    [InlineData("bitonal.avif", "Bitonal", "Avif", "bitonal.avif")]
    [InlineData("default.gif", "Color", "Gif", "default.gif")]
    public void Takes_quality_and_format(string last, string color, string format, string canonical)
    {
        var image = Image($"full/max/0/{last}").Value;
        Assert.Equal((color, format), (image.Plan.Color.ToString(), image.Plan.Format.ToString()));
        Assert.EndsWith(canonical, image.CanonicalPath, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("all/max/0/default.jpg", "invalid_region")]
    [InlineData("1,2,3/max/0/default.jpg", "invalid_region")]
    [InlineData("1,2,3,4,5/max/0/default.jpg", "invalid_region")]
    [InlineData("-1,0,10,10/max/0/default.jpg", "invalid_region")]
    [InlineData("1.5,0,10,10/max/0/default.jpg", "invalid_region")]
    [InlineData("pct:1e1,0,10,10/max/0/default.jpg", "invalid_region")]
    [InlineData("pct:-1,0,10,10/max/0/default.jpg", "invalid_region")]
    [InlineData("99999999999,0,10,10/max/0/default.jpg", "invalid_region")]
    [InlineData("0,0,0,10/max/0/default.jpg", "empty_region")]
    [InlineData("pct:0,0,10,0/max/0/default.jpg", "empty_region")]
    [InlineData("300,0,10,10/max/0/default.jpg", "region_outside")]
    [InlineData("pct:0,100,10,10/max/0/default.jpg", "region_outside")]
    [InlineData("full/full/0/default.jpg", "invalid_size")] // version 2's word
    [InlineData("full/,/0/default.jpg", "invalid_size")]
    [InlineData("full/^/0/default.jpg", "invalid_size")]
    [InlineData("full//0/default.jpg", "invalid_size")]
    [InlineData("full/10/0/default.jpg", "invalid_size")]
    [InlineData("full/!10,/0/default.jpg", "invalid_size")]
    [InlineData("full/^^10,/0/default.jpg", "invalid_size")]
    [InlineData("full/10,20,30/0/default.jpg", "invalid_size")]
    [InlineData("full/+10,/0/default.jpg", "invalid_size")]
    [InlineData("full/0,/0/default.jpg", "empty_size")]
    [InlineData("full/10,0/0/default.jpg", "empty_size")]
    [InlineData("full/!0,0/0/default.jpg", "empty_size")]
    [InlineData("full/pct:0/0/default.jpg", "empty_size")]
    [InlineData("full/pct:0.01/0/default.jpg", "empty_size")]
    [InlineData("full/301,/0/default.jpg", "size_needs_upscaling")]
    [InlineData("full/,201/0/default.jpg", "size_needs_upscaling")]
    [InlineData("full/10,201/0/default.jpg", "size_needs_upscaling")]
    [InlineData("full/pct:100.1/0/default.jpg", "size_needs_upscaling")]
    [InlineData("0,0,10,10/11,/0/default.jpg", "size_needs_upscaling")]
    [InlineData("full/^16384,/0/default.jpg", "size_above_limit")]
    [InlineData("full/^pct:999999/0/default.jpg", "size_above_limit")]
    [InlineData("full/max/361/default.jpg", "invalid_rotation")]
    [InlineData("full/max/-90/default.jpg", "invalid_rotation")]
    [InlineData("full/max/!/default.jpg", "invalid_rotation")]
    [InlineData("full/max/north/default.jpg", "invalid_rotation")]
    [InlineData("full/max/22.5/default.jpg", "unsupported_rotation")]
    [InlineData("full/max/0/native.jpg", "invalid_quality")]
    [InlineData("full/max/0/default.tif", "invalid_format")]
    [InlineData("full/max/0/default.JPG", "invalid_format")]
    [InlineData("full/max/0/default", "invalid_format")]
    public void Refuses_with_400(string path, string code)
    {
        var failure = Image(path).Failure;
        Assert.Equal(($"iiif.{code}", 400), (failure?.Code, failure?.Status));
    }

    [Fact]
    public void The_short_side_of_a_strip_keeps_a_pixel() =>
        Assert.Equal("100x1", Image("full/pct:1/0/default.jpg", new(new(10_000, 1))).Value.Plan.Scale.ToString());

    [Fact]
    public void The_canonical_spelling_gives_the_same_picture_and_itself() => Property.Holds(
        from source in SomeTransform.Source
        from limits in SomeTransform.Limits
        from path in Path(source.Size)
        select (source, limits, path),
        it =>
        {
            if (!Image(it.path, it.source, it.limits).Succeeded(out var image, out var failure))
                return failure.Status == 400;
            var again = Image(image.CanonicalPath, it.source, it.limits).Value;
            return again == image && it.limits.Allow(image.Plan.Scale) && image.Plan.Scale is { Width: >= 1, Height: >= 1 };
        },
        tests: 5000);

    [Fact]
    public void Without_a_caret_nothing_grows() => Property.Holds(
        from source in SomeTransform.Source
        from path in Path(source.Size)
        select (source, path),
        it => it.path.Contains('^') || !Image(it.path, it.source).Succeeded(out var image, out _)
            || (image.Plan.Scale.Width <= (image.Plan.Region?.Width ?? it.source.Size.Width)
                && image.Plan.Scale.Height <= (image.Plan.Region?.Height ?? it.source.Size.Height)),
        tests: 2000);

    private static Gen<string> Path(PixelSize source) =>
        from x in Gen.Choose(0, source.Width)
        from y in Gen.Choose(0, source.Height)
        from w in Gen.Choose(1, source.Width)
        from h in Gen.Choose(1, source.Height)
        from percent in Gen.Choose(1, 150).Select(number => number * 0.75m)
        from region in Gen.Elements("full", "square", $"{x},{y},{w},{h}", $"pct:{percent / 4},{percent / 8},{percent},{percent / 3}")
        from caret in Gen.Elements("", "", "^")
        from size in Gen.Elements("max", $"{w},", $",{h}", $"{w},{h}", $"!{w},{h}", $"pct:{percent}", $"{Math.Max(1, w / 10)},{Math.Max(1, h / 10)}")
        from rotation in Gen.Elements("0", "!90", "180", "!270")
        from last in Gen.Elements("default.jpg", "color.png", "gray.webp", "bitonal.png")
        select FormattableString.Invariant($"{region}/{caret}{size}/{rotation}/{last}");

    private static Result<IiifImage> Image(string path, SourceShape? source = null, OutputLimits? limits = null)
    {
        var parts = path.Split('/');
        return IiifImageRequest.Parse(parts[0], parts[1], parts[2], parts[3]).Succeeded(out var request, out var failure)
            ? request.Plan(source ?? Picture, limits ?? OutputLimits.Default)
            : failure;
    }
}
