using System.Buffers.Binary;
using System.Text;

namespace Madang.Tests.Images;

/// <summary>
/// What phones write into pictures and nobody may see: EXIF with an owner, a position and maker notes, and XMP. Every text in
/// it holds <see cref="Mark"/>, so that a test may look for it in any file.
/// </summary>
internal static class PictureMetadata
{
    public const string Mark = "SECRET";

    public static readonly byte[] Xmp = Encoding.UTF8.GetBytes(
        $"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:creator="{Mark}-XMP"/></rdf:RDF></x:xmpmeta>""");

    /// <summary>"Exif\0\0" and a little-endian TIFF structure with IFD0, the Exif IFD (maker note) and the GPS IFD.</summary>
    public static byte[] Exif(int orientation)
    {
        const int ifd0 = 8;
        const int exif = ifd0 + 2 + (4 * 12) + 4;
        const int gps = exif + 2 + 12 + 4;
        const int data = gps + 2 + (4 * 12) + 4;
        var artist = Encoding.ASCII.GetBytes($"{Mark}-ARTIST\0");
        var maker = Encoding.ASCII.GetBytes($"{Mark}-MAKER-NOTE\0");
        var makerAt = data + artist.Length + (artist.Length & 1);
        var latitudeAt = makerAt + maker.Length + (maker.Length & 1);
        var longitudeAt = latitudeAt + 24;

        var tiff = new byte[longitudeAt + 24];
        tiff[0] = tiff[1] = (byte)'I';
        Put16(2, 42);
        Put32(4, ifd0);

        var at = ifd0;
        Put16(at, 4);
        at += 2;
        Entry(0x0112, 3, 1, (uint)orientation);
        Entry(0x013B, 2, (uint)artist.Length, data);
        Entry(0x8769, 4, 1, exif);
        Entry(0x8825, 4, 1, gps);

        at = exif;
        Put16(at, 1);
        at += 2;
        Entry(0x927C, 7, (uint)maker.Length, (uint)makerAt);

        at = gps;
        Put16(at, 4);
        at += 2;
        Entry(0x0001, 2, 2, 'N');
        Entry(0x0002, 5, 3, (uint)latitudeAt);
        Entry(0x0003, 2, 2, 'E');
        Entry(0x0004, 5, 3, (uint)longitudeAt);

        artist.CopyTo(tiff, data);
        maker.CopyTo(tiff, makerAt);
        uint[] seoul = [37, 1, 33, 1, 58, 1, 126, 1, 58, 1, 40, 1];
        for (var i = 0; i < seoul.Length; i++)
        {
            Put32(latitudeAt + (4 * i), seoul[i]);
        }

        return [.. "Exif\0\0"u8, .. tiff];

        void Entry(int tag, int type, uint count, uint value)
        {
            Put16(at, tag);
            Put16(at + 2, type);
            Put32(at + 4, count);
            Put32(at + 8, value);
            at += 12;
        }

        void Put16(int offset, int value) => BinaryPrimitives.WriteUInt16LittleEndian(tiff.AsSpan(offset), (ushort)value);

        void Put32(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(tiff.AsSpan(offset), value);
    }

    /// <summary>A JPEG with EXIF and XMP segments put behind its start marker.</summary>
    public static byte[] InJpeg(byte[] jpeg, int orientation) =>
        [.. jpeg.AsSpan(0, 2), .. Segment(Exif(orientation)), .. Segment([.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Xmp]), .. jpeg.AsSpan(2)];

    private static byte[] Segment(byte[] body) => [0xFF, 0xE1, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body];
}
