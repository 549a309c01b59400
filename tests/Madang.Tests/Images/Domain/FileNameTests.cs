using System.Text;
using Madang.Images.Domain;
using Xunit;

namespace Madang.Tests.Images.Domain;

public class FileNameTests
{
    [Theory]
    [InlineData("photo.jpg", "photo.jpg")]
    [InlineData("여름_휴가 2026.jpg", "여름_휴가 2026.jpg")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("C:\\Users\\me\\photo.jpg", "photo.jpg")]
    [InlineData("..", "image")]
    [InlineData("/", "image")]
    [InlineData("", "image")]
    [InlineData(null, "image")]
    [InlineData("   . ", "image")]
    [InlineData(".htaccess", "htaccess")]
    [InlineData("a\r\nSet-Cookie: x\0.png", "aSet-Cookie_ x.png")]
    [InlineData("evil\u202Egpj.exe", "evilgpj.exe")] // would be shown as evilexe.jpg
    [InlineData("what?<is>\"this\"|*.png", "what__is__this___.png")]
    [InlineData("\u1112\u1161\u11AB.jpg", "한.jpg")] // as a Mac sends it
    [InlineData("\uFFFE한\uFFFF.jpg", "한.jpg")] // which no normal form takes
    public void Is_cleaned(string? name, string expected) => Assert.Equal(expected, FileName.Clean(name));

    [Fact]
    public void A_broken_surrogate_does_not_break_us() => Assert.Equal("a\uFFFDb.png", FileName.Clean("a\uD83Db.png"));

    [Fact]
    public void Three_hundred_korean_letters_are_cut_between_letters_and_keep_their_extension()
    {
        var name = FileName.Clean(new string('가', 300) + ".jpeg");
        Assert.Equal(new string('가', 83) + ".jpeg", name);
        Assert.Equal(254, Encoding.UTF8.GetByteCount(name));
    }

    [Fact]
    public void A_family_is_not_torn_apart()
    {
        const string family = "👨‍👩‍👧‍👦"; // one letter of 25 bytes
        var name = FileName.Clean(string.Concat(Enumerable.Repeat(family, 30)) + ".png");
        Assert.Equal(string.Concat(Enumerable.Repeat(family, 10)) + ".png", name);
    }

    [Theory]
    [InlineData("여름_휴가.HEIC", "webp", "여름_휴가.webp")]
    [InlineData("photo.JPG", "jpg", "photo.JPG")]
    [InlineData("photo.jpeg", "jpg", "photo.jpeg")]
    [InlineData("photo.jpeg", "png", "photo.png")]
    [InlineData("v1.2_final", "png", "v1.2_final.png")]
    [InlineData("image", "avif", "image.avif")]
    public void Gets_the_extension_of_what_is_served(string name, string format, string expected) =>
        Assert.Equal(expected, FileName.For(name, OutputFormats.FromExtension(format)!.Value));

    [Fact]
    public void A_longer_extension_still_fits() =>
        Assert.True(Encoding.UTF8.GetByteCount(FileName.For(FileName.Clean(new string('가', 300)), OutputFormat.Webp)) <= FileName.MaxBytes);
}
