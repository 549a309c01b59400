using Madang.Images.Domain;
using Madang.Images.Imaging;
using Xunit;

namespace Madang.Tests.Images.Imaging;

public sealed class MezzanineTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_photo_becomes_a_bare_jpeg_of_2048_pixels()
    {
        var (mezzanine, path) = Make(Pictures.Jpeg(3000, 1000));

        Assert.Equal((new PixelSize(2048, 683), OutputFormat.Jpeg, false), (mezzanine.Size, mezzanine.Format, mezzanine.HasAlpha));
        Assert.Equal(mezzanine.Size, Prober.Probe(path).Size);
        Assert.Equal(new FileInfo(path).Length, mezzanine.Bytes);
        Assert.Matches("^#[0-9a-f]{6}$", mezzanine.DominantColor);
        Assert.InRange(ThumbHash.AspectRatio(mezzanine.ThumbHash), 2, 4);
    }

    [Fact]
    public void It_is_never_larger_than_the_original() =>
        Assert.Equal(new PixelSize(640, 480), Make(Pictures.Jpeg(640, 480)).Mezzanine.Size);

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8)]
    public void It_is_upright_and_says_nothing_of_its_owner(int orientation)
    {
        var (mezzanine, path) = Make(Pictures.Oriented(orientation));
        var decoded = Decoded.Of(path);

        Assert.Equal(new PixelSize(96, 64), mezzanine.Size);
        Assert.Equal(1, Prober.Probe(path).Orientation.Value);
        Decoded.AssertNear(new(255, 0, 0), decoded.At(4, 4));
        Decoded.AssertNear(new(0, 0, 255), decoded.At(4, 60));
        Assert.DoesNotContain(PictureMetadata.Mark, System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(path)));
    }

    [Fact]
    public void Transparency_is_kept_without_loss()
    {
        var (mezzanine, path) = Make(Pictures.TransparentPng());

        Assert.Equal((OutputFormat.Webp, true), (mezzanine.Format, mezzanine.HasAlpha));
        Assert.Equal(new Rgba(255, 128, 0, 128), Decoded.Of(path).At(150, 100));
        Assert.Equal("#ff8000", mezzanine.DominantColor);
    }

    [Fact]
    public void An_alpha_channel_that_hides_nothing_is_dropped()
    {
        var opaque = folder.NewPath();
        var plan = new RenderPlan { Scale = new(50, 100), Format = OutputFormat.Png, Region = new(220, 0, 50, 100) };
        Renderer.Render(folder.With(Pictures.TransparentPng()), plan, opaque, TestContext.Current.CancellationToken);
        Assert.True(Prober.Probe(opaque).HasAlpha);

        var (mezzanine, _) = Make(File.ReadAllBytes(opaque));

        Assert.Equal((OutputFormat.Jpeg, false), (mezzanine.Format, mezzanine.HasAlpha));
    }

    [Fact]
    public void Other_sizes_come_out_of_the_same_decode()
    {
        var source = folder.With(Pictures.Jpeg(2400, 1600));
        var plan = new RenderPlan { Scale = new(600, 400), Format = OutputFormat.Png };
        var (together, alone) = (folder.NewPath(), folder.NewPath());

        var (mezzanine, renderings) = Mezzanine.Make(source, folder.NewPath(), [new(plan, together)], TestContext.Current.CancellationToken);
        Renderer.Render(source, plan, alone, TestContext.Current.CancellationToken);

        Assert.Equal(new PixelSize(2048, 1365), mezzanine.Size);
        Assert.Equal(new PixelSize(600, 400), Assert.Single(renderings).Size);
        Assert.True(Decoded.Of(together).PsnrTo(Decoded.Of(alone)) > 40);
    }

    [Fact]
    public void Every_type_that_is_taken_gets_one()
    {
        foreach (var format in Enum.GetValues<SourceFormat>())
        {
            var (mezzanine, path) = Make(Pictures.Of(format));
            Assert.Equal(mezzanine.Size, Prober.Probe(path).Size);
        }

        Assert.Equal(OutputFormat.Jpeg, Make(Pictures.GrayJpeg()).Mezzanine.Format);
        Assert.Equal(OutputFormat.Jpeg, Make(Pictures.CmykJpeg()).Mezzanine.Format);
        Assert.Equal(OutputFormat.Jpeg, Make(Pictures.Png16()).Mezzanine.Format);
    }

    private (Mezzanine Mezzanine, string Path) Make(byte[] source)
    {
        var path = folder.NewPath();
        return (Mezzanine.Make(folder.With(source), path, TestContext.Current.CancellationToken), path);
    }
}
