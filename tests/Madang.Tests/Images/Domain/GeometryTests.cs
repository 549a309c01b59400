using FsCheck.Fluent;
using Madang.Images.Domain;
using Xunit;

namespace Madang.Tests.Images.Domain;

public class GeometryTests
{
    [Theory]
    [InlineData(4000, 3000, 800, null, 800, 600)]
    [InlineData(4000, 3000, null, 600, 800, 600)]
    [InlineData(4000, 3000, 100, 100, 100, 75)]
    [InlineData(3000, 4000, 100, 100, 75, 100)]
    [InlineData(10_000, 1, 100, null, 100, 1)] // a strip keeps its one pixel
    [InlineData(1, 10_000, null, 100, 1, 100)]
    [InlineData(1000, 333, 500, null, 500, 167)] // 166.5 rounds up
    [InlineData(50, 40, 100, 100, 50, 40)] // never enlarged
    [InlineData(50, 40, null, null, 50, 40)]
    public void Shrinks_into_a_box(int width, int height, int? boxWidth, int? boxHeight, int expectedWidth, int expectedHeight) =>
        Assert.Equal(new PixelSize(expectedWidth, expectedHeight), Geometry.Shrink(new(width, height), boxWidth, boxHeight));

    [Fact]
    public void Shrinking_never_enlarges_nor_leaves_the_box_nor_vanishes() => Property.Holds(
        from width in Property.Side
        from height in Property.Side
        from boxWidth in Property.Maybe(Property.Side)
        from boxHeight in Property.Maybe(Property.Side)
        select (new PixelSize(width, height), boxWidth, boxHeight),
        it =>
        {
            var (size, boxWidth, boxHeight) = it;
            var small = Geometry.Shrink(size, boxWidth, boxHeight);
            return small.Width >= 1 && small.Height >= 1
                && small.Width <= Math.Min(size.Width, boxWidth ?? int.MaxValue)
                && small.Height <= Math.Min(size.Height, boxHeight ?? int.MaxValue);
        });

    [Fact]
    public void The_shape_is_kept_to_the_nearest_pixel() => Property.Holds(
        from width in Property.Side
        from height in Property.Side
        from box in Property.Side
        select (new PixelSize(width, height), box),
        it =>
        {
            var (size, box) = it;
            var fitted = Geometry.FitInside(size, box, null);
            return fitted.Width == box && Math.Abs(fitted.Height - Math.Max(1, (decimal)size.Height * box / size.Width)) <= 0.5m;
        });

    [Fact]
    public void What_covers_a_box_touches_it_on_one_axis_and_is_as_small_as_it_can_be() => Property.Holds(
        from width in Property.Side
        from height in Property.Side
        from boxWidth in Property.Side
        from boxHeight in Property.Side
        select (Size: new PixelSize(width, height), Box: new PixelSize(boxWidth, boxHeight)),
        it =>
        {
            var cover = Geometry.Cover(it.Size, it.Box);
            return cover.Width >= it.Box.Width && cover.Height >= it.Box.Height && (cover.Width == it.Box.Width || cover.Height == it.Box.Height);
        });

    [Fact]
    public void Limits_hold_for_any_size_and_change_nothing_within_them() => Property.Holds(
        from width in Property.Side
        from height in Property.Side
        from limits in SomeTransform.Limits
        select (Size: new PixelSize(width, height), limits),
        it =>
        {
            var limited = Geometry.Limit(it.Size, it.limits);
            return limited is { Width: >= 1, Height: >= 1 } && it.limits.Allow(limited) && (!it.limits.Allow(it.Size) || limited == it.Size)
                && it.limits.Allow(Geometry.Largest(it.Size, it.limits));
        });

    [Fact]
    public void A_strip_longer_than_the_whole_area_is_cut_to_the_area() =>
        Assert.Equal(new PixelSize(64, 1), Geometry.Limit(new(16_383, 1), new OutputLimits(16_383, 64)));
}
