using System.Net;
using System.Net.Http.Json;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Accounts;

/// <summary>Where members are signed in, and how that ends.</summary>
public sealed class DeviceTests(MadangHost host) : IClassFixture<MadangHost>
{
    [Fact]
    public async Task A_member_sees_the_own_devices_alone_with_what_they_are_and_which_is_this_one()
    {
        var member = await TestMember.JoinAsync(host.First);
        var other = await TestMember.JoinAsync(host.First);
        using var browser = await member.BrowserAsync(host.First);
        using var program = await member.ProgramAsync(host.First);
        using var foreign = await other.ProgramAsync(host.First);

        var sessions = (await (await program.Client.GetAsync("/api/me/sessions")).ShouldBeAsync(HttpStatusCode.OK)).EnumerateArray().ToList();

        Assert.Equal(2, sessions.Count);
        var current = Assert.Single(sessions, session => session.GetProperty("current").GetBoolean());
        Assert.True(current.GetProperty("program").GetBoolean());
        Assert.Single((await (await foreign.Client.GetAsync("/api/me/sessions")).ShouldBeAsync(HttpStatusCode.OK)).EnumerateArray());
    }

    [Fact]
    public async Task Signing_one_device_out_reaches_every_node_within_a_second_and_no_other_member()
    {
        await using var node = await host.NodeAsync();
        var member = await TestMember.JoinAsync(host.First);
        var other = await TestMember.JoinAsync(host.First);
        using var browser = await member.BrowserAsync(host.First);
        using var lost = await member.ProgramAsync(node);
        using var foreign = await other.ProgramAsync(node);
        await (await lost.Client.GetAsync("/api/me")).ShouldBeAsync(HttpStatusCode.OK);
        var id = (await (await lost.Client.GetAsync("/api/me/sessions")).JsonAsync()).EnumerateArray().Single(one => one.GetProperty("current").GetBoolean()).GetProperty("id").GetGuid();

        await (await foreign.Client.DeleteAsync($"/api/me/sessions/{id}")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "session.unknown");
        await (await lost.Client.GetAsync("/api/me")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.NoContent, (await browser.DeleteAsync($"/api/me/sessions/{id}")).StatusCode);

        await Answers.EventuallyAsync(async () => (await lost.Client.GetAsync("/api/me")).StatusCode, status => status == HttpStatusCode.Unauthorized);
        await (await foreign.Client.GetAsync("/api/me")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/me")).StatusCode);
    }

    [Fact]
    public async Task Signing_all_others_out_leaves_the_one_that_asks()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var browser = await member.BrowserAsync(host.First);
        using var second = await member.BrowserAsync(host.First);
        using var program = await member.ProgramAsync(host.First);

        Assert.Equal(HttpStatusCode.NoContent, (await browser.DeleteAsync("/api/me/sessions")).StatusCode);

        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/me")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await second.GetAsync("/api/me")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.Client.GetAsync("/api/me")).StatusCode);
        await (await host.Stranger().PostAsJsonAsync("/api/tokens/refresh", new { refreshToken = program.Refresh })).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "token.invalid");
    }

    [Fact]
    public async Task A_member_is_told_of_a_device_that_was_never_seen_and_not_of_one_that_was_nor_of_the_first()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var first = await member.BrowserAsync(host.First);
        Assert.Equal(0, await ToldAsync(member));

        await first.PostAsync("/api/session", new { login = member.LoginId, password = TestMember.Password });
        Assert.Equal(0, await ToldAsync(member));

        using var second = await member.BrowserAsync(host.First);
        Assert.Equal(1, await ToldAsync(member));
    }

    [Fact]
    public async Task A_write_by_a_members_cookie_needs_the_token_of_the_page_and_one_by_bearer_does_not()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var browser = await member.BrowserAsync(host.First);
        using var program = await member.ProgramAsync(host.First);

        browser.SendsToken = false;
        await (await browser.SendAsync(new(HttpMethod.Patch, "/api/me") { Content = JsonContent.Create(new { name = "홍길동" }) })).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "auth.csrf");
        await (await program.Client.PatchAsJsonAsync("/api/me", new { name = "홍길동" })).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_proof_is_needed_lasts_ten_minutes_and_holds_for_one_session_alone()
    {
        await using var node = await host.NodeAsync();
        var member = await TestMember.JoinAsync(node);
        using var program = await member.ProgramAsync(node);
        using var other = await member.ProgramAsync(node);
        await (await program.Client.GetAsync("/api/me/export")).ShouldBeAsync(HttpStatusCode.OK);

        node.Clock.Advance(TimeSpan.FromMinutes(10.1));
        await (await program.Client.GetAsync("/api/me/export")).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.proof_required");
        await (await program.Client.PostAsJsonAsync("/api/session/proof", new { password = "not-My.own77" })).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "password.wrong");
        await (await program.Client.GetAsync("/api/me/export")).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.proof_required");

        Assert.Equal(HttpStatusCode.NoContent, (await program.Client.PostAsJsonAsync("/api/session/proof", new { password = TestMember.Password })).StatusCode);
        await (await program.Client.GetAsync("/api/me/export")).ShouldBeAsync(HttpStatusCode.OK);
        await (await other.Client.GetAsync("/api/me/export")).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.proof_required");
    }

    [Fact]
    public async Task A_person_without_a_recent_proof_is_led_to_prove_it_and_back_to_where_the_button_was()
    {
        await using var node = await host.NodeAsync();
        var member = await TestMember.JoinAsync(node);
        using var browser = await member.BrowserAsync(node);
        node.Clock.Advance(TimeSpan.FromMinutes(11));

        var page = await browser.SendAsync(Page(HttpMethod.Get, "/me/data?x=1"));
        Assert.Equal("/prove?return=%2Fme%2Fdata%3Fx%3D1", page.Headers.Location?.ToString());
        var pressed = Page(HttpMethod.Post, "/me/delete");
        pressed.Headers.Referrer = new Uri("https://madang.example/me/data");
        Assert.Equal("/prove?return=%2Fme%2Fdata", (await browser.SendAsync(pressed)).Headers.Location?.ToString());
        Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from accounts.member where id = @Id and deleted_at is null", new { member.Id }));
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/a\u000d\u000aSet-Cookie: x=y")]
    [InlineData("/\u0009/evil.example")]
    [InlineData("evil.example")]
    public async Task After_a_proof_nobody_is_led_away_from_here(string path)
    {
        var member = await TestMember.JoinAsync(host.First);
        using var browser = await member.BrowserAsync(host.First);

        var answer = await browser.SendAsync(new(HttpMethod.Post, $"/prove?return={Uri.EscapeDataString(path)}")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["_handler"] = "prove", ["Password"] = TestMember.Password }),
        });

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/", answer.Headers.Location?.ToString());
    }

    private static HttpRequestMessage Page(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Accept.ParseAdd("text/html");
        return request;
    }

    private async Task<int> ToldAsync(TestMember member) =>
        await host.ScalarAsync<int>("select coalesce(sum(times), 0)::int from notifications.notification where member = @Id and kind = 'accounts.new_device'", new { member.Id });
}
