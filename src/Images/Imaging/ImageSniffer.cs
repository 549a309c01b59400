using System.Buffers.Binary;

namespace Madang.Images.Imaging;

/// <summary>Tells a picture's type from its first bytes. Names and headers of the sender are never asked.</summary>
internal static class ImageSniffer
{
    /// <summary>This many leading bytes decide.</summary>
    public const int Needed = 256;

    /// <summary>The type, or null when it is none that we take.</summary>
    public static SourceFormat? Sniff(ReadOnlySpan<byte> head) => head switch
    {
        [0xFF, 0xD8, 0xFF, ..] => SourceFormat.Jpeg,
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => SourceFormat.Png,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => SourceFormat.Gif,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => SourceFormat.Webp,
        [(byte)'I', (byte)'I', 42, 0, ..] or [(byte)'M', (byte)'M', 0, 42, ..] => SourceFormat.Tiff,
        [(byte)'I', (byte)'I', 43, 0, ..] or [(byte)'M', (byte)'M', 0, 43, ..] => SourceFormat.Tiff,
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => SniffBrands(head),
        _ => null,
    };

    /// <summary>It is SVG, or says so early: worth a refusal that names the reason.</summary>
    public static bool IsSvg(ReadOnlySpan<byte> head)
    {
        var text = head.StartsWith("\uFEFF"u8) ? head[3..] : head;
        text = text.TrimStart(" \t\r\n"u8);
        return text.StartsWith("<svg"u8)
            || (text.StartsWith("<"u8) && (text.IndexOf("<svg"u8) >= 0 || text.IndexOf("<!DOCTYPE svg"u8) >= 0));
    }

    /// <summary>AVIF and HEIC share a container; the brands of its first box tell them apart (ISO/IEC 14496-12, 23008-12).</summary>
    private static SourceFormat? SniffBrands(ReadOnlySpan<byte> head)
    {
        var end = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(head), (uint)head.Length);
        SourceFormat? found = null;

        // The major brand, then (past the minor version) the compatible ones. AVIF wins: its files may list HEIF brands too.
        for (var at = 8; at + 4 <= end; at += at == 8 ? 8 : 4)
        {
            var brand = head.Slice(at, 4);
            if (brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8))
            {
                return SourceFormat.Avif;
            }

            if (brand.StartsWith("hei"u8) || brand.StartsWith("hev"u8))
            {
                found = SourceFormat.Heic;
            }
        }

        return found;
    }
}
