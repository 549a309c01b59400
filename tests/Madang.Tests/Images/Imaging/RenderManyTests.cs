using FsCheck;
using FsCheck.Fluent;
using Madang.Images.Domain;
using Madang.Images.Imaging;
using Xunit;

namespace Madang.Tests.Images.Imaging;

public sealed class RenderManyTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void One_decode_gives_what_single_renders_give()
    {
        var source = folder.With(Pictures.Jpeg(2400, 1800));
        int[] widths = [320, 960, 640, 1920, 1280];

        var many = RenderMany(source, [.. widths.Select(w => Plan(w, w * 3 / 4))]);

        for (var i = 0; i < widths.Length; i++)
        {
            var (rendering, path) = many[i];
            Assert.Equal(new PixelSize(widths[i], widths[i] * 3 / 4), rendering.Size);
            Assert.Equal(new FileInfo(path).Length, rendering.Bytes);
            var psnr = Decoded.Of(path).PsnrTo(Decoded.Of(Render(source, Plan(widths[i], widths[i] * 3 / 4))));
            Assert.True(psnr > 40, $"{widths[i]}: {psnr} dB");
        }
    }

    [Fact]
    public void Each_plan_keeps_its_own_region_shape_crop_and_format()
    {
        var source = folder.With(Pictures.Oriented(6));
        RenderPlan[] plans =
        [
            Plan(96, 64),
            Plan(20, 10) with { Region = new(50, 2, 40, 20) },
            Plan(10, 90),
            Plan(200, 4),
            Plan(48, 32) with { Crop = new(26, 0, 20, 14), Format = OutputFormat.Webp, Quality = 90 },
            Plan(192, 128),
        ];

        var many = RenderMany(source, plans);

        for (var i = 0; i < plans.Length; i++)
        {
            var (one, both) = (Decoded.Of(Render(source, plans[i])), Decoded.Of(many[i].Path));
            Assert.Equal(plans[i].OutputSize, both.Size);
            Decoded.AssertNear(one.At(1, 1), both.At(1, 1), 24);
            Decoded.AssertNear(one.At(one.Size.Width - 2, one.Size.Height - 2), both.At(one.Size.Width - 2, one.Size.Height - 2), 24);
        }
    }

    [Fact]
    public void An_animation_is_kept_beside_its_still()
    {
        var source = folder.With(Pictures.AnimatedGif(4));
        var many = RenderMany(source, [Plan(60, 40) with { Format = OutputFormat.Webp, Animated = true }, Plan(60, 40)]);

        Assert.Equal([4, 1], many.Select(m => m.Rendering.Frames));
    }

    [Fact]
    public void Sizes_are_exact_whatever_is_asked()
    {
        var source = folder.With(Pictures.Jpeg(211, 157));
        var sizes = Gen.Zip(Gen.Choose(1, 500), Gen.Choose(1, 500)).Select(side => new PixelSize(side.Item1, side.Item2));
        var plans =
            from size in sizes
            from format in Gen.Elements(OutputFormat.Jpeg, OutputFormat.Png, OutputFormat.Webp)
            from x in Gen.Choose(0, 200)
            from y in Gen.Choose(0, 150)
            from w in Gen.Choose(1, 211 - x)
            from h in Gen.Choose(1, 157 - y)
            from rotation in Gen.Elements(0, 90, 180, 270)
            from mirror in Gen.Elements(true, false)
            from color in Gen.Elements(Enum.GetValues<ColorMode>())
            select new RenderPlan { Region = new(x, y, w, h), Scale = size, Rotation = rotation, Mirror = mirror, Color = color, Format = format, Quality = 80 };

        Prop.ForAll(plans.ToArbitrary(), plan => Prober.Probe(Render(source, plan)).Size == plan.OutputSize).QuickCheckThrowOnFailure();
    }

    private static RenderPlan Plan(int width, int height) => new() { Scale = new(width, height), Format = OutputFormat.Png };

    private string Render(string source, RenderPlan plan)
    {
        var path = folder.NewPath();
        Renderer.Render(source, plan, path, TestContext.Current.CancellationToken);
        return path;
    }

    private List<(Rendering Rendering, string Path)> RenderMany(string source, RenderPlan[] plans)
    {
        var outputs = plans.Select(plan => new RenderOutput(plan, folder.NewPath())).ToArray();
        return [.. Renderer.RenderMany(source, outputs, TestContext.Current.CancellationToken).Zip(outputs.Select(o => o.Path))];
    }
}
