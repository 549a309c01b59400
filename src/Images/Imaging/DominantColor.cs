using Madang.Images.Domain;

namespace Madang.Images.Imaging;

/// <summary>
/// The colour that most of a picture has: the average of the fullest of 512 colour boxes. An average over everything would
/// be mud.
/// </summary>
internal static class DominantColor
{
    /// <summary>Of straight RGBA pixels; what is transparent counts as little as it shows. Null when nothing shows.</summary>
    public static Rgba? Of(ReadOnlySpan<byte> rgba)
    {
        var boxes = new (long R, long G, long B, long Weight)[512];
        for (var i = 0; i < rgba.Length; i += 4)
        {
            var (r, g, b, weight) = (rgba[i], rgba[i + 1], rgba[i + 2], rgba[i + 3]);
            ref var box = ref boxes[((r >> 5) << 6) | ((g >> 5) << 3) | (b >> 5)];
            box.R += r * weight;
            box.G += g * weight;
            box.B += b * weight;
            box.Weight += weight;
        }

        var fullest = boxes.MaxBy(box => box.Weight);
        return fullest.Weight == 0
            ? null
            : new((byte)(fullest.R / fullest.Weight), (byte)(fullest.G / fullest.Weight), (byte)(fullest.B / fullest.Weight));
    }
}
