using Madang.Images.Domain;
using Xunit;

namespace Madang.Tests.Images.Domain;

public class FormatNegotiationTests
{
    private const string Chrome = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
    private const string OldSafari = "image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5";

    [Theory]
    [InlineData(Chrome, "avif")]
    [InlineData("image/webp,*/*", "webp")]
    [InlineData(OldSafari, "jpg")]
    [InlineData("*/*", "jpg")] // a wildcard says nothing about AVIF
    [InlineData("image/*", "jpg")]
    [InlineData("", "jpg")]
    [InlineData(null, "jpg")]
    [InlineData("image/avif;q=0,image/webp", "webp")]
    [InlineData("image/avif;q=0, image/webp;q=0.0", "jpg")]
    [InlineData("image/avif;q=0.5,image/webp;q=0.9", "webp")] // the client's wish before ours
    [InlineData("image/webp;q=0.5,image/jpeg", "jpg")]
    [InlineData("image/webp,image/jpeg", "webp")] // a tie is ours
    [InlineData("IMAGE/AVIF ; Q=1.0", "avif")]
    [InlineData("image/avif;q=banana", "jpg")]
    [InlineData("image/avif;q=2", "jpg")]
    [InlineData("image/avif;v=1;q=0,image/avifs", "jpg")]
    [InlineData("image/jpeg;q=0", "jpg")] // better than a 406 in a page
    [InlineData(",,;,", "jpg")]
    public void Auto_follows_accept(string? accept, string expected) =>
        Assert.Equal((expected, true), Choose("", accept, new(new(10, 10))));

    [Theory]
    [InlineData("", true, "png")]
    [InlineData("bg=fff", true, "jpg")] // nothing shows through any more
    [InlineData("w=9&h=9&fit=fill&bg=transparent", false, "png")]
    public void The_fallback_is_png_where_a_pixel_may_be_transparent(string query, bool alpha, string expected) =>
        Assert.Equal((expected, true), Choose(query, "*/*", new(new(10, 10), alpha)));

    [Theory]
    [InlineData(Chrome, "webp")] // AVIF would stand still
    [InlineData("image/avif", "gif")]
    [InlineData("*/*", "gif")]
    public void What_moves_goes_on_moving(string accept, string expected) =>
        Assert.Equal((expected, true), Choose("", accept, new(new(10, 10), Animated: true)));

    [Fact]
    public void A_named_format_does_not_vary() => Assert.Equal(("png", false), Choose("fm=png", Chrome, new(new(10, 10))));

    private static (string, bool) Choose(string query, string? accept, SourceShape source)
    {
        var chosen = FormatNegotiation.Choose(SomeTransform.Read(query), accept, source);
        return (chosen.Format.Extension(), chosen.VariesByAccept);
    }
}
