using System.Buffers.Binary;
using Madang.Images.Imaging;

namespace Madang.Tests.Images;

/// <summary>Small files that claim to be huge pictures: whoever believes them and decodes is out of memory.</summary>
internal static class Bombs
{
    public static byte[] Make(SourceFormat format) => format switch
    {
        SourceFormat.Jpeg => Jpeg(),
        SourceFormat.Png => Png(),
        SourceFormat.Webp => Webp(),
        SourceFormat.Gif => Gif(),
        SourceFormat.Tiff => Tiff(),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>A frame header that says 65000 x 65000.</summary>
    private static byte[] Jpeg()
    {
        var bytes = (byte[])Pictures.Jpeg(16, 16).Clone();
        var header = bytes.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(header + 5), 65_000);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(header + 7), 65_000);
        return bytes;
    }

    /// <summary>IHDR says 30000 x 30000.</summary>
    private static byte[] Png()
    {
        var bytes = (byte[])Pictures.Png(16, 16).Clone();
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(16), 30_000);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(20), 30_000);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(29), Crc(bytes.AsSpan(12, 17)));
        return bytes;
    }

    /// <summary>A lossless bitstream's 14-bit sizes say 16383 x 16383.</summary>
    private static byte[] Webp() =>
    [
        .. "RIFF"u8, 26, 0, 0, 0, .. "WEBPVP8L"u8, 13, 0, 0, 0,
        0x2F, 0xFE, 0xBF, 0xFF, 0x0F, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>The screen and its only frame say 60000 x 60000.</summary>
    private static byte[] Gif() =>
    [
        .. "GIF89a"u8, 0x60, 0xEA, 0x60, 0xEA, 0x80, 0, 0, 0, 0, 0, 255, 255, 255,
        0x2C, 0, 0, 0, 0, 0x60, 0xEA, 0x60, 0xEA, 0, 2, 2, 0x4C, 0x01, 0, 0x3B,
    ];

    /// <summary>The first directory says 60000 x 60000.</summary>
    private static byte[] Tiff()
    {
        var bytes = (byte[])Pictures.Tiff(16, 16).Clone();
        var directory = (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4));
        var entries = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(directory));
        for (var i = 0; i < entries; i++)
        {
            var entry = bytes.AsSpan(directory + 2 + (12 * i), 12);
            if (BinaryPrimitives.ReadUInt16LittleEndian(entry) is 256 or 257)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], 4);
                BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], 60_000);
            }
        }

        return bytes;
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = 0xFFFF_FFFFu;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB8_8320u : crc >> 1;
            }
        }

        return ~crc;
    }
}
