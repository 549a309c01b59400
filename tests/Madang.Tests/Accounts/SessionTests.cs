using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Madang.Accounts;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Madang.Tests.Accounts;

public sealed partial class SessionTests(MadangHost host) : IClassFixture<MadangHost>
{
    [Fact]
    public async Task A_link_lets_in_once()
    {
        var link = await NewLinkAsync(host.First);

        Assert.NotNull(SessionOf(await UseAsync(host.First, link)));
        var again = await UseAsync(host.First, link);

        Assert.Null(SessionOf(again));
        Assert.Equal("/sign-in?refused=1", again.Headers.Location?.ToString());
        Assert.Equal(HttpStatusCode.OK, (await host.Stranger().GetAsync("/sign-in?refused=1")).StatusCode);
    }

    [Fact]
    public async Task Of_many_who_use_one_link_at_once_on_two_nodes_one_gets_in()
    {
        await using var other = await host.NodeAsync();
        for (var round = 0; round < 5; round++)
        {
            var link = await NewLinkAsync(host.First);
            var sessions = await host.ScalarAsync<int>("select count(*) from accounts.session");

            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => UseAsync(number % 2 == 0 ? host.First : other, link)));

            Assert.Single(answers, answer => SessionOf(answer) is not null);
            Assert.Equal(sessions + 1, await host.ScalarAsync<int>("select count(*) from accounts.session"));
        }
    }

    [Fact]
    public async Task A_program_that_looks_at_links_ahead_of_a_person_does_not_use_them_up()
    {
        var link = await NewLinkAsync(host.First);

        for (var look = 0; look < 3; look++)
            Assert.Equal(HttpStatusCode.OK, (await host.Stranger().GetAsync($"/sign-in/{link}")).StatusCode);
        Assert.NotNull(SessionOf(await UseAsync(host.First, link)));
    }

    [Fact]
    public async Task A_link_that_nobody_used_within_an_hour_is_refused()
    {
        await using var node = await host.NodeAsync();
        var link = await NewLinkAsync(node);

        node.Clock.Advance(TimeSpan.FromMinutes(61));

        Assert.Null(SessionOf(await UseAsync(node, link)));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("' or 1=1 --")]
    public async Task A_link_that_is_not_ours_is_refused(string link) =>
        Assert.Null(SessionOf(await UseAsync(host.First, link)));

    [Fact]
    public async Task Signing_in_needs_the_token_of_the_page()
    {
        var link = await NewLinkAsync(host.First);

        var forged = await host.Stranger().PostAsync("/sign-in", new FormUrlEncodedContent([new("link", link)]));

        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        Assert.NotNull(SessionOf(await UseAsync(host.First, link)));
    }

    [Fact]
    public async Task The_cookie_is_out_of_reach_of_scripts_and_of_other_sites_and_not_in_the_database()
    {
        var answer = await UseAsync(host.First, await NewLinkAsync(host.First));

        var cookie = answer.Headers.GetValues("Set-Cookie").Single(one => one.StartsWith("madang-session=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from accounts.session where row_to_json(session)::text like '%' || @token || '%'", new { token = SessionOf(answer) }));
    }

    [Fact]
    public async Task A_link_is_not_in_the_database()
    {
        var link = await NewLinkAsync(host.First);

        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from accounts.sign_in_link where row_to_json(sign_in_link)::text like '%' || @link || '%'", new { link }));
    }

    [Fact]
    public async Task Signing_out_ends_the_session_on_every_node_also_for_who_stole_its_cookie()
    {
        await using var other = await host.NodeAsync();
        using var browser = await host.OperatorAsync();
        var stolen = browser.Session;
        await SeesKeysAsync(host.First, stolen, HttpStatusCode.OK);
        await SeesKeysAsync(other, stolen, HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.Redirect, (await browser.SendAsync(new(HttpMethod.Post, "/sign-out"))).StatusCode);

        await SeesKeysAsync(host.First, stolen, HttpStatusCode.Unauthorized);
        await SeesKeysAsync(other, stolen, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_operator_ends_the_session_of_a_lost_device_on_every_node_and_keeps_the_own()
    {
        await using var other = await host.NodeAsync();
        using var lost = await host.OperatorAsync();
        var device = await host.ScalarAsync<Guid>("select id from accounts.session order by id desc limit 1");
        using var browser = await host.OperatorAsync();
        await SeesKeysAsync(other, lost.Session, HttpStatusCode.OK);

        var revoked = await browser.SendAsync(new(HttpMethod.Post, $"/access/devices/{device}/revoke"));

        Assert.True((int)revoked.StatusCode < 400, $"{(int)revoked.StatusCode}");
        await SeesKeysAsync(host.First, lost.Session, HttpStatusCode.Unauthorized);
        await SeesKeysAsync(other, lost.Session, HttpStatusCode.Unauthorized);
        await SeesKeysAsync(other, browser.Session, HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_session_ends_two_weeks_after_its_last_use()
    {
        await using var node = await host.NodeAsync();
        var session = SessionOf(await UseAsync(node, await NewLinkAsync(node)))!;

        for (var week = 0; week < 3; week++)
        {
            node.Clock.Advance(TimeSpan.FromDays(7));
            await SeesKeysAsync(node, session, HttpStatusCode.OK);
        }
        node.Clock.Advance(TimeSpan.FromDays(14.1));
        await SeesKeysAsync(node, session, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_write_by_cookie_needs_the_token_of_the_page()
    {
        using var browser = await host.OperatorAsync();
        Task<HttpResponseMessage> WriteAsync() => browser.PostAsync("/api/keys", new { name = "shop", scopes = new[] { "images:read" } });
        var keys = await host.ScalarAsync<int>("select count(*) from accounts.api_key");

        browser.SendsToken = false;
        await (await WriteAsync()).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "auth.csrf");
        await (await browser.DeleteAsync($"/api/keys/{Guid.CreateVersion7()}")).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "auth.csrf");
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.SendAsync(new(HttpMethod.Post, "/sign-out"))).StatusCode);
        Assert.Equal(keys, await host.ScalarAsync<int>("select count(*) from accounts.api_key"));

        browser.SendsToken = true;
        await (await WriteAsync()).ShouldBeAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_token_of_somebody_elses_page_is_no_good()
    {
        using var browser = await host.OperatorAsync();
        var strangers = await host.Stranger().GetAsync("/");
        var token = Token().Match(await strangers.Content.ReadAsStringAsync()).Groups["token"].Value;
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/keys") { Content = JsonContent.Create(new { name = "shop", scopes = new[] { "images:read" } }) };
        request.Headers.Add("X-CSRF-TOKEN", WebUtility.HtmlDecode(token));
        browser.SendsToken = false;

        await (await browser.SendAsync(request)).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "auth.csrf");
    }

    private static async Task<string> NewLinkAsync(Node node) =>
        (await node.Services.GetRequiredService<IOperatorAccess>().NewSignInPath(CancellationToken.None)).Split('/')[^1];

    /// <summary>Opens the page of a link in a new browser and presses its button.</summary>
    private static async Task<HttpResponseMessage> UseAsync(Node node, string link)
    {
        var client = node.Stranger();
        var page = await client.GetAsync("/sign-in/page");
        var token = WebUtility.HtmlDecode(Token().Match(await page.Content.ReadAsStringAsync()).Groups["token"].Value);
        var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in")
        {
            Content = new FormUrlEncodedContent([new("link", link), new("__csrf", token)]),
        };
        if (page.Headers.TryGetValues("Set-Cookie", out var cookies))
            request.Headers.Add("Cookie", string.Join("; ", cookies.Select(cookie => cookie.Split(';')[0])));
        return await client.SendAsync(request);
    }

    private static string? SessionOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Set-Cookie", out var cookies)
            ? cookies.Where(cookie => cookie.StartsWith("madang-session=", StringComparison.Ordinal)).Select(cookie => cookie.Split(';')[0]["madang-session=".Length..]).SingleOrDefault()
            : null;

    private static Task SeesKeysAsync(Node node, string session, HttpStatusCode expected) => Answers.EventuallyAsync(
        async () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/api/keys");
            request.Headers.Add("Cookie", $"madang-session={session}");
            return (await node.Stranger().SendAsync(request)).StatusCode;
        },
        status => status == expected);

    [GeneratedRegex("<meta name=\"csrf-token\" content=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();
}
