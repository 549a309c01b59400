using System.Buffers.Binary;
using System.Text;
using Xunit;

namespace Madang.Tests.Images.Imaging;

/// <summary>The names of the parts that a picture file consists of, so that a test may say which are allowed.</summary>
internal static class ContainerParts
{
    /// <summary>Markers, such as "FFE1".</summary>
    public static List<string> OfJpeg(ReadOnlySpan<byte> file)
    {
        var parts = new List<string>();
        for (var at = 2; file[at] == 0xFF && file[at + 1] != 0xDA; at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]))
        {
            parts.Add($"FF{file[at + 1]:X2}");
        }

        return parts;
    }

    public static List<string> OfPng(ReadOnlySpan<byte> file)
    {
        var parts = new List<string>();
        for (var at = 8; at < file.Length; at += 12 + (int)BinaryPrimitives.ReadUInt32BigEndian(file[at..]))
        {
            parts.Add(Encoding.ASCII.GetString(file.Slice(at + 4, 4)));
        }

        return parts;
    }

    /// <summary>Chunk types, and "flags:XX" for what VP8X claims to follow.</summary>
    public static List<string> OfWebp(ReadOnlySpan<byte> file)
    {
        Assert.Equal(file.Length - 8, (int)BinaryPrimitives.ReadUInt32LittleEndian(file[4..]));
        var parts = new List<string>();
        for (var at = 12; at < file.Length;)
        {
            parts.Add(Encoding.ASCII.GetString(file.Slice(at, 4)));
            if (parts[^1] == "VP8X")
            {
                parts.Add($"flags:{file[at + 8]:X2}");
            }

            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]);
            at += 8 + length + (length & 1);
        }

        return parts;
    }

    /// <summary>The types of the items in a HEIF file: "av01" and the like; "Exif" and "mime" are metadata.</summary>
    public static List<string> OfAvif(ReadOnlySpan<byte> file)
    {
        var parts = new List<string>();
        for (var at = file.IndexOf("infe"u8); at >= 0;)
        {
            // Box header, version and flags, item id, protection index, then the type (ISO/IEC 14496-12, 8.11.6).
            parts.Add(Encoding.ASCII.GetString(file.Slice(at + 12, 4)));
            var next = file[(at + 4)..].IndexOf("infe"u8);
            at = next < 0 ? -1 : at + 4 + next;
        }

        return parts;
    }
}
