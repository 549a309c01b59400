using Madang.Images.Imaging;
using Xunit;

namespace Madang.Tests.Images.Imaging;

public sealed class ImageSnifferTests
{
    [Fact]
    public void Every_type_that_is_taken_is_known_by_its_first_bytes() =>
        Assert.All(Enum.GetValues<SourceFormat>(), format =>
            Assert.Equal(format, ImageSniffer.Sniff(Pictures.Of(format).AsSpan(0, Math.Min(64, Pictures.Of(format).Length)))));

    [Fact]
    public void Containers_are_told_apart_by_their_brands()
    {
        Assert.Equal(SourceFormat.Heic, Brands("heic", "mif1", "heic"));
        Assert.Equal(SourceFormat.Heic, Brands("mif1", "mif1", "heix"));
        Assert.Equal(SourceFormat.Avif, Brands("mif1", "mif1", "miaf", "avif"));
        Assert.Equal(SourceFormat.Avif, Brands("avis", "avif"));
        Assert.Null(Brands("isom", "mp41"));
        Assert.Null(Brands("mif1", "mif1"));
    }

    [Fact]
    public void Other_files_are_none_of_ours()
    {
        byte[][] others =
        [
            [], "B"u8.ToArray(), "BM6\0\0\0"u8.ToArray(), "%PDF-1.4"u8.ToArray(), "RIFF\0\0\0\0WAVEfmt "u8.ToArray(), "GIF90a"u8.ToArray(),
            "<html><body><img></body></html>"u8.ToArray(), [0x00, 0x00, 0x01, 0x00, 1, 0], [0xFF, 0x0A], "8BPS\0\x1"u8.ToArray(),
        ];
        Assert.All(others, bytes => Assert.Null(ImageSniffer.Sniff(bytes)));
        Assert.All(others, bytes => Assert.False(ImageSniffer.IsSvg(bytes)));
    }

    [Fact]
    public void Svg_is_known_behind_declarations_and_comments()
    {
        Assert.True(ImageSniffer.IsSvg("<svg xmlns='x'>"u8));
        Assert.True(ImageSniffer.IsSvg("  <?xml version='1.0'?>\n<!-- drawn by hand -->\n<svg>"u8));
        Assert.True(ImageSniffer.IsSvg("<!DOCTYPE svg PUBLIC"u8));
        Assert.False(ImageSniffer.IsSvg("text about <svg> tags"u8));
    }

    private static SourceFormat? Brands(params string[] brands)
    {
        byte[] body = [.. System.Text.Encoding.ASCII.GetBytes("ftyp" + brands[0] + "\0\0\0\0" + string.Concat(brands[1..]))];
        return ImageSniffer.Sniff([0, 0, 0, (byte)(body.Length + 4), .. body, .. "later avif"u8]);
    }
}
