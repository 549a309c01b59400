using System.Net;
using System.Net.Http.Json;
using Madang.Accounts.Features;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Madang.Tests.Accounts;

public sealed class PasswordSignInTests(MadangHost host) : IClassFixture<MadangHost>
{
    private const string Wrong = "Not-the-one.7";

    [Fact]
    public async Task The_right_password_lets_in_by_login_id_and_by_address_however_they_are_capitalised()
    {
        var member = await TestMember.JoinAsync(host.First);
        foreach (var login in new[] { member.LoginId, member.LoginId.ToUpperInvariant(), member.Email, $" {member.Email.ToUpperInvariant()} " })
        {
            var answer = await Newcomer.SignInAsync(host.Stranger(), login, TestMember.Password);
            Assert.Equal(member.Id, (await answer.ShouldBeAsync(HttpStatusCode.OK)).GetProperty("id").GetGuid());
            Assert.Contains(answer.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("madang-session=", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(Wrong)]
    [InlineData("")]
    [InlineData("blue-Kite.7")]
    [InlineData("blue-Kite.711")]
    [InlineData("Blue-kite.71")]
    [InlineData("' or 1=1 --")]
    public async Task Any_other_password_lets_nobody_in(string password)
    {
        var member = await TestMember.JoinAsync(host.First);
        var answer = await Newcomer.SignInAsync(host.Stranger(), member.LoginId, password);
        await answer.ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "sign_in.refused");
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task A_password_is_kept_as_a_slow_salted_hash()
    {
        var first = await TestMember.JoinAsync(host.First);
        var passwords = host.First.Services.GetRequiredService<Passwords>();
        var kept = await host.ScalarAsync<string>("select password_hash from accounts.member where id = @Id", new { first.Id });

        Assert.DoesNotContain(TestMember.Password, kept, StringComparison.Ordinal);
        Assert.NotEqual(kept, await passwords.HashAsync(TestMember.Password, CancellationToken.None));
        Assert.True(passwords.IsRight(kept, TestMember.Password, out var newHash));
        Assert.Null(newHash);
    }

    [Fact]
    public async Task An_old_hash_is_renewed_by_the_next_sign_in()
    {
        var member = await TestMember.JoinAsync(host.First);
        var old = new Microsoft.AspNetCore.Identity.PasswordHasher<object>(Microsoft.Extensions.Options.Options.Create(
            new Microsoft.AspNetCore.Identity.PasswordHasherOptions { IterationCount = 1000 })).HashPassword(new(), TestMember.Password);
        await host.ScalarAsync<object>("update accounts.member set password_hash = @old where id = @Id", new { old, member.Id });

        await (await Newcomer.SignInAsync(host.Stranger(), member.LoginId, TestMember.Password)).ShouldBeAsync(HttpStatusCode.OK);

        Assert.NotEqual(old, await host.ScalarAsync<string>("select password_hash from accounts.member where id = @Id", new { member.Id }));
        await (await Newcomer.SignInAsync(host.Stranger(), member.LoginId, TestMember.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_suspended_member_is_told_so_but_only_after_the_right_password()
    {
        var member = await TestMember.JoinAsync(host.First);
        var until = host.First.Clock.GetUtcNow().AddDays(3);
        await host.ScalarAsync<object>(
            "update accounts.member set suspended_at = @now, suspended_until = @until, suspended_reason = 'spam' where id = @Id", new { now = host.First.Clock.GetUtcNow(), until, member.Id });

        await (await Newcomer.SignInAsync(host.Stranger(), member.LoginId, Wrong)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "sign_in.refused");
        var answer = await Newcomer.SignInAsync(host.Stranger(), member.LoginId, TestMember.Password);
        var problem = await answer.ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "member.suspended");
        Assert.Equal("spam", problem.GetProperty("reason").GetString());
        Assert.False(answer.Headers.Contains("Set-Cookie"));

        await host.ScalarAsync<object>("update accounts.member set suspended_at = @then, suspended_until = @past where id = @Id", new { then = until.AddDays(-9), past = until.AddDays(-4), member.Id });
        await (await Newcomer.SignInAsync(host.Stranger(), member.LoginId, TestMember.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Wrong_passwords_lock_out_for_longer_and_longer_on_every_node()
    {
        await using var other = await host.NodeAsync();
        var member = await TestMember.JoinAsync(host.First);
        await FailAsync(member.LoginId, times: 5);

        foreach (var node in new[] { host.First, other })
        {
            var answer = await Newcomer.SignInAsync(node.Stranger(), member.LoginId, TestMember.Password);
            await answer.ShouldBeRefusedAsync(HttpStatusCode.TooManyRequests, "sign_in.locked");
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 30);
        }

        host.First.Clock.Advance(TimeSpan.FromSeconds(31));
        await FailAsync(member.LoginId, times: 1);
        var longer = await Newcomer.SignInAsync(host.Stranger(), member.LoginId, Wrong);
        await longer.ShouldBeRefusedAsync(HttpStatusCode.TooManyRequests, "sign_in.locked");
        Assert.InRange(longer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 50, 60);

        host.First.Clock.Advance(TimeSpan.FromSeconds(61));
        await (await Newcomer.SignInAsync(host.Stranger(), member.LoginId, TestMember.Password)).ShouldBeAsync(HttpStatusCode.OK);
        // The right one begins anew.
        await FailAsync(member.LoginId, times: 4);
        await (await Newcomer.SignInAsync(host.Stranger(), member.LoginId, TestMember.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Being_locked_out_does_not_tell_who_is_a_member_either()
    {
        var login = $"nobody{Guid.CreateVersion7():N}"[..20];
        await FailAsync(login, times: 5);
        await (await Newcomer.SignInAsync(host.Stranger(), login, Wrong)).ShouldBeRefusedAsync(HttpStatusCode.TooManyRequests, "sign_in.locked");
    }

    [Fact]
    public async Task A_stranger_cannot_lock_the_member_out_of_a_browser_that_signed_in_before()
    {
        var member = await TestMember.JoinAsync(host.First);
        var home = new OperatorBrowser(host.Stranger());
        await (await home.PostAsync("/api/session", new { login = member.LoginId, password = TestMember.Password })).ShouldBeAsync(HttpStatusCode.OK);
        await home.GetAsync("/");
        await home.SendAsync(new(HttpMethod.Post, "/sign-out"));

        await FailAsync(member.LoginId, times: 5);
        await (await Newcomer.SignInAsync(host.Stranger(), member.LoginId, TestMember.Password)).ShouldBeRefusedAsync(HttpStatusCode.TooManyRequests, "sign_in.locked");

        await (await home.PostAsync("/api/session", new { login = member.LoginId, password = TestMember.Password })).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_browser_that_signed_in_before_has_no_more_guesses_than_others_and_none_at_another_member()
    {
        var member = await TestMember.JoinAsync(host.First);
        var other = await TestMember.JoinAsync(host.First);
        var home = new OperatorBrowser(host.Stranger());
        await (await home.PostAsync("/api/session", new { login = member.LoginId, password = TestMember.Password })).ShouldBeAsync(HttpStatusCode.OK);
        await home.GetAsync("/");
        await home.SendAsync(new(HttpMethod.Post, "/sign-out"));

        for (var time = 0; time < 5; time++)
            await (await home.PostAsync("/api/session", new { login = member.LoginId, password = Wrong })).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "sign_in.refused");
        await (await home.PostAsync("/api/session", new { login = member.LoginId, password = TestMember.Password })).ShouldBeRefusedAsync(HttpStatusCode.TooManyRequests, "sign_in.locked");

        await FailAsync(other.LoginId, times: 5);
        await (await home.PostAsync("/api/session", new { login = other.LoginId, password = TestMember.Password })).ShouldBeRefusedAsync(HttpStatusCode.TooManyRequests, "sign_in.locked");
    }

    [Fact]
    public async Task An_invented_device_cookie_is_none()
    {
        var member = await TestMember.JoinAsync(host.First);
        await FailAsync(member.LoginId, times: 5);
        var client = host.Stranger();
        client.DefaultRequestHeaders.Add("Cookie", $"madang-device={member.Id:N}%20AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        await (await Newcomer.SignInAsync(client, member.LoginId, TestMember.Password)).ShouldBeRefusedAsync(HttpStatusCode.TooManyRequests, "sign_in.locked");
    }

    [Fact]
    public async Task Of_guesses_at_once_few_more_are_tried_than_one_after_another()
    {
        var member = await TestMember.JoinAsync(host.First);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Newcomer.SignInAsync(host.Stranger(), member.LoginId, Wrong)));

        Assert.InRange(answers.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized), 5, 5 + Environment.ProcessorCount);
    }

    [Fact]
    public async Task One_network_address_cannot_try_a_password_at_all_members()
    {
        await using var node = await FromAddress.NodeAsync(host);
        // IPv6: any address of one household.
        var client = FromAddress.Client(node, "2001:db8:1:2::1");
        for (var time = 0; time < SignInFailures.ByAddress.Burst; time++)
            await (await Newcomer.SignInAsync(client, $"member{time}", Wrong)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "sign_in.refused");

        var answer = await Newcomer.SignInAsync(FromAddress.Client(node, "2001:db8:1:2:3::4"), "member-x", Wrong);
        await answer.ShouldBeRefusedAsync(HttpStatusCode.TooManyRequests, "rate.limited");
        Assert.NotNull(answer.Headers.RetryAfter);
        await (await Newcomer.SignInAsync(FromAddress.Client(node, "2001:db8:9:9::1"), "member-x", Wrong)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "sign_in.refused");
    }

    [Theory]
    [InlineData("127.0.0.1", "203.0.113.9", "203.0.113.9")]
    [InlineData("::1", "198.51.100.1, 203.0.113.9", "203.0.113.9")]
    [InlineData("192.0.2.1", "203.0.113.9", "192.0.2.1")]
    [InlineData("127.0.0.1", "nonsense", "127.0.0.1")]
    [InlineData("::ffff:192.0.2.1", null, "192.0.2.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", null, "2001:db8:1:2::/64")]
    [InlineData(null, "203.0.113.9", null)]
    public void A_gateway_on_this_machine_is_believed_and_nobody_else(string? from, string? forwarded, string? counted)
    {
        var context = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        context.Connection.RemoteIpAddress = from is null ? null : IPAddress.Parse(from);
        context.Request.Headers["X-Forwarded-For"] = forwarded;
        Assert.Equal(counted, Madang.Accounts.Storage.Allowances.AddressOf(context));
    }

    [Fact]
    public async Task A_right_password_at_the_first_try_counts_nothing()
    {
        await using var node = await FromAddress.NodeAsync(host);
        var member = await TestMember.JoinAsync(host.First);
        var before = await CountsAsync();

        await (await Newcomer.SignInAsync(FromAddress.Client(node, "192.0.2.77"), member.LoginId, TestMember.Password)).ShouldBeAsync(HttpStatusCode.OK);

        Assert.Equal(before, await CountsAsync());

        Task<string?> CountsAsync() => host.ScalarAsync<string>("select (select count(*) from accounts.allowance) || ' ' || (select count(*) from accounts.sign_in_failure)");
    }

    [Fact]
    public async Task A_password_that_is_changed_while_it_is_checked_opens_nothing()
    {
        var member = await TestMember.JoinAsync(host.First);
        var signIn = host.First.Services.GetRequiredService<PasswordSignIn>();
        await using var connection = new Npgsql.NpgsqlConnection(host.Database);
        await connection.OpenAsync();
        await using var change = await connection.BeginTransactionAsync();
        await Dapper.SqlMapper.ExecuteAsync(connection, "update accounts.member set password_hash = 'another' where id = @Id", new { member.Id }, change);

        // Its password is right as far as can be seen; it waits for the change at the member's row.
        var entering = signIn.EnterAsync(
            member.LoginId, TestMember.Password, new Microsoft.AspNetCore.Http.DefaultHttpContext(), (_, row) => Task.FromResult(row), CancellationToken.None);
        await Answers.EventuallyAsync(
            () => host.ScalarAsync<int>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"), waiting => waiting > 0);
        await change.CommitAsync();

        Assert.Equal("sign_in.refused", (await entering).Failure?.Code);
    }

    private async Task FailAsync(string login, int times)
    {
        for (var time = 0; time < times; time++)
            await (await Newcomer.SignInAsync(host.Stranger(), login, Wrong)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "sign_in.refused");
    }
}
