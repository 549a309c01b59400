using Madang.Images.Domain;
using Madang.Images.Imaging;
using Xunit;

namespace Madang.Tests.Images.Imaging;

public sealed class ThumbHashTests
{
    /// <summary>The expected hashes were made by the reference implementation (npm thumbhash 0.1.1) of the same pixels.</summary>
    [Theory]
    [InlineData(48, 32, false, "nvgFHYQwRFUBVHYzmEmUdN1f/ipq")]
    [InlineData(30, 50, true, "JfmBCwQk0ODVdZjh4A79J4CHsIh4eIg=")]
    public void It_agrees_with_the_reference(int width, int height, bool alpha, string expected)
    {
        var pixels = Paint(width, height, (x, y) => alpha
            ? new((byte)(x * 8), (byte)(y * 5), (byte)(x * y), (byte)(x * y * 255 / (29 * 49)))
            : new((byte)((x * x) + (y * 7)), (byte)((x * 5) + (y * y)), (byte)(x * y)));

        Assert.Equal(expected, Convert.ToBase64String(ThumbHash.Encode(pixels, new(width, height))));
    }

    [Fact]
    public void It_holds_the_average_colour_and_the_shape()
    {
        var hash = ThumbHash.Encode(Paint(100, 50, (_, _) => new(200, 100, 50)), new(100, 50));

        Decoded.AssertNear(new(200, 100, 50), ThumbHash.AverageColor(hash), 8);
        Assert.InRange(ThumbHash.AspectRatio(hash), 1.6, 2.4);
        Assert.InRange(hash.Length, 5, 30);
    }

    [Theory]
    [InlineData(1, 1), InlineData(100, 1), InlineData(1, 100), InlineData(100, 100)]
    public void Any_shape_can_be_hashed(int width, int height)
    {
        Assert.InRange(ThumbHash.Encode(Paint(width, height, (x, y) => new((byte)x, (byte)y, 9, 128)), new(width, height)).Length, 5, 35);
        Assert.InRange(ThumbHash.Encode(Paint(width, height, (_, _) => Rgba.Transparent), new(width, height)).Length, 5, 35);
    }

    [Fact]
    public void The_dominant_colour_is_that_of_the_most_area_not_the_average()
    {
        var pixels = Paint(10, 10, (x, y) => y < 6 ? new(10, 20, 200) : new(250, 240, 10));

        Assert.Equal(new Rgba(10, 20, 200), DominantColor.Of(pixels));
        Assert.Equal(new Rgba(250, 240, 10), DominantColor.Of(Paint(10, 10, (_, y) => y < 6 ? new(10, 20, 200, 0) : new(250, 240, 10))));
        Assert.Null(DominantColor.Of(Paint(10, 10, (_, _) => Rgba.Transparent)));
    }

    private static byte[] Paint(int width, int height, Func<int, int, Rgba> color)
    {
        var pixels = new byte[width * height * 4];
        for (var i = 0; i < width * height; i++)
        {
            var (r, g, b, a) = color(i % width, i / width);
            new[] { r, g, b, a }.CopyTo(pixels.AsSpan(4 * i));
        }

        return pixels;
    }
}
