using System.Buffers.Binary;

namespace Madang.Images.Imaging;

/// <summary>
/// Takes EXIF, XMP and the colour profile (it is sRGB) out of a WebP file: libvips 8.14 writes them whatever it is told.
/// A WebP file is RIFF: chunks of type, length and data, padded to even length; the first, VP8X, has a flag for each kind
/// of metadata (RFC 9649).
/// </summary>
internal static class WebpContainer
{
    private const byte MetadataFlags = 0x20 | 0x08 | 0x04;

    /// <summary>Moves what stays to the front and cuts the rest off; in place, a chunk's header at a time.</summary>
    public static void DropMetadata(Stream file)
    {
        Span<byte> chunk = stackalloc byte[8];
        file.Position = 8;
        file.ReadExactly(chunk[..4]);
        var kept = file.Position;

        for (var at = kept; at + 8 <= file.Length;)
        {
            file.Position = at;
            file.ReadExactly(chunk);
            var length = 8 + (long)BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            length = Math.Min(length + (length & 1), file.Length - at);
            var type = chunk[..4];
            if (type.SequenceEqual("VP8X"u8))
            {
                var flags = (byte)(file.ReadByte() & ~MetadataFlags);
                file.Position--;
                file.WriteByte(flags);
            }

            if (!type.SequenceEqual("EXIF"u8) && !type.SequenceEqual("XMP "u8) && !type.SequenceEqual("ICCP"u8))
            {
                Move(file, at, kept, length);
                kept += length;
            }

            at += length;
        }

        file.SetLength(kept);
        file.Position = 4;
        BinaryPrimitives.WriteUInt32LittleEndian(chunk, (uint)(kept - 8));
        file.Write(chunk[..4]);
        file.Position = kept;
    }

    private static void Move(Stream file, long from, long to, long length)
    {
        if (from == to)
        {
            return;
        }

        var buffer = new byte[Math.Min(length, 64 * 1024)];
        for (long done = 0; done < length;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - done));
            file.Position = from + done;
            file.ReadExactly(part);
            file.Position = to + done;
            file.Write(part);
            done += part.Length;
        }
    }
}
