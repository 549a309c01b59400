using System.Net;
using System.Net.Http.Json;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Accounts;

/// <summary>What a reviewer found, and stays mended.</summary>
public sealed class ReviewTests(MadangHost host) : IClassFixture<MadangHost>
{
    [Fact]
    public async Task One_member_has_one_counter_of_wrong_passwords_however_the_letter_i_is_written()
    {
        var member = await TestMember.JoinAsync(host.First);
        var login = $"i{member.LoginId[1..]}";
        await host.ScalarAsync<object>("update accounts.member set login_id = @login where id = @Id", new { login, member.Id });
        var stranger = host.Stranger();
        await (await stranger.PostAsJsonAsync("/api/session", new { login, password = TestMember.Password })).ShouldBeAsync(HttpStatusCode.OK);
        await (await host.Stranger().PostAsJsonAsync("/api/session", new { login = $"İ{login[1..]}", password = TestMember.Password }))
            .ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "sign_in.refused");
    }

    [Fact]
    public async Task Many_who_refresh_with_one_token_at_once_take_no_second_connection_and_one_wins_at_most()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);
        var answers = await Task.WhenAll(Enumerable.Range(0, 120).Select(_ => host.Stranger().PostAsJsonAsync("/api/tokens/refresh", new { refreshToken = program.Refresh })));
        Assert.True(answers.Count(answer => answer.IsSuccessStatusCode) <= 1);
        Assert.All(answers.Where(answer => !answer.IsSuccessStatusCode), answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode));
    }

    [Fact]
    public async Task Nobody_finds_out_by_the_thousand_whose_phone_numbers_are_members()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var program = await member.ProgramAsync(host.First);
        var statuses = new List<HttpStatusCode>();
        for (var number = 0; number < 25; number++)
            statuses.Add((await program.Client.PatchAsJsonAsync("/api/me", new { phone = $"0109999{number:D4}" })).StatusCode);
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
    }

    [Fact]
    public async Task Who_made_and_who_revoked_a_key_is_in_the_audit_log()
    {
        using var browser = await host.OperatorAsync();
        var made = await (await browser.PostAsync("/api/keys", new { name = "shop", scopes = new[] { "images:read" } })).ShouldBeAsync(HttpStatusCode.Created);
        var id = made.GetProperty("id").GetGuid();
        await browser.DeleteAsync($"/api/keys/{id}");
        Assert.Equal(2, await host.ScalarAsync<int>("select count(*) from accounts.audit where subject_id = @id and action in ('key.create', 'key.revoke') and actor <> 'madang'", new { id }));
    }
}
