using FsCheck;
using FsCheck.Fluent;
using Madang.Images.Domain;
using Madang.Images.Imaging;
using Xunit;

namespace Madang.Tests.Images.Imaging;

public sealed class OrientationTests
{
    /// <summary>Where a pixel of the stored picture stands when upright, as the Exif standard draws it.</summary>
    private static (int X, int Y) ToUpright(int orientation, int x, int y, PixelSize stored) => orientation switch
    {
        1 => (x, y),
        2 => (stored.Width - 1 - x, y),
        3 => (stored.Width - 1 - x, stored.Height - 1 - y),
        4 => (x, stored.Height - 1 - y),
        5 => (y, x),
        6 => (stored.Height - 1 - y, x),
        7 => (stored.Height - 1 - y, stored.Width - 1 - x),
        _ => (y, stored.Width - 1 - x),
    };

    [Fact]
    public void A_rectangle_of_the_upright_picture_is_found_in_the_stored_one()
    {
        var cases =
            from value in Gen.Choose(1, 8)
            from width in Gen.Choose(1, 60)
            from height in Gen.Choose(1, 60)
            from x1 in Gen.Choose(0, width - 1)
            from x2 in Gen.Choose(x1, width - 1)
            from y1 in Gen.Choose(0, height - 1)
            from y2 in Gen.Choose(y1, height - 1)
            select (value, stored: new PixelSize(width, height), rect: new PixelRect(x1, y1, x2 - x1 + 1, y2 - y1 + 1));

        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var (ax, ay) = ToUpright(c.value, c.rect.X, c.rect.Y, c.stored);
            var (bx, by) = ToUpright(c.value, c.rect.X + c.rect.Width - 1, c.rect.Y + c.rect.Height - 1, c.stored);
            var upright = new PixelRect(Math.Min(ax, bx), Math.Min(ay, by), Math.Abs(ax - bx) + 1, Math.Abs(ay - by) + 1);
            return new Orientation(c.value).ToStored(upright, c.stored) == c.rect;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(0), InlineData(9), InlineData(-1)]
    public void Nonsense_counts_as_upright(int value) => Assert.Equal(Orientation.Upright, new Orientation(value));
}
