using Madang.Images.Domain;
using Madang.Images.Imaging;
using Xunit;

namespace Madang.Tests.Images.Imaging;

public sealed class RenderTests : IDisposable
{
    private static readonly Rgba Red = new(255, 0, 0);
    private static readonly Rgba Green = new(0, 255, 0);
    private static readonly Rgba Blue = new(0, 0, 255);

    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Outputs => ["Jpeg", "Png", "Webp", "Avif", "Gif"];

    [Theory]
    [MemberData(nameof(Outputs))]
    public void Every_format_is_written_at_the_exact_size(string format)
    {
        var rendering = Render(Pictures.Jpeg(), Plan(format, 123, 77), out var path);
        var decoded = Decoded.Of(path);

        Assert.Equal(new PixelSize(123, 77), decoded.Size);
        Assert.Equal(new Rendering(new(123, 77), 1, new FileInfo(path).Length, Enum.Parse<OutputFormat>(format)), rendering);
        Assert.Equal(Enum.Parse<OutputFormat>(format).MediaType(), decoded.Format.MediaType());
    }

    [Theory]
    [InlineData("Jpeg", 1, 1), InlineData("Png", 1, 1), InlineData("Webp", 1, 1), InlineData("Avif", 1, 1), InlineData("Gif", 1, 1)]
    [InlineData("Jpeg", 10_000, 1), InlineData("Png", 1, 10_000), InlineData("Webp", 10_000, 1), InlineData("Avif", 3000, 1), InlineData("Webp", 641, 481)]
    [InlineData("Jpeg", 1280, 960), InlineData("Avif", 7, 5)]
    public void Odd_sizes_and_enlargements_work(string format, int width, int height)
    {
        Render(Pictures.Jpeg(), Plan(format, width, height), out var path);
        Assert.Equal(new PixelSize(width, height), Decoded.Of(path).Size);
    }

