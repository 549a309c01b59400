using Madang.Images.Domain;
using Madang.Images.Imaging.Native;

namespace Madang.Tests.Images;

/// <summary>
/// The picture that the official IIIF validator uses, made anew: 1000 x 1000, ten by ten flat squares of colours that differ
/// from each other by more than any encoder errs. A pixel of an answer then tells which part of the picture it came from.
/// </summary>
internal static class Squares
{
    public const int Side = 1000;

    private const int Square = 100;

    private static readonly Lazy<byte[]> Made = new(Make);

    public static byte[] Png => Made.Value;

    /// <summary>The colour of the square in this column and row.</summary>
    public static Rgba At(int column, int row)
    {
        var number = (row * 10) + column;
        return new((byte)(20 + (number % 5 * 52)), (byte)(20 + (number / 5 % 5 * 52)), (byte)(20 + (number / 25 * 64)));
    }

    private static byte[] Make()
    {
        var pixels = new byte[Side * Side * 3];
        for (var at = 0; at < Side * Side; at++)
        {
            var color = At(at % Side / Square, at / Side / Square);
            (pixels[at * 3], pixels[(at * 3) + 1], pixels[(at * 3) + 2]) = (color.R, color.G, color.B);
        }
        var path = Path.GetTempFileName();
        using (var image = VipsImage.FromBytes(pixels, new(Side, Side), 3).Then(new VipsOperation("copy").Set("interpretation", "srgb")))
            new VipsOperation("pngsave").Set("in", image).Set("filename", path).RunToEnd();
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }
}
