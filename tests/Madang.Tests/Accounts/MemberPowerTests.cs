using System.Net;
using System.Net.Http.Json;
using Madang.Tests.Host;
using Npgsql;
using Xunit;

namespace Madang.Tests.Accounts;

/// <summary>What operators may do about members, and that nobody else may.</summary>
public sealed class MemberPowerTests(MadangHost host) : IClassFixture<MadangHost>
{
    [Theory]
    [InlineData("GET", "/api/operator/members")]
    [InlineData("GET", "/api/operator/audit")]
    [InlineData("PUT", "/api/operator/members/{0}/suspension")]
    [InlineData("DELETE", "/api/operator/members/{0}/sessions")]
    [InlineData("PUT", "/api/operator/members/{0}/role")]
    [InlineData("GET", "/operator/members")]
    [InlineData("GET", "/operator/members/{0}")]
    [InlineData("GET", "/operator/members/{0}/suspend")]
    [InlineData("GET", "/operator/audit")]
    [InlineData("GET", "/access")]
    public async Task The_operators_doors_are_closed_to_members(string method, string path)
    {
        var member = await TestMember.JoinAsync(host.First);
        var victim = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);

        var answer = await program.Client.SendAsync(new(new(method), string.Format(System.Globalization.CultureInfo.InvariantCulture, path, victim.Id)) { Content = JsonContent.Create(new { }) });

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task A_suspended_member_is_out_on_every_node_within_a_second_stays_out_and_comes_back_when_it_ends()
    {
        await using var node = await host.NodeAsync();
        var member = await TestMember.JoinAsync(node);
        using var program = await member.ProgramAsync(node);
        using var browser = await member.BrowserAsync(node);
        using var chief = await host.OperatorAsync();
        await (await program.Client.GetAsync("/api/me")).ShouldBeAsync(HttpStatusCode.OK);

        var suspended = await chief.SendAsync(new(HttpMethod.Put, $"/api/operator/members/{member.Id}/suspension")
        {
            Content = JsonContent.Create(new { reason = "같은 글을 여러 번 올렸습니다.", until = node.Clock.GetUtcNow().AddDays(3) }),
        });
        Assert.Equal(HttpStatusCode.NoContent, suspended.StatusCode);

        await Answers.EventuallyAsync(async () => (await program.Client.GetAsync("/api/me")).StatusCode, status => status == HttpStatusCode.Unauthorized);
        await Answers.EventuallyAsync(async () => (await browser.GetAsync("/api/me")).StatusCode, status => status == HttpStatusCode.Unauthorized);
        var problem = await (await SignInAsync(node, member)).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "member.suspended");
        Assert.Equal("같은 글을 여러 번 올렸습니다.", problem.GetProperty("reason").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await node.Stranger().PostAsJsonAsync("/api/tokens/refresh", new { refreshToken = program.Refresh })).StatusCode);
        Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from notifications.notification where member = @Id and kind = 'accounts.suspended' and mail is not null", new { member.Id }));
        Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from accounts.audit where subject_id = @Id and action = 'member.suspend' and actor = 'operator'", new { member.Id }));

        node.Clock.Advance(TimeSpan.FromDays(3.1));
        await (await SignInAsync(node, member)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_session_that_outlived_a_suspension_by_mistake_is_nobody()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);

        // As if a session had been opened in the very moment of the suspension.
        await host.ScalarAsync<int>("update accounts.member set suspended_at = now(), suspended_reason = 'x' where id = @Id", new { member.Id });

        await (await program.Client.GetAsync("/api/me")).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "auth.required");
    }

    [Fact]
    public async Task A_reinstated_member_may_come_in_again()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var chief = await host.OperatorAsync();
        await chief.SendAsync(new(HttpMethod.Put, $"/api/operator/members/{member.Id}/suspension") { Content = JsonContent.Create(new { reason = "x" }) });
        await (await SignInAsync(host.First, member)).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "member.suspended");

        Assert.Equal(HttpStatusCode.NoContent, (await chief.DeleteAsync($"/api/operator/members/{member.Id}/suspension")).StatusCode);

        await (await SignInAsync(host.First, member)).ShouldBeAsync(HttpStatusCode.OK);
        await (await chief.DeleteAsync($"/api/operator/members/{member.Id}/suspension")).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "suspension.none");
    }

    [Fact]
    public async Task An_operator_by_role_has_the_power_at_once_and_loses_it_at_once()
    {
        await using var node = await host.NodeAsync();
        var member = await TestMember.JoinAsync(node);
        using var program = await member.ProgramAsync(node);
        using var chief = await host.OperatorAsync();
        await (await program.Client.GetAsync("/api/operator/members")).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.operator");

        Assert.Equal(HttpStatusCode.NoContent, (await RoleAsync(chief, member, "operator")).StatusCode);
        await Answers.EventuallyAsync(async () => (await program.Client.GetAsync("/api/operator/members")).StatusCode, status => status == HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.NoContent, (await RoleAsync(chief, member, "member")).StatusCode);
        await Answers.EventuallyAsync(async () => (await program.Client.GetAsync("/api/operator/members")).StatusCode, status => status == HttpStatusCode.Forbidden);
        await (await RoleAsync(chief, member, "king")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "member.role");
    }

    [Fact]
    public async Task Naming_operators_needs_a_recent_proof_and_suspending_oneself_is_refused()
    {
        await using var node = await host.NodeAsync();
        var member = await TestMember.JoinAsync(node, role: "operator");
        using var program = await member.ProgramAsync(node);
        await (await program.Client.PutAsJsonAsync($"/api/operator/members/{member.Id}/suspension", new { reason = "x" })).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "suspension.self");

        node.Clock.Advance(TimeSpan.FromMinutes(11));

        await (await program.Client.PutAsJsonAsync($"/api/operator/members/{member.Id}/role", new { role = "member" })).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.proof_required");
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("   ", null)]
    [InlineData("a\u0000b", null)]
    [InlineData("광고\uFFFE", null)]
    [InlineData("fine", "2001-01-01T00:00:00Z")]
    [InlineData("fine", "2999-01-01T00:00:00Z")]
    public async Task A_suspension_without_a_reason_or_with_an_end_that_is_none_is_refused(string reason, string? until)
    {
        var member = await TestMember.JoinAsync(host.First);
        using var chief = await host.OperatorAsync();

        var answer = await chief.SendAsync(new(HttpMethod.Put, $"/api/operator/members/{member.Id}/suspension") { Content = JsonContent.Create(new { reason, until }) });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
    }

    [Fact]
    public async Task Members_are_found_by_how_their_names_begin_page_by_page_and_wildcards_are_letters()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var chief = await host.OperatorAsync();
        foreach (var search in new[] { member.Nickname[..7], member.Nickname[..7].ToUpperInvariant(), member.LoginId, member.Email, member.Id.ToString() })
        {
            var found = (await (await chief.GetAsync($"/api/operator/members?q={Uri.EscapeDataString(search)}")).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("items");
            Assert.Equal(member.Id, Assert.Single(found.EnumerateArray()).GetProperty("id").GetGuid());
        }
        foreach (var none in new[] { "%", "_", "\\", "%25", "\u0000", "민지\uFFFE", "\uFFFD", "' or true --" })
            Assert.Empty((await (await chief.GetAsync($"/api/operator/members?q={Uri.EscapeDataString(none)}")).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("items").EnumerateArray());
        await (await chief.GetAsync("/api/operator/members?after=nonsense")).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "cursor.invalid");
    }

    [Fact]
    public async Task Pages_of_members_and_of_the_audit_log_meet_without_a_gap()
    {
        await using var node = await host.NodeAsync();
        using var chief = await host.OperatorAsync();
        for (var number = 0; number < 55; number++)
            await TestMember.JoinAsync(node);
        await host.ScalarAsync<int>(
            "insert into accounts.audit (id, at, actor, action) select gen_random_uuid(), now() - number * interval '1 second', 'test', 'test.page' from generate_series(1, 120) number");

        Assert.Equal(await host.ScalarAsync<int>("select count(*) from accounts.member where deleted_at is null"), await CountAsync(chief, "/api/operator/members?"));
        Assert.Equal(120, await CountAsync(chief, "/api/operator/audit?action=test.page"));
    }

    [Theory]
    [InlineData("update accounts.audit set actor = 'nobody'")]
    [InlineData("delete from accounts.audit")]
    [InlineData("truncate accounts.audit")]
    public async Task The_audit_log_cannot_be_changed(string sql)
    {
        using var chief = await host.OperatorAsync();
        await host.ScalarAsync<int>("insert into accounts.audit (id, at, actor, action) values (gen_random_uuid(), now(), 'test', 'test.kept')");

        var refused = await Assert.ThrowsAsync<PostgresException>(() => host.ScalarAsync<int>(sql));

        Assert.Contains("append-only", refused.MessageText, StringComparison.Ordinal);
    }

    private static async Task<int> CountAsync(OperatorBrowser chief, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string? after = null;
        do
        {
            var page = await (await chief.GetAsync(after is null ? path : $"{path}&after={after}")).ShouldBeAsync(HttpStatusCode.OK);
            foreach (var item in page.GetProperty("items").EnumerateArray())
                Assert.True(seen.Add(item.GetProperty("id").GetString()!));
            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (after is not null);
        return seen.Count;
    }

    private static Task<HttpResponseMessage> SignInAsync(Node node, TestMember member) =>
        node.Stranger().PostAsJsonAsync("/api/tokens", new { login = member.LoginId, password = TestMember.Password });

    private static Task<HttpResponseMessage> RoleAsync(OperatorBrowser chief, TestMember member, string role) =>
        chief.SendAsync(new(HttpMethod.Put, $"/api/operator/members/{member.Id}/role") { Content = JsonContent.Create(new { role }) });
}
