using Madang.Images.Domain;
using Madang.Images.Imaging;
using Xunit;

namespace Madang.Tests.Images.Imaging;

public sealed class ProbeTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("Jpeg")]
    [InlineData("Png")]
    [InlineData("Webp")]
    [InlineData("Avif")]
    [InlineData("Heic")]
    [InlineData("Tiff")]
    public void A_picture_is_known_by_its_content(string name)
    {
        var format = Enum.Parse<SourceFormat>(name);
        var info = Prober.Probe(folder.With(Pictures.Of(format)));

        Assert.Equal(format, info.Format);
        Assert.Equal(new PixelSize(320, 240), info.Size);
        Assert.Equal(1, info.Frames);
        Assert.False(info.HasAlpha);
        Assert.False(info.Interlaced);
    }

    [Fact]
    public void An_animation_tells_its_frames()
    {
        var gif = Prober.Probe(folder.With(Pictures.AnimatedGif(5)));
        var webp = Prober.Probe(folder.With(Pictures.AnimatedWebp(5)));

        Assert.Equal((SourceFormat.Gif, 5, new PixelSize(120, 80)), (gif.Format, gif.Frames, gif.Size));
        Assert.Equal((SourceFormat.Webp, 5, new PixelSize(120, 80)), (webp.Format, webp.Frames, webp.Size));
        Assert.Equal(5 * 120 * 80, gif.Pixels);
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8)]
    public void Sizes_are_those_of_the_upright_picture(int orientation)
    {
        var info = Prober.Probe(folder.With(Pictures.Oriented(orientation)));

        Assert.Equal(orientation, info.Orientation.Value);
        Assert.Equal(new PixelSize(96, 64), info.Size);
    }

    [Fact]
    public void Interlaced_pictures_are_told_from_plain_ones()
    {
        Assert.True(Prober.Probe(folder.With(Pictures.ProgressiveJpeg())).Interlaced);
        Assert.True(Prober.Probe(folder.With(Pictures.InterlacedPng())).Interlaced);
    }

    [Fact]
    public void Alpha_and_depth_are_told()
    {
        Assert.True(Prober.Probe(folder.With(Pictures.TransparentPng())).HasAlpha);
        Assert.True(Prober.Probe(folder.With(Pictures.TransparentWebp())).HasAlpha);
        Assert.Equal(6, Prober.Probe(folder.With(Pictures.Png16())).BytesPerPixel);
    }

    [Fact]
    public void What_is_no_picture_is_refused()
    {
        Assert.Equal("image.empty", RefusalOf([]));
        Assert.Equal("image.type_unknown", RefusalOf(Pictures.TextNamedJpg()));
        Assert.Equal("image.type_unknown", RefusalOf("%PDF-1.7\n"u8.ToArray()));
        Assert.Equal("image.svg_refused", RefusalOf(Pictures.Svg()));
        Assert.Equal("image.svg_refused", RefusalOf("\uFEFF \n<svg/>"u8.ToArray()));
    }

    [Theory]
    [InlineData("Jpeg")]
    [InlineData("Png")]
    [InlineData("Webp")]
    [InlineData("Avif")]
    [InlineData("Heic")]
    [InlineData("Gif")]
    [InlineData("Tiff")]
    public void A_truncated_picture_is_refused_without_decoding(string name)
    {
        var code = RefusalOf(Pictures.Truncated(Enum.Parse<SourceFormat>(name)));
        Assert.True(code == "image.truncated" || (name == "Tiff" && code == "image.corrupt"), code);
    }

    [Theory]
    [InlineData("Jpeg")]
    [InlineData("Png")]
    [InlineData("Webp")]
    [InlineData("Avif")]
    [InlineData("Heic")]
    [InlineData("Gif")]
    [InlineData("Tiff")]
    public void Noise_behind_the_right_first_bytes_is_refused(string name)
    {
        var code = RefusalOf(Pictures.Corrupt(Enum.Parse<SourceFormat>(name)));
        Assert.True(code is "image.corrupt" or "image.truncated", code);
    }

    [Theory]
    [InlineData("Jpeg")]
    [InlineData("Png")]
    [InlineData("Webp")]
    [InlineData("Gif")]
    [InlineData("Tiff")]
    public void A_bomb_is_refused_by_its_header(string name)
    {
        var bomb = Pictures.Bomb(Enum.Parse<SourceFormat>(name));
        Assert.True(bomb.Length < 16_384, $"{bomb.Length} bytes are no bomb");
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refusal = ImageLimits.Default.Check(Prober.Probe(folder.With(bomb)));

        Assert.Contains(refusal?.Code, new[] { "image.too_many_pixels", "image.too_large_side" });
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Fact]
    public void A_jpeg_of_a_thousand_scans_is_refused()
    {
        var jpeg = Pictures.ProgressiveJpeg();
        byte[] emptyScan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 1, 0];
        byte[] bomb = [.. jpeg.AsSpan(0, jpeg.Length - 2), .. Enumerable.Repeat(emptyScan, 1000).SelectMany(scan => scan), .. jpeg.AsSpan(jpeg.Length - 2)];

        Assert.Equal("image.corrupt", RefusalOf(bomb));
    }

    [Fact]
    public void The_pixels_of_all_frames_count()
    {
        var info = Prober.Probe(folder.With(Pictures.AnimatedGif(5)));

        Assert.Equal("image.too_many_frames", (ImageLimits.Default with { MaxFrames = 4 }).Check(info)?.Code);
        Assert.Equal("image.too_many_pixels", (ImageLimits.Default with { MaxPixels = (5 * 120 * 80) - 1 }).Check(info)?.Code);
        Assert.Null((ImageLimits.Default with { MaxFrames = 5, MaxPixels = 5 * 120 * 80 }).Check(info));
    }

    private string RefusalOf(byte[] bytes) => Assert.Throws<ImagingException>(() => Prober.Probe(folder.With(bytes))).Code;
}
