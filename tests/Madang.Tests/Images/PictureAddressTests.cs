using System.Net;
using System.Text.RegularExpressions;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Images;

/// <summary>Where addresses must be signed, the operator's pages still show their pictures, and offer addresses that work for strangers.</summary>
public sealed partial class PictureAddressTests(PictureAddressTests.SigningHost host) : IClassFixture<PictureAddressTests.SigningHost>
{
    [Fact]
    public async Task The_pages_sign_what_they_show_and_what_is_tried_out()
    {
        var program = await host.ProgramAsync("images:write", "images:read");
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Pictures.Jpeg()), "file", "signed.jpg" } };
        var id = (await (await program.PostAsync("/api/images", form)).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetString();
        await Answers.EventuallyAsync(
            async () => (await (await program.GetAsync($"/api/images/{id}")).JsonAsync()).GetProperty("status").GetString(), status => status == "ready");
        Assert.Equal(HttpStatusCode.Forbidden, (await host.Stranger().GetAsync($"/cdn/{id}?w=320")).StatusCode);

        using var browser = await host.OperatorAsync();
        foreach (var page in new[] { "/images", $"/images/{id}" })
        {
            var html = await (await browser.GetAsync(page)).Content.ReadAsStringAsync();
            var address = WebUtility.HtmlDecode(Source().Match(html).Groups["address"].Value);
            Assert.Contains("s=", address, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await host.Stranger().GetAsync(address)).StatusCode);
        }

        var tried = await browser.GetAsync($"/images/{id}/rendition?w=100&fm=webp&q=70");
        Assert.Equal(HttpStatusCode.Redirect, tried.StatusCode);
        Assert.Equal("image/webp", (await host.Stranger().GetAsync(tried.Headers.Location)).Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Stranger().GetAsync($"/images/{id}/rendition?w=100")).StatusCode);
    }

    [GeneratedRegex("<img src=\"(?<address>/cdn/[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Source();

    public sealed class SigningHost(TestDatabase database) : MadangHost(database)
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings =>
            [new("Images:RequireSignature", "true"), new("Images:SigningKeys:0", "a secret of more than sixteen bytes")];
    }
}
