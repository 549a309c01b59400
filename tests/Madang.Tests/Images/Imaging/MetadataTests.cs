using System.Text;
using Madang.Images.Domain;
using Madang.Images.Imaging;
using Xunit;

namespace Madang.Tests.Images.Imaging;

/// <summary>Nothing that a camera, a phone or an editor wrote into a picture leaves with what is served.</summary>
public sealed class MetadataTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Sources => ["Jpeg", "Png", "Webp", "Avif", "Heic", "Tiff"];

    [Theory]
    [MemberData(nameof(Sources))]
    public void No_output_carries_metadata(string format)
    {
        var source = Pictures.WithMetadata(Enum.Parse<SourceFormat>(format));
        Assert.Contains(PictureMetadata.Mark, Text(source));

        foreach (var output in Enum.GetValues<OutputFormat>())
        {
            AssertBare(output, Render(source, new() { Scale = new(48, 32), Format = output, Quality = output.QualityFor() }));
        }
    }

    [Fact]
    public void No_animation_carries_metadata()
    {
        var source = Pictures.AnimatedWebpWithMetadata();
        Assert.Contains(PictureMetadata.Mark, Text(source));

        foreach (var output in new[] { OutputFormat.Webp, OutputFormat.Gif })
        {
            var bytes = Render(source, new() { Scale = new(48, 32), Format = output, Animated = true });
            AssertBare(output, bytes);
            Assert.Equal(3, Decoded.Of(folder.With(bytes)).Frames);
        }
    }

    [Fact]
    public void Colours_of_a_wide_profile_are_brought_into_srgb_and_the_profile_dropped()
    {
        foreach (var output in Enum.GetValues<OutputFormat>())
        {
            var bytes = Render(Pictures.WideGamutPng(), new() { Scale = new(32, 32), Format = output, Quality = 95 });
            AssertBare(output, bytes);
            Decoded.AssertNear(Pictures.WideGamutColor, Decoded.Of(folder.With(bytes)).At(16, 16), 6);
        }
    }

    private static void AssertBare(OutputFormat format, byte[] file)
    {
        var text = Text(file);
        Assert.DoesNotContain(PictureMetadata.Mark, text);
        Assert.DoesNotContain("Exif", text);
        Assert.DoesNotContain("xmpmeta", text);

        var (parts, allowed) = format switch
        {
            OutputFormat.Jpeg => (ContainerParts.OfJpeg(file), "FFE0 FFDB FFC0 FFC2 FFC4 FFDD"),
            OutputFormat.Png => (ContainerParts.OfPng(file), "IHDR PLTE tRNS pHYs bKGD IDAT IEND"),
            OutputFormat.Webp => (ContainerParts.OfWebp(file), "VP8X flags:00 flags:10 flags:02 flags:12 VP8  VP8L ALPH ANIM ANMF"),
            OutputFormat.Avif => (ContainerParts.OfAvif(file), "av01 grid"),
            _ => ([], ""),
        };
        Assert.All(parts, part => Assert.Contains(part.Trim(), allowed.Split(' ')));
        Assert.True(parts.Count > 0 || format == OutputFormat.Gif);
    }

    private byte[] Render(byte[] source, RenderPlan plan)
    {
        var path = folder.NewPath();
        Renderer.Render(folder.With(source), plan, path, TestContext.Current.CancellationToken);
        return File.ReadAllBytes(path);
    }

    private static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
