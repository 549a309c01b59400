using Madang.Platform.Web;
using Microsoft.Extensions.Configuration;

namespace Madang.Tests.Platform;

public sealed class PublicUrlTests
{
    [Theory]
    [InlineData("https://madang.example", "https://madang.example/sign-in")]
    [InlineData("https://madang.example/", "https://madang.example/sign-in")]
    [InlineData("https://town.example/madang", "https://town.example/madang/sign-in")]
    [InlineData("", "http://127.0.0.1:5080/sign-in")]
    public void Links_begin_with_the_configured_address(string configured, string link) => Assert.Equal(link, Of(configured).Of("/sign-in"));

    [Theory]
    [InlineData("madang.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("ftp://madang.example")]
    public void What_is_no_address_of_a_site_is_refused(string configured) => Assert.Throws<InvalidOperationException>(() => Of(configured));

    private static PublicUrl Of(string configured) =>
        new(new ConfigurationBuilder().AddInMemoryCollection([new("Web:PublicUrl", configured)]).Build());
}
