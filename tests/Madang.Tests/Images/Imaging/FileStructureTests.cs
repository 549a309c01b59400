using FsCheck;
using FsCheck.Fluent;
using Madang.Images.Imaging;
using Xunit;

namespace Madang.Tests.Images.Imaging;

public sealed class FileStructureTests
{
    [Fact]
    public void Every_picture_is_whole_and_no_beginning_of_it_is()
    {
        SourceFormat[] formats = [SourceFormat.Jpeg, SourceFormat.Png, SourceFormat.Webp, SourceFormat.Avif, SourceFormat.Heic];
        var cuts =
            from format in Gen.Elements(formats)
            from length in Gen.Choose(0, Pictures.Of(format).Length - 1)
            select (format, length);

        Assert.All(formats, format => Assert.True(IsWhole(format, Pictures.Of(format))));

        // A box file cut exactly between two boxes looks whole; the decoder then misses what the first box points to.
        Prop.ForAll(cuts.ToArbitrary(), cut => !IsWhole(cut.format, Pictures.Of(cut.format)[..cut.length]) || EndsWithBox(cut.format, cut.length))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_gif_may_lack_its_trailer_but_not_its_last_block()
    {
        var gif = Pictures.AnimatedGif();

        Assert.True(IsWhole(SourceFormat.Gif, gif));
        Assert.True(IsWhole(SourceFormat.Gif, gif[..^1]));
        Assert.False(IsWhole(SourceFormat.Gif, gif[..^2]));
        Assert.False(IsWhole(SourceFormat.Gif, gif[..12]));
    }

    [Fact]
    public void What_follows_the_end_does_not_matter()
    {
        Assert.True(IsWhole(SourceFormat.Jpeg, [.. Pictures.ProgressiveJpeg(), 1, 2, 3, 0xFF]));
        Assert.True(IsWhole(SourceFormat.Png, [.. Pictures.Png(), 1, 2, 3]));
        Assert.True(IsWhole(SourceFormat.Webp, [.. Pictures.Webp(), 0]));
    }

    [Fact]
    public void An_embedded_thumbnail_is_not_taken_for_the_end()
    {
        // Cameras put a whole JPEG, end marker and all, into the EXIF segment of the large one.
        var photo = Pictures.Jpeg();
        var thumbnail = Pictures.Jpeg(16, 16);
        byte[] segment = [0xFF, 0xE1, (byte)((thumbnail.Length + 2) >> 8), (byte)(thumbnail.Length + 2), .. thumbnail];
        byte[] both = [.. photo.AsSpan(0, 2), .. segment, .. photo.AsSpan(2)];

        Assert.True(IsWhole(SourceFormat.Jpeg, both));
        Assert.False(IsWhole(SourceFormat.Jpeg, both[..(both.Length / 2)]));
    }

    private static bool IsWhole(SourceFormat format, byte[] file) => FileStructure.Read(new MemoryStream(file), format).IsWhole;

    private static bool EndsWithBox(SourceFormat format, int length)
    {
        if (format is not (SourceFormat.Avif or SourceFormat.Heic))
        {
            return false;
        }

        var file = Pictures.Of(format);
        var at = 0;
        while (at < length)
        {
            at += System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
        }

        return at == length;
    }
}
