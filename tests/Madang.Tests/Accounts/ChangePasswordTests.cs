using System.Net;
using System.Net.Http.Json;
using Madang.Tests.Host;
using Madang.Tests.Notifications;
using Xunit;

namespace Madang.Tests.Accounts;

public sealed class ChangePasswordTests(MadangHost host) : IClassFixture<MadangHost>
{
    private const string Next = "Harbour-wind.35";

    [Fact]
    public async Task A_change_needs_the_password_so_far_and_ends_every_other_device()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var here = await SignedInAsync(member);
        using var elsewhere = await SignedInAsync(member);
        using var phone = await member.ProgramAsync(host.First);

        await (await ChangeAsync(here, new { current = "Not-the-one.7", password = Next })).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "password.wrong");
        await (await ChangeAsync(here, new { current = TestMember.Password, password = Next })).ShouldBeAsync(HttpStatusCode.NoContent);

        Assert.Equal(HttpStatusCode.OK, (await here.GetAsync("/me/password")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await elsewhere.GetAsync("/me/password")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await phone.Client.GetAsync("/me/password")).StatusCode);
        await (await Newcomer.SignInAsync(host.Stranger(), member.LoginId, TestMember.Password)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "sign_in.refused");
        await (await Newcomer.SignInAsync(host.Stranger(), member.LoginId, Next)).ShouldBeAsync(HttpStatusCode.OK);
        await Answers.EventuallyAsync(
            async () => (await host.First.MailsAsync()).Where(mail => mail.To == member.Email).Select(mail => mail.Subject).ToList(),
            subjects => subjects.Contains("Your password was changed"));
        Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from accounts.audit where subject_id = @Id and action = 'member.change_password'", new { member.Id }));
    }

    [Fact]
    public async Task Without_the_password_so_far_a_fresh_proof_is_needed()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var here = await SignedInAsync(member);
        host.First.Clock.Advance(TimeSpan.FromMinutes(11));
        await (await ChangeAsync(here, new { password = Next })).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "password.current_missing");
        await (await ChangeAsync(here, new { current = TestMember.Password, password = Next })).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Who_came_by_a_provider_sets_a_first_password_while_the_proof_is_fresh()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var here = await SignedInAsync(member);
        await host.ScalarAsync<object>("update accounts.member set password_hash = null where id = @Id", new { member.Id });
        host.First.Clock.Advance(TimeSpan.FromMinutes(11));
        await (await ChangeAsync(here, new { password = Next })).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.proof_required");

        await host.ScalarAsync<object>("update accounts.session set proved_at = @now where member_id = @Id", new { now = host.First.Clock.GetUtcNow(), member.Id });
        host.First.Clock.Advance(TimeSpan.FromMinutes(2));
        await (await ChangeAsync(here, new { password = Next })).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await Newcomer.SignInAsync(host.Stranger(), member.Email, Next)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_stranger_at_an_unwatched_screen_cannot_guess_without_end()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var here = await SignedInAsync(member);
        for (var time = 0; time < 5; time++)
            await (await ChangeAsync(here, new { current = $"Guess-number.{time}", password = Next })).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "password.wrong");
        await (await ChangeAsync(here, new { current = TestMember.Password, password = Next })).ShouldBeRefusedAsync(HttpStatusCode.TooManyRequests, "sign_in.locked");
    }

    [Fact]
    public async Task Of_two_changes_at_once_one_succeeds_and_the_other_is_told()
    {
        var member = await TestMember.JoinAsync(host.First);
        using var one = await SignedInAsync(member);
        using var two = await SignedInAsync(member);

        var answers = await Task.WhenAll(
            ChangeAsync(one, new { current = TestMember.Password, password = Next }), ChangeAsync(two, new { current = TestMember.Password, password = Next + "x" }));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.NoContent);
        Assert.Contains(answers.Single(answer => answer.StatusCode != HttpStatusCode.NoContent).StatusCode, new[] { HttpStatusCode.Conflict, HttpStatusCode.UnprocessableEntity, HttpStatusCode.Unauthorized });
    }

    [Fact]
    public async Task Nobody_changes_a_password_who_is_not_signed_in() =>
        await (await host.Stranger().PutAsJsonAsync("/api/me/password", new { current = TestMember.Password, password = Next })).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "auth.required");

    private async Task<OperatorBrowser> SignedInAsync(TestMember member)
    {
        var browser = new OperatorBrowser(host.Stranger());
        await (await browser.PostAsync("/api/session", new { login = member.LoginId, password = TestMember.Password })).ShouldBeAsync(HttpStatusCode.OK);
        await browser.GetAsync("/");
        return browser;
    }

    private static Task<HttpResponseMessage> ChangeAsync(OperatorBrowser browser, object body) =>
        browser.SendAsync(new(HttpMethod.Put, "/api/me/password") { Content = JsonContent.Create(body) });
}
