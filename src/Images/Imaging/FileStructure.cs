using System.Buffers.Binary;

namespace Madang.Images.Imaging;

/// <summary>
/// Walks the parts that a file claims to have, without decoding: whether all of it is there, whether it is interlaced, and in
/// how many scans a JPEG comes. Decoders notice a missing tail only at the end of their work, and some not at all.
/// </summary>
internal readonly record struct FileStructure(bool IsWhole, bool Interlaced, int Scans = 1)
{
    private static readonly FileStructure Cut = new(false, false);
    private static readonly FileStructure Plain = new(true, false);

    public static FileStructure Read(Stream file, SourceFormat format)
    {
        file.Position = 0;
        var reader = new Walker(file);
        return format switch
        {
            SourceFormat.Jpeg => ReadJpeg(reader),
            SourceFormat.Png => ReadPng(reader),
            SourceFormat.Webp => reader.Skip(4) && reader.Number32(littleEndian: true) is { } size && size + 8L <= reader.Length ? Plain : Cut,
            SourceFormat.Gif => ReadGif(reader),
            SourceFormat.Avif or SourceFormat.Heic => ReadBoxes(reader),
            // A TIFF's parts lie anywhere: its decoder has to find out.
            _ => Plain,
        };
    }

    /// <summary>Segments with lengths, then entropy-coded data up to the next marker, until the end marker (ITU T.81, annex B).</summary>
    private static FileStructure ReadJpeg(Walker file)
    {
        var progressive = false;
        var scans = 0;
        if (!file.Skip(2))
        {
            return Cut;
        }

        while (file.SkipTo(0xFF))
        {
            int? marker;
            do
            {
                marker = file.Byte();
            }
            while (marker == 0xFF);

            switch (marker)
            {
                case null:
                    return Cut;
                case 0xD9:
                    return new(true, progressive, scans);
                case 0x00 or 0x01 or (>= 0xD0 and <= 0xD8):
                    continue; // A stuffed byte or a restart within the data: no length follows.
                case 0xC2 or 0xC6 or 0xCA or 0xCE:
                    progressive = true;
                    break;
                case 0xDA:
                    scans++;
                    break;
            }

            if (file.Number16() is not { } length || !file.Skip(length - 2))
            {
                return Cut;
            }
        }

        return Cut;
    }

    /// <summary>Chunks until IEND (PNG 3rd edition, 5.3).</summary>
    private static FileStructure ReadPng(Walker file)
    {
        var interlaced = false;
        if (!file.Skip(8))
        {
            return Cut;
        }

        while (file.Number32() is { } length && file.Number32() is { } type)
        {
            const uint header = 0x49484452;
            const uint end = 0x49454E44;
            if (type == header && length == 13)
            {
                interlaced = file.Skip(12) && file.Byte() == 1;
                length = 0;
            }

            if (!file.Skip(length + 4L))
            {
                break;
            }

            if (type == end)
            {
                return new(true, interlaced);
            }
        }

        return new(false, interlaced);
    }

    /// <summary>Blocks of sub-blocks (GIF89a). A missing trailer after a whole block is common, and forgiven.</summary>
    private static FileStructure ReadGif(Walker file)
    {
        if (!file.Skip(10) || file.Byte() is not { } screen || !file.Skip(2 + ColorTable(screen)))
        {
            return Cut;
        }

        while (file.Byte() is { } block)
        {
            switch (block)
            {
                case 0x3B:
                    return Plain;
                case 0x21 when file.Skip(1) && SkipSubBlocks(file):
                    break;
                case 0x2C when file.Skip(8) && file.Byte() is { } flags && file.Skip(ColorTable(flags) + 1) && SkipSubBlocks(file):
                    break;
                default:
                    return Cut;
            }
        }

        return Plain;

        static int ColorTable(int flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

        static bool SkipSubBlocks(Walker file)
        {
            while (file.Byte() is { } length)
            {
                if (length == 0)
                {
                    return true;
                }

                if (!file.Skip(length))
                {
                    return false;
                }
            }

            return false;
        }
    }

    /// <summary>Boxes with lengths up to the end of the file (ISO/IEC 14496-12, 4.2).</summary>
    private static FileStructure ReadBoxes(Walker file)
    {
        while (file.Position < file.Length)
        {
            if (file.Number32() is not { } length || file.Number32() is null)
            {
                return Cut;
            }

            var body = length switch
            {
                0 => file.Length - file.Position,
                1 when file.Number32() is { } high && file.Number32() is { } low => (long)(((ulong)high << 32) | low) - 16,
                _ => length - 8L,
            };
            if (body < 0 || !file.Skip(body))
            {
                return Cut;
            }
        }

        return Plain;
    }

    /// <summary>Reads forward with a small buffer; null or false past the end.</summary>
    private sealed class Walker(Stream file)
    {
        private readonly byte[] buffer = new byte[64 * 1024];
        private int next;
        private int filled;

        public long Length { get; } = file.Length;

        public long Position => file.Position - filled + next;

        public int? Byte() => next < filled || Fill() ? buffer[next++] : null;

        public int? Number16() => Byte() is { } high && Byte() is { } low ? high << 8 | low : null;

        public uint? Number32(bool littleEndian = false)
        {
            if (Number16() is not { } high || Number16() is not { } low)
            {
                return null;
            }

            var number = (uint)high << 16 | (uint)low;
            return littleEndian ? BinaryPrimitives.ReverseEndianness(number) : number;
        }

        public bool Skip(long count)
        {
            if (count < 0 || Position + count > Length)
            {
                return false;
            }

            if (count <= filled - next)
            {
                next += (int)count;
                return true;
            }

            file.Position = Position + count;
            next = filled = 0;
            return true;
        }

        /// <summary>Past the next byte of this value.</summary>
        public bool SkipTo(byte value)
        {
            while (next < filled || Fill())
            {
                var found = buffer.AsSpan(next, filled - next).IndexOf(value);
                if (found >= 0)
                {
                    next += found + 1;
                    return true;
                }

                next = filled;
            }

            return false;
        }

        private bool Fill()
        {
            next = 0;
            filled = file.Read(buffer);
            return filled > 0;
        }
    }
}
