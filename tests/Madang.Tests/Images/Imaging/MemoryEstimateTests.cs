using Madang.Images.Domain;
using Madang.Images.Imaging;
using Xunit;

namespace Madang.Tests.Images.Imaging;

/// <summary>The figures to stay above are peaks of resident memory, measured in a process of its own.</summary>
public sealed class MemoryEstimateTests
{
    private const int Megabyte = 1 << 20;

    [Theory]
    [InlineData("Jpeg", false, 3, "Webp", 800, 15)]
    [InlineData("Jpeg", true, 3, "Webp", 800, 84)]
    [InlineData("Jpeg", false, 3, "Webp", 4000, 73)]
    [InlineData("Jpeg", false, 3, "Avif", 800, 30)]
    [InlineData("Jpeg", false, 3, "Avif", 4000, 259)]
    [InlineData("Jpeg", false, 3, "Gif", 1920, 84)]
    [InlineData("Png", false, 3, "Webp", 800, 31)]
    [InlineData("Png", true, 3, "Webp", 800, 59)]
    [InlineData("Png", false, 6, "Webp", 800, 43)]
    [InlineData("Png", false, 4, "Webp", 800, 92)]
    [InlineData("Png", false, 4, "Webp", 4000, 196)]
    [InlineData("Webp", false, 3, "Webp", 800, 112)]
    [InlineData("Avif", false, 3, "Webp", 800, 88)]
    [InlineData("Heic", false, 3, "Webp", 800, 101)]
    [InlineData("Tiff", false, 3, "Webp", 800, 31)]
    public void It_is_above_what_was_measured_for_12_megapixels(string format, bool interlaced, int bytesPerPixel, string output, int width, int measured)
    {
        var source = new SourceInfo(
            Enum.Parse<SourceFormat>(format), 4000, 3000, Orientation.Upright, bytesPerPixel == 4, 1, interlaced, false, bytesPerPixel, 4_000_000);
        var plan = new RenderPlan { Scale = new(width, width * 3 / 4), Format = Enum.Parse<OutputFormat>(output) };

        Assert.InRange(MemoryEstimate.Of(source, plan) / Megabyte, measured, (3 * measured) + 20);
    }

    [Fact]
    public void Frames_count_only_when_they_are_kept()
    {
        var source = new SourceInfo(SourceFormat.Gif, 800, 600, Orientation.Upright, true, 60, false, false, 4, 1_000_000);
        var plan = new RenderPlan { Scale = new(800, 600), Format = OutputFormat.Webp };

        Assert.InRange(MemoryEstimate.Of(source, plan with { Animated = true }) / Megabyte, 133, 300);
        Assert.InRange(MemoryEstimate.Of(source, plan) / Megabyte, 10, 60);
        Assert.Equal(
            MemoryEstimate.Of(source, plan with { Format = OutputFormat.Jpeg }),
            MemoryEstimate.Of(source, plan with { Format = OutputFormat.Jpeg, Animated = true }));
    }

    [Fact]
    public void A_mezzanine_with_other_sizes_weighs_little_more_than_alone()
    {
        var source = new SourceInfo(SourceFormat.Jpeg, 4000, 3000, Orientation.Upright, false, 1, false, false, 3, 4_000_000);
        var plan = new RenderPlan { Scale = new(640, 480), Format = OutputFormat.Webp };

        var alone = MemoryEstimate.OfMezzanine(source, []);
        Assert.InRange(alone / Megabyte, 52, 120);
        Assert.InRange(MemoryEstimate.OfMezzanine(source, [plan]) - alone, 1, 4 * Megabyte);
    }
}
