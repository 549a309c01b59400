using FsCheck.Fluent;
using Madang.Images.Domain;
using Xunit;

namespace Madang.Tests.Images.Domain;

public class TransformPlannerTests
{
    [Theory]
    [InlineData("w=800", 4000, 3000, "800x600")]
    [InlineData("w=800&h=800", 4000, 3000, "800x600")]
    [InlineData("w=8000", 4000, 3000, "4000x3000")]
    [InlineData("w=8000&enlarge=1", 4000, 3000, "8000x6000")]
    [InlineData("w=8000&h=100&fit=max&enlarge=1", 40, 30, "40x30")]
    [InlineData("w=200&h=200&fit=crop", 4000, 3000, "200x200")]
    [InlineData("w=2000&h=1000&fit=crop", 1000, 1000, "1000x500")] // the box shrinks, its shape stays
    [InlineData("w=2000&h=1000&fit=crop&enlarge=1", 1000, 1000, "2000x1000")]
    [InlineData("w=100&h=100&fit=crop", 10_000, 1, "1x1")]
    [InlineData("w=100&h=100&fit=crop&enlarge=1", 10_000, 1, "100x100")]
    [InlineData("w=200&h=200&fit=fill", 400, 100, "200x200")]
    [InlineData("w=200&h=200&fit=fill", 40, 10, "200x200")] // padding is not enlarging
    [InlineData("", 16_000, 16_000, "7071x7071")] // 50 megapixels at most
    public void Gives_the_size(string query, int width, int height, string expected) =>
        Assert.Equal(expected, Plan(query, new(new(width, height))).OutputSize.ToString());

    [Fact]
    public void Cropping_while_shrinking_scales_first()
    {
        var plan = Plan("w=200&h=200&fit=crop&crop=right", new(new(4000, 3000)));
        Assert.Equal((null, new PixelSize(267, 200), new PixelRect(67, 0, 200, 200)), (plan.Region, plan.Scale, plan.Crop));
    }

    [Fact]
    public void Cropping_while_enlarging_crops_first_so_that_nothing_huge_is_made_in_between()
    {
        var plan = Plan("w=100&h=100&fit=crop&enlarge=1", new(new(10_000, 1)));
        Assert.Equal((new PixelRect(4999, 0, 1, 1), new PixelSize(100, 100), null), (plan.Region, plan.Scale, plan.Crop));
    }

    [Theory]
    [InlineData("w=200&h=200&fit=fill", false, "png", "ffffff")] // opaque stays opaque
    [InlineData("w=200&h=200&fit=fill", true, "png", "00000000")] // transparent stays transparent
    [InlineData("w=200&h=200&fit=fill", true, "jpg", "ffffff")]
    [InlineData("w=200&h=200&fit=fill&bg=transparent", false, "jpg", "ffffff")]
    [InlineData("w=200&h=200&fit=fill&bg=f80", true, "jpg", "ff8800")]
    [InlineData("bg=f80", true, "webp", "ff8800")] // shows through the picture
    [InlineData("bg=f80", false, "webp", null)] // nothing to show through
    [InlineData("", true, "jpg", null)] // the renderer's own white
    public void Lays_on_a_background(string query, bool alpha, string format, string? background) =>
        Assert.Equal(background, Plan(query, new(new(400, 100), alpha), OutputFormats.FromExtension(format)!.Value).Canvas?.Background.Hex);

    [Fact]
    public void Fill_centres_the_picture() =>
        Assert.Equal(new Canvas(new(200, 200), Rgba.White, 0, 75), Plan("w=200&h=200&fit=fill", new(new(400, 100))).Canvas);

    [Fact]
    public void Frames_are_kept_where_the_output_can_move()
    {
        var moving = new SourceShape(new(10, 10), Animated: true);
        Assert.True(Plan("", moving, OutputFormat.Webp).Animated);
        Assert.True(Plan("", moving, OutputFormat.Gif).Animated);
        Assert.False(Plan("", moving, OutputFormat.Avif).Animated);
        Assert.False(Plan("", new(new(10, 10)), OutputFormat.Webp).Animated);
    }

    [Fact]
    public void Nothing_is_enlarged_unasked_or_empty_or_above_the_limits() => Property.Holds(
        from query in SomeTransform.Query
        from source in SomeTransform.Source
        from limits in SomeTransform.Limits
        from format in Gen.Elements(Enum.GetValues<OutputFormat>())
        select (query, source, limits, format),
        it =>
        {
            var asked = SomeTransform.Read(it.query);
            var plan = TransformPlanner.Plan(asked, it.source, it.format, it.limits);
            var picture = plan.Crop?.Size ?? plan.Scale;
            return it.limits.Allow(plan.OutputSize)
                && plan.OutputSize is { Width: >= 1, Height: >= 1 } && plan.Scale is { Width: >= 1, Height: >= 1 }
                && (asked.Enlarge || (plan.Scale.Width <= it.source.Size.Width && plan.Scale.Height <= it.source.Size.Height))
                && Inside(plan.Region, it.source.Size) && Inside(plan.Crop, plan.Scale)
                && (plan.Canvas is not { } canvas || Inside(new PixelRect(canvas.X, canvas.Y, picture.Width, picture.Height), canvas.Size))
                // Nothing huge in between: what is scaled was in memory anyway, or may leave.
                && (it.limits.Allow(plan.Scale) || plan.Scale.Width <= it.source.Size.Width);
        },
        tests: 5000);

    [Fact]
    public void Equal_pictures_have_one_name_and_different_ones_have_two() => Property.Holds(
        from one in SomeTransform.Query
        from other in SomeTransform.Query
        from source in SomeTransform.Source
        select (one, other, source),
        it =>
        {
            var (first, second) = (Plan(it.one, it.source), Plan(it.other, it.source));
            return first == second == (VariantName.Of(first) == VariantName.Of(second))
                && VariantName.Of(first) == VariantName.Of(Plan(SomeTransform.Read(it.one).ToQuery(), it.source));
        },
        tests: 2000);

    [Fact]
    public void A_still_of_a_moving_picture_has_a_name_of_its_own()
    {
        var moving = Plan("", new(new(10, 10), Animated: true));
        Assert.NotEqual(VariantName.Of(moving), VariantName.Of(moving with { Animated = false }));
    }

    private static bool Inside(PixelRect? part, PixelSize whole) =>
        part is not { } rect || (rect is { X: >= 0, Y: >= 0, Width: >= 1, Height: >= 1 } && rect.X + rect.Width <= whole.Width && rect.Y + rect.Height <= whole.Height);

    private static RenderPlan Plan(string query, SourceShape source, OutputFormat format = OutputFormat.Webp)
    {
        var transform = SomeTransform.Read(query);
        return TransformPlanner.Plan(transform, source, transform.Format ?? format, OutputLimits.Default);
    }
}
