using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Accounts;

public sealed class TokenTests(MadangHost host) : IClassFixture<MadangHost>
{
    private const string Somewhere = "/api/me/addresses";

    [Fact]
    public async Task A_member_signs_a_program_in_by_password_and_out_again()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);
        await (await program.Client.GetAsync(Somewhere)).ShouldBeAsync(HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.NoContent, (await program.Client.DeleteAsync("/api/tokens")).StatusCode);

        await (await program.Client.GetAsync(Somewhere)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "auth.required");
        await (await RefreshAsync(host.First, program.Refresh)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "token.invalid");
    }

    [Fact]
    public async Task A_wrong_password_and_nobody_are_refused_alike()
    {
        var member = await TestMember.JoinAsync(host.First);
        var wrong = await host.Stranger().PostAsJsonAsync("/api/tokens", new { login = member.LoginId, password = "wrong-Kite.72" });
        var nobody = await host.Stranger().PostAsJsonAsync("/api/tokens", new { login = "nobody-here", password = "wrong-Kite.72" });

        Assert.Equal(
            (await wrong.ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "sign_in.refused")).GetProperty("detail").GetString(),
            (await nobody.ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "sign_in.refused")).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task An_access_token_ends_after_two_hours_and_a_refresh_gives_the_next_pair()
    {
        await using var node = await host.NodeAsync();
        var member = await TestMember.JoinAsync(node);
        using var program = await member.ProgramAsync(node);

        node.Clock.Advance(TimeSpan.FromMinutes(119.5));
        await (await program.Client.GetAsync(Somewhere)).ShouldBeAsync(HttpStatusCode.OK);
        // Within the minute for which the node remembers the caller.
        node.Clock.Advance(TimeSpan.FromSeconds(40));
        await (await program.Client.GetAsync(Somewhere)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "auth.required");

        program.Take(await (await RefreshAsync(node, program.Refresh)).ShouldBeAsync(HttpStatusCode.OK));
        await (await program.Client.GetAsync(Somewhere)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_refresh_token_that_nobody_used_for_two_weeks_is_no_good()
    {
        await using var node = await host.NodeAsync();
        var member = await TestMember.JoinAsync(node);
        using var program = await member.ProgramAsync(node);

        node.Clock.Advance(TimeSpan.FromDays(13.9));
        program.Take(await (await RefreshAsync(node, program.Refresh)).ShouldBeAsync(HttpStatusCode.OK));
        node.Clock.Advance(TimeSpan.FromDays(14.1));

        await (await RefreshAsync(node, program.Refresh)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "token.invalid");
    }

    [Fact]
    public async Task A_refresh_token_that_comes_twice_ends_the_whole_family_on_every_node_and_the_member_is_told()
    {
        await using var other = await host.NodeAsync();
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);
        using var thief = new TestProgram(other.Stranger(), await (await RefreshAsync(other, program.Refresh)).ShouldBeAsync(HttpStatusCode.OK));
        await (await thief.Client.GetAsync(Somewhere)).ShouldBeAsync(HttpStatusCode.OK);
        await (await program.Client.GetAsync(Somewhere)).ShouldBeAsync(HttpStatusCode.OK);

        await (await RefreshAsync(host.First, program.Refresh)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "token.reused");

        await IsOutAsync(thief.Client);
        await IsOutAsync(program.Client);
        await (await RefreshAsync(other, thief.Refresh)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "token.invalid");
        Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from notifications.notification where member = @Id and kind = 'accounts.token_reused'", new { member.Id }));
    }

    [Fact]
    public async Task Of_many_who_use_one_refresh_token_at_once_one_gets_a_pair_and_the_family_ends()
    {
        await using var other = await host.NodeAsync();
        for (var round = 0; round < 3; round++)
        {
            var member = await TestMember.JoinAsync(host.First);
            using var program = await member.ProgramAsync(host.First);

            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => RefreshAsync(number % 2 == 0 ? host.First : other, program.Refresh)));

            var won = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
            Assert.All(answers.Except([won]), answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode));
            using var winner = new TestProgram(host.Stranger(), await won.JsonAsync());
            await IsOutAsync(winner.Client);
            await (await RefreshAsync(host.First, winner.Refresh)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "token.invalid");
        }
    }

    [Fact]
    public async Task A_token_is_not_in_the_database()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);

        foreach (var secret in new[] { program.Access, program.Refresh })
            Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from accounts.token where row_to_json(token)::text like '%' || @part || '%'", new { part = secret[4..] }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("mdr_")]
    [InlineData("mdr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("mda_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("' or 1=1 --")]
    [InlineData("\u0000")]
    public async Task What_is_no_refresh_token_is_refused(string token) =>
        await (await RefreshAsync(host.First, token)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "token.invalid");

    [Fact]
    public async Task An_access_token_is_no_refresh_token_nor_the_other_way_round()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);

        await (await RefreshAsync(host.First, program.Access)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "token.invalid");
        program.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", program.Refresh);
        await (await program.Client.GetAsync(Somewhere)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "auth.required");
    }

    private static Task<HttpResponseMessage> RefreshAsync(Node node, string token) => node.Stranger().PostAsJsonAsync("/api/tokens/refresh", new { refreshToken = token });

    private static Task IsOutAsync(HttpClient client) =>
        Answers.EventuallyAsync(async () => (await client.GetAsync(Somewhere)).StatusCode, status => status == HttpStatusCode.Unauthorized);
}