    [Fact]
    public void A_strip_becomes_a_dot()
    {
        Render(Pictures.Png(10_000, 1), Plan("Png", 1, 1), out var path);
        Assert.Equal(new PixelSize(1, 1), Decoded.Of(path).Size);
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8)]
    public void Every_orientation_comes_out_upright(int orientation)
    {
        foreach (var format in Outputs)
        {
            Render(Pictures.Oriented(orientation), Plan(format, 48, 32), out var path);
            AssertCorners(Decoded.Of(path), Red, Green, Blue, Rgba.White);
        }
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8)]
    public void A_region_is_of_the_upright_picture(int orientation)
    {
        var source = Pictures.Oriented(orientation);

        Render(source, Plan("Png", 20, 10) with { Region = new(50, 2, 40, 20) }, out var topRight);
        Render(source, Plan("Png", 20, 10) with { Region = new(4, 40, 40, 20) }, out var bottomLeft);

        Assert.All(Grid(20, 10), at => Decoded.AssertNear(Green, Decoded.Of(topRight).At(at.X, at.Y)));
        Assert.All(Grid(20, 10), at => Decoded.AssertNear(Blue, Decoded.Of(bottomLeft).At(at.X, at.Y)));
    }

    [Theory]
    [InlineData("Png"), InlineData("Webp"), InlineData("Tiff")]
    public void Orientation_counts_in_every_format_that_means_it(string name)
    {
        var source = Pictures.WithExifOrientation(Enum.Parse<SourceFormat>(name), 6);
        Assert.Equal(new PixelSize(64, 96), Prober.Probe(folder.With(source)).Size);

        Render(source, Plan("Png", 64, 96), out var path);
        AssertCorners(Decoded.Of(path), Blue, Red, Rgba.White, Green);
    }

    [Theory]
    [InlineData("Avif"), InlineData("Heic")]
    public void Exif_does_not_turn_what_the_container_has_turned_already(string name)
    {
        var source = Pictures.WithExifOrientation(Enum.Parse<SourceFormat>(name), 6);
        Assert.Equal(new PixelSize(96, 64), Prober.Probe(folder.With(source)).Size);

        Render(source, Plan("Png", 96, 64), out var path);
        AssertCorners(Decoded.Of(path), Red, Green, Blue, Rgba.White);
    }

    [Theory]
    [InlineData(0, 0, 2000, 1500), InlineData(1003, 517, 801, 777), InlineData(1200, 900, 800, 600), InlineData(7, 5, 1601, 1203)]
    public void A_region_is_the_same_whether_the_decoder_shrinks_or_not(int x, int y, int width, int height)
    {
        var plan = Plan("Png", 100, 75) with { Region = new(x, y, width, height) };

        Render(Pictures.Jpeg(2000, 1500), plan, out var shrunk);
        Render(Pictures.Png(2000, 1500), plan, out var exact);

        var psnr = Decoded.Of(shrunk).PsnrTo(Decoded.Of(exact));
        Assert.True(psnr > 35, $"{psnr} dB");
    }

    [Fact]
    public void Crop_mirror_and_rotation_follow_in_this_order()
    {
        var source = Pictures.Oriented(1);

        Render(source, Plan("Png", 96, 64) with { Crop = new(50, 34, 40, 20) }, out var cropped);
        Render(source, Plan("Png", 96, 64) with { Mirror = true }, out var mirrored);
        Render(source, Plan("Png", 96, 64) with { Rotation = 90 }, out var rotated);
        Render(source, Plan("Png", 96, 64) with { Mirror = true, Rotation = 90 }, out var both);
        Render(source, Plan("Png", 96, 64) with { Rotation = 180 }, out var half);
        Render(source, Plan("Png", 96, 64) with { Rotation = 270 }, out var left);

        Assert.Equal(new PixelSize(40, 20), Decoded.Of(cropped).Size);
        Decoded.AssertNear(Rgba.White, Decoded.Of(cropped).At(5, 5));
        AssertCorners(Decoded.Of(mirrored), Green, Red, Rgba.White, Blue);
        Assert.Equal(new PixelSize(64, 96), Decoded.Of(rotated).Size);
        AssertCorners(Decoded.Of(rotated), Blue, Red, Rgba.White, Green);
        AssertCorners(Decoded.Of(both), Rgba.White, Green, Blue, Red);
        AssertCorners(Decoded.Of(half), Rgba.White, Blue, Green, Red);
        AssertCorners(Decoded.Of(left), Green, Rgba.White, Red, Blue);
    }

    [Fact]
    public void A_canvas_surrounds_the_picture()
    {
        var canvas = new Canvas(new(100, 100), new(10, 20, 30), 2, 18);
        foreach (var format in Outputs)
        {
            Render(Pictures.Oriented(1), Plan(format, 96, 64) with { Canvas = canvas, Quality = 95 }, out var path);
            var decoded = Decoded.Of(path);
            Assert.Equal(new PixelSize(100, 100), decoded.Size);
            Decoded.AssertNear(new(10, 20, 30), decoded.At(50, 5));
            Decoded.AssertNear(Red, decoded.At(10, 26));
        }
    }

    [Fact]
    public void A_transparent_canvas_stays_so_where_the_format_can()
    {
        var canvas = new Canvas(new(100, 100), Rgba.Transparent, 2, 18);
        Render(Pictures.Oriented(1), Plan("Webp", 96, 64) with { Canvas = canvas }, out var webp);
        Render(Pictures.GrayJpeg(), Plan("Png", 96, 64) with { Canvas = canvas }, out var gray);

        Assert.Equal(0, Decoded.Of(webp).At(50, 5).A);
        Assert.Equal(255, Decoded.Of(webp).At(50, 50).A);
        Assert.Equal(0, Decoded.Of(gray).At(50, 5).A);
    }

    [Theory]
    [InlineData("Png"), InlineData("Webp"), InlineData("Avif"), InlineData("Gif")]
    public void Transparency_is_kept(string format)
    {
        Render(Pictures.TransparentPng(), Plan(format, 150, 100) with { Quality = 95 }, out var path);
        var decoded = Decoded.Of(path);

        Assert.Equal(0, decoded.At(20, 50).A);
        Decoded.AssertNear(new(255, 128, 0), decoded.At(130, 50), 20);
        if (format != "Gif")
        {
            Decoded.AssertNear(new(255, 128, 0, 128), decoded.At(75, 50), 20);
        }
    }

    [Fact]
    public void Transparency_is_laid_on_the_matte_for_jpeg()
    {
        Render(Pictures.TransparentPng(), Plan("Jpeg", 150, 100) with { Quality = 95 }, out var onWhite);
        Render(Pictures.TransparentWebp(), Plan("Jpeg", 150, 100) with { Quality = 95, Matte = Blue }, out var onBlue);

        Decoded.AssertNear(Rgba.White, Decoded.Of(onWhite).At(20, 50));
        Decoded.AssertNear(new(255, 191, 127), Decoded.Of(onWhite).At(75, 50));
        Decoded.AssertNear(Blue, Decoded.Of(onBlue).At(20, 50));
    }

    [Theory]
    [InlineData("Webp"), InlineData("Gif")]
    public void An_animation_keeps_its_frames_their_times_and_its_loop(string format)
    {
        foreach (var source in new[] { Pictures.AnimatedGif(4), Pictures.AnimatedWebp(4) })
        {
            var rendering = Render(source, Plan(format, 60, 40) with { Animated = true }, out var path);
            var decoded = Decoded.Of(path);

            Assert.Equal(4, rendering.Frames);
            Assert.Equal((4, new PixelSize(60, 40)), (decoded.Frames, decoded.Size));
            Assert.Equal([40, 50, 60, 70], decoded.Delays);
            Assert.Equal(0, decoded.Loop);
            for (var frame = 0; frame < 4; frame++)
            {
                // Also at the very edge: frames do not bleed into each other.
                Decoded.AssertNear(Pictures.FrameColor(frame), decoded.At(30, 0, frame));
                Decoded.AssertNear(Pictures.FrameColor(frame), decoded.At(30, 39, frame));
            }
        }
    }

    [Fact]
    public void An_animation_is_turned_cropped_and_laid_out_like_a_still()
    {
        var plan = Plan("Webp", 60, 40) with
        {
            Animated = true,
            Region = new(10, 10, 60, 40),
            Crop = new(0, 0, 40, 40),
            Canvas = new(new(50, 44), new(9, 9, 9), 5, 2),
            Rotation = 90,
            Mirror = true,
        };
        Render(Pictures.AnimatedGif(6), plan, out var path);
        var decoded = Decoded.Of(path);

        Assert.Equal((6, new PixelSize(44, 50)), (decoded.Frames, decoded.Size));
        Decoded.AssertNear(Pictures.FrameColor(5), decoded.At(22, 25, 5));
        Decoded.AssertNear(new(9, 9, 9), decoded.At(22, 1, 5));
    }

    [Theory]
    [InlineData("Jpeg"), InlineData("Png"), InlineData("Avif"), InlineData("Webp")]
    public void The_first_frame_stands_for_an_animation_that_is_not_wanted_or_cannot_be(string format)
    {
        var rendering = Render(Pictures.AnimatedGif(4), Plan(format, 60, 40) with { Animated = format != "Webp" }, out var path);
        var decoded = Decoded.Of(path);

        Assert.Equal((1, 1), (rendering.Frames, decoded.Frames));
        Decoded.AssertNear(Red, decoded.At(30, 20));
    }

    [Fact]
    public void Deep_cmyk_and_gray_sources_become_8_bit_srgb()
    {
        Render(Pictures.Png(), Plan("Png", 160, 120), out var plain);
        foreach (var source in new[] { Pictures.Png16(), Pictures.CmykJpeg() })
        {
            Render(source, Plan("Png", 160, 120), out var path);
            var info = Prober.Probe(path);
            Assert.Equal(3, info.BytesPerPixel);
            Assert.True(Decoded.Of(path).PsnrTo(Decoded.Of(plain)) > 18);
        }

        foreach (var format in Outputs)
        {
            Render(Pictures.GrayJpeg(), Plan(format, 160, 120), out var path);
            var center = Decoded.Of(path).At(80, 60);
            Assert.Equal(center.R, center.G);
        }
    }

    [Theory]
    [MemberData(nameof(Outputs))]
    public void Gray_is_gray_and_bitonal_is_black_or_white(string format)
    {
        Render(Pictures.Jpeg(), Plan(format, 160, 120) with { Color = ColorMode.Gray }, out var gray);
        Render(Pictures.TransparentPng(), Plan(format, 160, 120) with { Color = ColorMode.Bitonal, Quality = 100 }, out var bitonal);

        Assert.All(Grid(160, 120), at => Assert.True(Math.Abs(Decoded.Of(gray).At(0, 0).R - Decoded.Of(gray).At(0, 0).B) < 4));
        var pixels = Decoded.Of(bitonal);
        Assert.All(Grid(160, 120), at => Assert.True(pixels.At(at.X, at.Y).R is < 40 or > 215, $"{pixels.At(at.X, at.Y)}"));
    }

    [Theory]
    // Not GIF: its decoder makes do with what is there, so that only Probe refuses it.
    [InlineData("Jpeg"), InlineData("Png"), InlineData("Webp"), InlineData("Avif"), InlineData("Heic"), InlineData("Tiff")]
    public void A_truncated_picture_is_refused_and_never_half_rendered(string name)
    {
        var source = Pictures.Truncated(Enum.Parse<SourceFormat>(name));
        var refusal = Assert.Throws<ImagingException>(() => Render(source, Plan("Webp", 320, 240) with { Animated = true }, out _));
        Assert.True(refusal.Code is "image.truncated" or "image.corrupt", refusal.Code);
    }

    [Fact]
    public void A_full_disk_is_not_blamed_on_the_picture()
    {
        foreach (var format in Outputs)
        {
            using var full = new FullDisk();
            Assert.Throws<IOException>(() => Renderer.Render(folder.With(Pictures.Jpeg()), Plan(format, 640, 480), full, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void A_region_outside_and_a_size_beyond_the_format_are_refused()
    {
        var outside = Assert.Throws<ImagingException>(() => Render(Pictures.Jpeg(), Plan("Png", 10, 10) with { Region = new(600, 0, 41, 10) }, out _));
        var large = Assert.Throws<ImagingException>(() => Render(Pictures.Jpeg(), Plan("Webp", 16_384, 10), out _));

        Assert.Equal("image.region_outside", outside.Code);
        Assert.Equal("image.output_too_large", large.Code);
    }

    [Fact]
    public async Task Work_in_progress_stops_when_it_is_cancelled()
    {
        var source = folder.With(Pictures.Phone12Mp());
        var plan = Plan("Png", 4000, 3000);
        using var cancel = new CancellationTokenSource();
        using var output = new CancelOnWrite(cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Run(() => Renderer.Render(source, plan, output, cancel.Token)));
        Assert.True(output.Length < 20_000_000, $"{output.Length} bytes were still written");
    }

    [Fact]
    public async Task Cancelled_before_it_began_it_does_nothing()
    {
        var output = folder.NewPath();
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();

        Assert.ThrowsAny<OperationCanceledException>(() => Renderer.Render(folder.With(Pictures.Jpeg()), Plan("Webp", 10, 10), output, cancel.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => Mezzanine.Make(folder.With(Pictures.Jpeg()), output, cancel.Token));
    }

    [Fact]
    public void Broken_pictures_do_not_disturb_good_ones_beside_them()
    {
        var good = folder.With(Pictures.Jpeg());
        var broken = folder.With(Pictures.Truncated(SourceFormat.Png));
        var outputs = Enumerable.Range(0, 64).Select(_ => folder.NewPath()).ToArray();

        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            if (i % 2 == 0)
            {
                Renderer.Render(good, Plan("Webp", 100 + i, 75), outputs[i], CancellationToken.None);
            }
            else
            {
                Assert.Equal("image.truncated", Assert.Throws<ImagingException>(() => Renderer.Render(broken, Plan("Webp", 100, 75), outputs[i], CancellationToken.None)).Code);
            }
        });

        Assert.All(Enumerable.Range(0, 32), i => Assert.Equal(new PixelSize(100 + (2 * i), 75), Prober.Probe(outputs[2 * i]).Size));
    }

    [Fact]
    public void Names_with_brackets_and_commas_are_names_not_options()
    {
        var source = folder.NewPath("[shrink=8,page=3].jpg");
        File.WriteAllBytes(source, Pictures.Jpeg());
        var output = folder.NewPath("[Q=1].webp");

        Renderer.Render(source, Plan("Webp", 320, 240), output, TestContext.Current.CancellationToken);

        Assert.Equal(new PixelSize(320, 240), Prober.Probe(output).Size);
    }

    private static RenderPlan Plan(string format, int width, int height)
    {
        var output = Enum.Parse<OutputFormat>(format);
        return new() { Scale = new(width, height), Format = output, Quality = output.QualityFor() };
    }

    private Rendering Render(byte[] source, RenderPlan plan, out string path)
    {
        path = folder.NewPath(plan.Format.Extension());
        return Renderer.Render(folder.With(source), plan, path, TestContext.Current.CancellationToken);
    }

    private static void AssertCorners(Decoded picture, Rgba topLeft, Rgba topRight, Rgba bottomLeft, Rgba bottomRight)
    {
        var (right, bottom) = (picture.Size.Width - 5, picture.Size.Height - 5);
        Decoded.AssertNear(topLeft, picture.At(4, 4), 24);
        Decoded.AssertNear(topRight, picture.At(right, 4), 24);
        Decoded.AssertNear(bottomLeft, picture.At(4, bottom), 24);
        Decoded.AssertNear(bottomRight, picture.At(right, bottom), 24);
    }

    private static IEnumerable<(int X, int Y)> Grid(int width, int height) =>
        from x in Enumerable.Range(1, 6)
        from y in Enumerable.Range(1, 6)
        select (x * width / 7, y * height / 7);

    private sealed class FullDisk : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("No space left on device");
    }

    /// <summary>Asks for the end as soon as the first bytes come out.</summary>
    private sealed class CancelOnWrite(CancellationTokenSource cancel) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            cancel.Cancel();
            base.Write(buffer);
        }
    }
}
