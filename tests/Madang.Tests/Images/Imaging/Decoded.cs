using Madang.Images.Domain;
using Madang.Images.Imaging;
using Madang.Images.Imaging.Native;
using Xunit;

namespace Madang.Tests.Images.Imaging;

/// <summary>The pixels of a file, as RGBA, to look at in tests.</summary>
internal sealed class Decoded
{
    private readonly byte[] pixels;

    private Decoded(SourceFile source, VipsImage strip)
    {
        Format = source.Format;
        Size = source.Stored;
        Frames = source.Frames;
        HasAlpha = source.HasAlpha;
        Delays = strip.Ints("delay");
        Loop = strip.Int("loop");
        var image = new VipsOperation("colourspace").Set("in", strip).Set("space", "srgb").Run();
        image = image.HasAlpha ? image : image.Then(new VipsOperation("bandjoin_const").Set("c", 255));
        using var rgba = image.Then(new VipsOperation("cast").Set("format", "uchar"));
        pixels = rgba.ToBytes();
    }

    public SourceFormat Format { get; }

    /// <summary>Of one frame.</summary>
    public PixelSize Size { get; }

    public int Frames { get; }

    public bool HasAlpha { get; }

    /// <summary>How long each frame is shown, ms.</summary>
    public int[] Delays { get; }

    public int? Loop { get; }

    public static Decoded Of(string path)
    {
        var source = SourceFile.Open(path);
        using var strip = source.Load(allFrames: true);
        return new Decoded(source, strip);
    }

    public Rgba At(int x, int y, int frame = 0)
    {
        var at = ((((frame * Size.Height) + y) * Size.Width) + x) * 4;
        return new(pixels[at], pixels[at + 1], pixels[at + 2], pixels[at + 3]);
    }

    /// <summary>Peak signal to noise ratio of the colour channels, in dB: above 40 nobody sees a difference.</summary>
    public double PsnrTo(Decoded other)
    {
        Assert.Equal(Size, other.Size);
        double sum = 0;
        for (var i = 0; i < pixels.Length; i++)
        {
            var difference = (i & 3) == 3 ? 0 : pixels[i] - other.pixels[i];
            sum += difference * difference;
        }

        return sum == 0 ? double.PositiveInfinity : 10 * Math.Log10(255.0 * 255.0 / (sum / (pixels.Length * 0.75)));
    }

    public static void AssertNear(Rgba expected, Rgba actual, int tolerance = 12)
    {
        var distance = new[]
        {
            Math.Abs(expected.R - actual.R), Math.Abs(expected.G - actual.G), Math.Abs(expected.B - actual.B), Math.Abs(expected.A - actual.A),
        }.Max();
        Assert.True(distance <= tolerance, $"expected about {expected}, was {actual}");
    }
}
