using System.Net;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Design;

/// <summary>What every page and every file of the bundle answers.</summary>
public sealed class PageTests(MadangHost host) : IClassFixture<MadangHost>
{
    [Fact]
    public async Task A_missing_page_is_a_page_for_people_and_a_problem_for_programs()
    {
        var page = await GetPageAsync("/nothing");
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains("Nothing stands here", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        foreach (var path in new[] { "/nothing", "/api/nothing" })
        {
            var problem = await host.Stranger().GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, problem.StatusCode);
            Assert.Equal("application/problem+json", problem.Content.Headers.ContentType?.MediaType);
        }
        Assert.NotEqual("text/html", (await GetPageAsync("/api/nothing")).Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_page_of_the_operator_asks_a_stranger_to_sign_in()
    {
        var page = await GetPageAsync("/images");
        Assert.Equal(HttpStatusCode.Unauthorized, page.StatusCode);
        Assert.Contains("href=\"/sign-in\"", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_breaks_says_so_in_words_without_its_insides()
    {
        using var browser = await host.OperatorAsync();
        await host.ScalarAsync<int>("alter table images.image rename to broken");
        try
        {
            var page = await browser.SendAsync(new(HttpMethod.Get, "/images") { Headers = { { "Accept", "text/html" } } });
            var text = await page.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.InternalServerError, page.StatusCode);
            Assert.Contains("Something broke on our side", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
            Assert.DoesNotContain("42P01", text, StringComparison.Ordinal);

            // The start page lives on, and says who does not answer.
            var start = await browser.SendAsync(new(HttpMethod.Get, "/") { Headers = { { "Accept", "text/html" } } });
            Assert.Equal(HttpStatusCode.OK, start.StatusCode);
            Assert.Contains("Does not answer", await start.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        finally
        {
            await host.ScalarAsync<int>("alter table images.broken rename to image");
        }
    }

    [Theory]
    [InlineData("ko-KR,ko;q=0.9", null, "ko")]
    [InlineData("fr,en;q=0.5", null, "en")]
    [InlineData("xx", null, "en")]
    [InlineData("ko", "en", "en")]
    [InlineData("en", "ko", "ko")]
    [InlineData("ko", "nonsense", "ko")]
    public async Task The_language_is_the_chosen_one_else_what_the_browser_asks_for(string accepted, string? chosen, string expected)
    {
        var page = await GetPageAsync("/", request =>
        {
            request.Headers.TryAddWithoutValidation("Accept-Language", accepted);
            if (chosen is not null) request.Headers.Add("Cookie", $"madang.language={chosen}");
        });
        var text = await page.Content.ReadAsStringAsync();
        Assert.Contains($"<html lang=\"{expected}\"", text, StringComparison.Ordinal);
        // Korean is written as Korean, not as entities.
        Assert.Contains("마당", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example")]
    [InlineData("https://elsewhere.example/")]
    [InlineData("")]
    public async Task A_preference_never_leads_to_another_site(string returnUrl)
    {
        using var browser = await host.OperatorAsync();
        var answer = await browser.SendAsync(new(HttpMethod.Post, "/preferences")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["theme"] = "dark", ["returnUrl"] = returnUrl }),
        });
        Assert.Equal("/", answer.Headers.Location?.ToString());
    }

    [Fact]
    public async Task A_foreign_page_cannot_set_preferences()
    {
        var answer = await host.Stranger().PostAsync("/preferences", new FormUrlEncodedContent(new Dictionary<string, string> { ["theme"] = "dark" }));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task What_the_bundle_holds_is_kept_for_ever_and_sent_small()
    {
        var page = await (await GetPageAsync("/")).Content.ReadAsStringAsync();
        var style = page.Split('"').First(part => part.StartsWith("/design/app-", StringComparison.Ordinal) && part.EndsWith(".css", StringComparison.Ordinal));

        var plain = await host.Stranger().GetAsync(style);
        Assert.Equal("text/css", plain.Content.Headers.ContentType?.MediaType);
        Assert.Equal("public, max-age=31536000, immutable", plain.Headers.CacheControl?.ToString());
        Assert.Empty(plain.Content.Headers.ContentEncoding);

        var small = await host.Stranger().SendAsync(new(HttpMethod.Get, style) { Headers = { { "Accept-Encoding", "gzip, br" } } });
        Assert.Equal(["br"], small.Content.Headers.ContentEncoding);
        Assert.True(small.Content.Headers.ContentLength < plain.Content.Headers.ContentLength / 2);

        Assert.Equal(HttpStatusCode.NotFound, (await host.Stranger().GetAsync("/design/manifest.json")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Stranger().GetAsync("/design/..%2Fmanifest.json")).StatusCode);
    }

    [Fact]
    public async Task A_page_allows_no_inline_script_or_style_and_has_none()
    {
        foreach (var path in new[] { "/", "/api", "/sign-in", "/nothing" })
        {
            var page = await GetPageAsync(path);
            var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            var text = await page.Content.ReadAsStringAsync();
            Assert.DoesNotContain(" style=\"", text, StringComparison.Ordinal);
            Assert.DoesNotContain(" onclick=", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Strangers_see_no_pictures_and_no_numbers_on_the_start_page()
    {
        var stranger = await (await GetPageAsync("/")).Content.ReadAsStringAsync();
        Assert.Contains("href=\"/images\"", stranger, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"facts\"", stranger, StringComparison.Ordinal);

        using var browser = await host.OperatorAsync();
        var own = await (await browser.GetAsync("/")).Content.ReadAsStringAsync();
        Assert.Contains("class=\"facts\"", own, StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> GetPageAsync(string path, Action<HttpRequestMessage>? more = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", "text/html,application/xhtml+xml" } } };
        more?.Invoke(request);
        return host.Stranger().SendAsync(request);
    }
}
