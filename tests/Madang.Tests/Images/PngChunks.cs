using System.Buffers.Binary;

namespace Madang.Tests.Images;

/// <summary>PNG files taken apart and put together again.</summary>
internal static class PngChunks
{
    /// <summary>All chunks are there with good sums; what is packed in them is noise.</summary>
    public static byte[] WithRuinedPixels(byte[] png)
    {
        var ruined = (byte[])png.Clone();
        for (var at = 8; at < ruined.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(ruined.AsSpan(at));
            var chunk = ruined.AsSpan(at + 4, length + 4);
            if (chunk[..4].SequenceEqual("IDAT"u8))
            {
                new Random(3).NextBytes(chunk[4..]);
                BinaryPrimitives.WriteUInt32BigEndian(ruined.AsSpan(at + 8 + length), Crc(chunk));
            }
            at += length + 12;
        }
        return ruined;
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = 0xFFFF_FFFFu;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB8_8320u : crc >> 1;
        }
        return ~crc;
    }
}
