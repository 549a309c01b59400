using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Madang.Tests.Host;
using Madang.Tests.Notifications;
using Xunit;

namespace Madang.Tests.Accounts;

/// <summary>Finding the login id and setting a new password by mail.</summary>
public sealed class ForgottenTests(MadangHost host) : IClassFixture<MadangHost>
{
    private const string Next = "Harbour-wind.35";

    [Fact]
    public async Task The_login_id_is_shown_to_who_has_the_code_and_once()
    {
        var member = await MemberAsync();
        var challenge = await AskAsync("login-id", member.Email);
        var code = await CodeAsync(member.Email);

        var found = await (await FindAsync(challenge, code)).ShouldBeAsync(HttpStatusCode.OK);

        Assert.Equal(member.LoginId, found.GetProperty("loginId").GetString());
        await (await FindAsync(challenge, code)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "code.expired");
    }

    [Fact]
    public async Task Without_the_code_nobody_sets_a_password_and_nobody_sees_a_login_id()
    {
        var member = await MemberAsync();
        var challenge = await AskAsync("password", member.Email);
        var code = await CodeAsync(member.Email);
        var other = await AskAsync("login-id", member.Email);

        // No code, a wrong one, the right one with another's secret, with none, and with the secret of another kind.
        foreach (var (secret, tried) in new[] { (challenge, null), (challenge, ""), (challenge, Newcomer.Other(code)), (other, code), ("", code), (null, code), (challenge[..^1] + "A", code) })
        {
            var answer = await ResetAsync(secret, tried, Next);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            Assert.StartsWith("code.", (await answer.JsonAsync()).GetProperty("code").GetString(), StringComparison.Ordinal);
        }
        await (await FindAsync(challenge, code)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "code.expired");
        await (await Newcomer.SignInAsync(host.Stranger(), member.LoginId, Next)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "sign_in.refused");
        await (await Newcomer.SignInAsync(host.Stranger(), member.LoginId, TestMember.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_code_sets_the_password_of_its_own_member_alone()
    {
        var attacker = await MemberAsync();
        var victim = await MemberAsync();
        var challenge = await AskAsync("password", attacker.Email);
        var code = await CodeAsync(attacker.Email);

        var answer = await host.Stranger().PostAsJsonAsync("/api/password", new { challenge, code, password = Next, email = victim.Email, loginId = victim.LoginId, id = victim.Id });

        await answer.ShouldBeAsync(HttpStatusCode.NoContent);
        await (await Newcomer.SignInAsync(host.Stranger(), victim.LoginId, Next)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "sign_in.refused");
        await (await Newcomer.SignInAsync(host.Stranger(), attacker.LoginId, Next)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_new_password_ends_every_session_and_token_and_says_so_by_mail()
    {
        var member = await MemberAsync();
        using var phone = await member.ProgramAsync(host.First);
        using var browser = new OperatorBrowser(host.Stranger());
        await (await browser.PostAsync("/api/session", new { login = member.LoginId, password = TestMember.Password })).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/me/password")).StatusCode);
        var challenge = await AskAsync("password", member.Email);
        // The first mail may be of the sign-in from a new device.
        var code = await CodeAsync(member.Email);

        await (await ResetAsync(challenge, code, Next)).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/me/password")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await phone.Client.GetAsync("/me/password")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await phone.Client.PostAsJsonAsync("/api/tokens/refresh", new { refreshToken = phone.Refresh })).StatusCode);
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from accounts.session where member_id = @Id and revoked_at is null", new { member.Id }));
        await (await Newcomer.SignInAsync(host.Stranger(), member.LoginId, TestMember.Password)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "sign_in.refused");
        await (await Newcomer.SignInAsync(host.Stranger(), member.LoginId, Next)).ShouldBeAsync(HttpStatusCode.OK);
        await Answers.EventuallyAsync(
            async () => (await host.First.MailsAsync()).Where(mail => mail.To == member.Email).Select(mail => mail.Subject).ToList(),
            subjects => subjects.Contains("Your password was changed"));
    }

    [Fact]
    public async Task A_code_used_many_times_at_once_sets_one_password()
    {
        var member = await MemberAsync();
        var challenge = await AskAsync("password", member.Email);
        var code = await CodeAsync(member.Email);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => ResetAsync(challenge, code, $"{Next}{number}")));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.NoContent);
        Assert.All(answers, answer => Assert.True((int)answer.StatusCode < 500));
        var winner = Array.FindIndex(answers, answer => answer.StatusCode == HttpStatusCode.NoContent);
        await (await Newcomer.SignInAsync(host.Stranger(), member.LoginId, $"{Next}{winner}")).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_new_code_ends_the_one_before()
    {
        var member = await MemberAsync();
        var first = await AskAsync("password", member.Email);
        var old = await CodeAsync(member.Email);
        var second = await AskAsync("password", member.Email);
        var code = await CodeAsync(member.Email, 2);

        await (await ResetAsync(first, old, Next)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "code.expired");
        if (old != code)
            await (await ResetAsync(second, old, Next)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "code.wrong");
        await (await ResetAsync(second, code, Next)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Who_asks_from_elsewhere_ends_nobodys_code_and_tries_none_of_it()
    {
        await using var node = await FromAddress.NodeAsync(host);
        var member = await MemberAsync();
        var mine = await AskAsync("password", member.Email, FromAddress.Client(node, "192.0.2.1"));
        var code = await Answers.EventuallyAsync(async () => await CodesAsync(node, member.Email), codes => codes.Count == 1);
        var strangers = await AskAsync("password", member.Email, FromAddress.Client(node, "198.51.100.9"));
        for (var time = 0; time < 6; time++)
            await FromAddress.Client(node, "198.51.100.9").PostAsJsonAsync("/api/password", new { challenge = strangers, code = Newcomer.Other(code[0]), password = Next });

        await (await ResetAsync(mine, code[0], Next)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Codes_end_after_ten_minutes_and_after_five_wrong_ones()
    {
        var member = await MemberAsync();
        var challenge = await AskAsync("password", member.Email);
        var code = await CodeAsync(member.Email);
        for (var time = 0; time < 4; time++)
            await (await ResetAsync(challenge, Newcomer.Other(code), Next)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "code.wrong");
        await (await ResetAsync(challenge, Newcomer.Other(code), Next)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "code.expired");
        await (await ResetAsync(challenge, code, Next)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "code.expired");

        challenge = await AskAsync("password", member.Email);
        code = await CodeAsync(member.Email, 2);
        host.First.Clock.Advance(TimeSpan.FromMinutes(10.1));
        await (await ResetAsync(challenge, code, Next)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "code.expired");
    }

    [Fact]
    public async Task A_password_that_is_refused_costs_neither_the_code_nor_a_try()
    {
        var member = await MemberAsync();
        var challenge = await AskAsync("password", member.Email);
        var code = await CodeAsync(member.Email);
        for (var time = 0; time < 6; time++)
            await (await ResetAsync(challenge, code, "short")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "password.length");
        await (await ResetAsync(challenge, code, $"x{member.LoginId[..10]}.A1")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "password.own_name");

        await (await ResetAsync(challenge, code, Next)).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("login-id")]
    [InlineData("password")]
    public async Task Whether_an_address_is_a_members_is_told_by_the_mail_alone(string what)
    {
        var member = await MemberAsync();
        var nobody = $"nobody.{Guid.CreateVersion7():N}@example.com";

        var known = await (await host.Stranger().PostAsJsonAsync($"/api/{what}/code", new { email = member.Email })).ShouldBeAsync(HttpStatusCode.Accepted);
        var unknown = await (await host.Stranger().PostAsJsonAsync($"/api/{what}/code", new { email = nobody })).ShouldBeAsync(HttpStatusCode.Accepted);

        Assert.Equal(Shape(known), Shape(unknown));
        Assert.Contains("No account", (await host.First.MailToAsync(nobody)).Subject, StringComparison.Ordinal);
        Assert.Equal("", Newcomer.CodeOf((await host.First.MailToAsync(nobody)).Text));
        await (await ResetAsync(unknown.GetProperty("challenge").GetString(), "123456", Next))
            .ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, what == "password" ? "code.wrong" : "code.expired");

        static string Shape(JsonElement answer) => string.Join(' ', answer.EnumerateObject().Select(one => $"{one.Name}:{(one.Name == "codeUntil" ? "" : one.Value.ToString().Length)}"));
    }

    [Fact]
    public async Task Mails_to_one_address_are_rationed_but_never_by_a_stranger_for_the_owners_browser()
    {
        var member = await MemberAsync();
        using var home = new OperatorBrowser(host.Stranger());
        await (await home.PostAsync("/api/session", new { login = member.LoginId, password = TestMember.Password })).ShouldBeAsync(HttpStatusCode.OK);
        await home.GetAsync("/");
        await home.SendAsync(new(HttpMethod.Post, "/sign-out"));
        for (var time = 0; time < 5; time++)
            await AskAsync("password", member.Email);

        var answer = await host.Stranger().PostAsJsonAsync("/api/password/code", new { email = member.Email.ToUpperInvariant() });
        await answer.ShouldBeRefusedAsync(HttpStatusCode.TooManyRequests, "rate.limited");
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalMinutes, 50, 60);
        await (await home.PostAsync("/api/password/code", new { email = member.Email })).ShouldBeAsync(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task One_network_address_cannot_have_the_whole_town_mailed()
    {
        await using var node = await FromAddress.NodeAsync(host);
        var client = FromAddress.Client(node, "192.0.2.200");
        for (var time = 0; time < 20; time++)
            await AskAsync("password", $"{time}.{Guid.CreateVersion7():N}@example.com", client);

        await (await client.PostAsJsonAsync("/api/password/code", new { email = "one.more@example.com" })).ShouldBeRefusedAsync(HttpStatusCode.TooManyRequests, "rate.limited");
    }

    [Fact]
    public async Task One_network_address_cannot_sign_up_without_end_or_ask_for_all_names()
    {
        await using var node = await FromAddress.NodeAsync(host);
        var client = FromAddress.Client(node, "192.0.2.201");
        var answers = new List<HttpStatusCode>();
        for (var time = 0; time < 41; time++)
            answers.Add((await client.PostAsJsonAsync("/api/members/availability", new { nickname = $"name{time}" })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, answers[39]);
        Assert.Equal(HttpStatusCode.TooManyRequests, answers[40]);

        for (var time = 0; time < 20; time++)
        {
            using var kim = new Newcomer(host.First);
            await (await client.PostAsJsonAsync("/api/sign-up", kim.Form)).ShouldBeAsync(HttpStatusCode.Accepted);
        }
        using var last = new Newcomer(host.First);
        await (await client.PostAsJsonAsync("/api/sign-up", last.Form)).ShouldBeRefusedAsync(HttpStatusCode.TooManyRequests, "rate.limited");
    }

    [Fact]
    public async Task Codes_and_secrets_are_in_the_database_only_as_hashes()
    {
        var member = await MemberAsync();
        var challenge = await AskAsync("password", member.Email);
        var code = await CodeAsync(member.Email);

        var row = await host.ScalarAsync<string>("select row_to_json(c)::text from accounts.mailed_code c where member_id = @Id", new { member.Id });

        Assert.DoesNotContain(code, row, StringComparison.Ordinal);
        Assert.DoesNotContain(challenge, row, StringComparison.Ordinal);
    }

    private Task<TestMember> MemberAsync() => TestMember.JoinAsync(host.First);

    private async Task<string> AskAsync(string what, string email, HttpClient? from = null) =>
        (await (await (from ?? host.Stranger()).PostAsJsonAsync($"/api/{what}/code", new { email })).ShouldBeAsync(HttpStatusCode.Accepted)).GetProperty("challenge").GetString()!;

    private Task<HttpResponseMessage> FindAsync(string? challenge, string? code) => host.Stranger().PostAsJsonAsync("/api/login-id", new { challenge, code });

    private Task<HttpResponseMessage> ResetAsync(string? challenge, string? code, string? password) => host.Stranger().PostAsJsonAsync("/api/password", new { challenge, code, password });

    /// <summary>The newest code, when there are so many.</summary>
    private async Task<string> CodeAsync(string email, int count = 1) => (await Answers.EventuallyAsync(() => CodesAsync(host.First, email), codes => codes.Count >= count))[0];

    private async Task<List<string>> CodesAsync(Node another, string email) =>
        (await Task.WhenAll(new[] { host.First, another }.Distinct().Select(node => node.MailsAsync())))
            .SelectMany(mails => mails).Where(mail => mail.To == email).Select(mail => Newcomer.CodeOf(mail.Text)).Where(code => code.Length > 0).ToList();
}
