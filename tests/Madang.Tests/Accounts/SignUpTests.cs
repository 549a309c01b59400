using System.Net;
using System.Net.Http.Json;
using Madang.Accounts.Features;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Madang.Tests.Host;
using Madang.Tests.Notifications;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Accounts;

public sealed class SignUpTests(MadangHost host) : IClassFixture<MadangHost>
{
    [Fact]
    public async Task The_code_from_the_mail_makes_the_member_and_opens_the_session()
    {
        using var kim = new Newcomer(host.First);
        await (await kim.SignUpAsync()).ShouldBeAsync(HttpStatusCode.Accepted);
        Assert.Equal(0, await CountAsync(kim));

        var answer = await kim.ConfirmAsync(await kim.CodeAsync());

        var member = await answer.ShouldBeAsync(HttpStatusCode.Created);
        Assert.Equal(kim.Nickname, member.GetProperty("nickname").GetString());
        Assert.Equal(1, await CountAsync(kim));
        Assert.Equal(member.GetProperty("id").GetGuid(), await host.ScalarAsync<Guid?>("select member_id from accounts.session order by id desc limit 1"));
        Assert.NotEmpty(kim.Browser.Session);
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from accounts.pending_sign_up where email = @Email", new { kim.Email }));
        Assert.Equal(HttpStatusCode.OK, (await kim.SignInAsync()).StatusCode);
    }

    [Fact]
    public async Task A_pending_sign_up_keeps_nothing_that_could_be_read_as_password_or_code()
    {
        using var kim = new Newcomer(host.First);
        await kim.SignUpAsync();
        var code = await kim.CodeAsync();

        var row = await host.ScalarAsync<string>("select row_to_json(p)::text from accounts.pending_sign_up p where email = @Email", new { kim.Email });

        Assert.DoesNotContain(kim.Password, row, StringComparison.Ordinal);
        Assert.DoesNotContain(code, row, StringComparison.Ordinal);
        Assert.DoesNotContain(kim.Secret, row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whether_an_address_is_a_members_is_told_by_the_mail_alone()
    {
        using var member = await new Newcomer(host.First).JoinAsync();
        using var stranger = new Newcomer(host.First) { Email = member.Email.ToUpperInvariant() };

        var answer = await (await stranger.SignUpAsync()).ShouldBeAsync(HttpStatusCode.Accepted);

        Assert.Equal(["codeUntil", "signUp"], answer.EnumerateObject().Select(one => one.Name).Order(StringComparer.Ordinal));
        var mail = await host.First.MailToAsync(stranger.Email);
        Assert.Contains("member", mail.Subject, StringComparison.Ordinal);
        Assert.Equal("", Newcomer.CodeOf(mail.Text));
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from accounts.pending_sign_up where email = @Email and code_hash is not null", new { stranger.Email }));
        await (await stranger.ConfirmAsync("123456")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "code.wrong");
    }

    [Fact]
    public async Task Of_two_who_sign_up_with_one_address_the_first_to_confirm_wins_and_the_other_is_told()
    {
        using var first = new Newcomer(host.First);
        using var second = new Newcomer(host.First) { Email = first.Email };
        await first.SignUpAsync();
        var code = await first.CodeAsync();
        await second.SignUpAsync();
        var other = await second.CodeAsync(mails: 2);

        var answers = await Task.WhenAll(first.ConfirmAsync(code), second.ConfirmAsync(other));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        var problem = await answers.Single(answer => answer.StatusCode != HttpStatusCode.Created).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "member.email_taken");
        Assert.Equal("member.email_taken", problem.GetProperty("errors").GetProperty("email").GetProperty("code").GetString());
        Assert.Equal(1, await CountAsync(first));
    }

    [Fact]
    public async Task A_code_used_many_times_at_once_makes_one_member_and_one_session()
    {
        for (var round = 0; round < 3; round++)
        {
            using var kim = new Newcomer(host.First);
            await kim.SignUpAsync();
            var code = await kim.CodeAsync();
            var clients = Enumerable.Range(0, 8).Select(_ => host.Stranger()).ToList();

            var answers = await Task.WhenAll(clients.Select(client => client.PostAsJsonAsync("/api/sign-up/confirm", new { signUp = kim.Secret, code })));

            Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
            Assert.All(answers, answer => Assert.True((int)answer.StatusCode < 500));
            Assert.Equal(1, await CountAsync(kim));
            Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from accounts.session s join accounts.member m on m.id = s.member_id where m.email = @Email", new { kim.Email }));
        }
    }

    [Theory]
    [InlineData("loginId", "member.login_id_taken")]
    [InlineData("nickname", "member.nickname_taken")]
    [InlineData("phone", "member.phone_taken")]
    public async Task What_was_taken_between_sign_up_and_code_can_be_chosen_anew_with_the_same_code(string field, string refused)
    {
        using var slow = new Newcomer(host.First);
        await slow.SignUpAsync();
        var code = await slow.CodeAsync();
        using var quick = new Newcomer(host.First);
        (quick.LoginId, quick.Nickname, quick.Phone) = field switch
        {
            "loginId" => (slow.LoginId.ToUpperInvariant(), quick.Nickname, quick.Phone),
            "nickname" => (quick.LoginId, slow.Nickname.ToUpperInvariant(), quick.Phone),
            _ => (quick.LoginId, quick.Nickname, slow.Phone),
        };
        await quick.JoinAsync();

        var problem = await (await slow.ConfirmAsync(code)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, refused);
        Assert.Equal(refused, problem.GetProperty("errors").GetProperty(field).GetProperty("code").GetString());

        var other = new Newcomer(host.First);
        object chosen = field switch { "loginId" => new { loginId = other.LoginId }, "nickname" => new { nickname = other.Nickname }, _ => new { phone = other.Phone } };
        await (await slow.ConfirmAsync(code, chosen)).ShouldBeAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task What_is_taken_is_refused_at_once_and_by_name_however_it_is_capitalised()
    {
        using var member = await new Newcomer(host.First).JoinAsync();
        using var stranger = new Newcomer(host.First) { LoginId = member.LoginId.ToUpperInvariant(), Nickname = member.Nickname.ToUpperInvariant() };

        var problem = await (await stranger.SignUpAsync()).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "member.login_id_taken");

        Assert.Equal(["loginId", "nickname"], problem.GetProperty("errors").EnumerateObject().Select(one => one.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task All_that_is_wrong_is_said_at_once()
    {
        var problem = await (await host.Stranger().PostAsJsonAsync("/api/sign-up", new { email = "x", loginId = "?", nickname = "!", password = "short", postcode = "12345" }))
            .ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "member.login_id");

        Assert.Equal(
            ["email", "loginId", "name", "nickname", "password", "phone", "postcode"],
            problem.GetProperty("errors").EnumerateObject().Select(one => one.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Five_wrong_codes_end_the_code_and_the_right_one_comes_too_late()
    {
        using var kim = new Newcomer(host.First);
        await kim.SignUpAsync();
        var code = await kim.CodeAsync();
        for (var left = 4; left > 0; left--)
        {
            var problem = await (await kim.ConfirmAsync(Newcomer.Other(code))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "code.wrong");
            Assert.Equal(left, problem.GetProperty("triesLeft").GetInt32());
        }
        await (await kim.ConfirmAsync(Newcomer.Other(code))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "code.expired");

        await (await kim.ConfirmAsync(code)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "code.expired");

        await (await kim.Browser.PostAsync("/api/sign-up/resend", new { signUp = kim.Secret })).ShouldBeAsync(HttpStatusCode.Accepted);
        await (await kim.ConfirmAsync(await kim.CodeAsync(mails: 2))).ShouldBeAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Guesses_at_once_are_counted_one_by_one()
    {
        using var kim = new Newcomer(host.First);
        await kim.SignUpAsync();
        var code = await kim.CodeAsync();

        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => host.Stranger().PostAsJsonAsync("/api/sign-up/confirm", new { signUp = kim.Secret, code = Newcomer.Other(code) })));

        await (await kim.ConfirmAsync(code)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "code.expired");
        Assert.Equal(5, await host.ScalarAsync<int>("select tries from accounts.pending_sign_up where email = @Email", new { kim.Email }));
    }

    [Fact]
    public async Task A_new_code_ends_the_one_before()
    {
        using var kim = new Newcomer(host.First);
        await kim.SignUpAsync();
        var old = await kim.CodeAsync();
        await (await kim.Browser.PostAsync("/api/sign-up/resend", new { signUp = kim.Secret })).ShouldBeAsync(HttpStatusCode.Accepted);
        var code = await kim.CodeAsync(mails: 2);

        if (old != code)
            await (await kim.ConfirmAsync(old)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "code.wrong");
        await (await kim.ConfirmAsync(code)).ShouldBeAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Nobody_puts_a_password_of_his_own_under_anothers_sign_up()
    {
        using var owner = new Newcomer(host.First);
        using var thief = new Newcomer(host.First) { Email = owner.Email, Password = "Thieves-own.44" };
        await thief.SignUpAsync();
        await owner.SignUpAsync();
        var code = await owner.CodeAsync(mails: 2);

        // The owner's code, guessed or seen, opens the owner's sign-up alone.
        var stolen = await thief.ConfirmAsync(code);
        Assert.NotEqual(HttpStatusCode.Created, stolen.StatusCode);
        await (await owner.ConfirmAsync(code)).ShouldBeAsync(HttpStatusCode.Created);

        Assert.Equal(HttpStatusCode.OK, (await owner.SignInAsync()).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await owner.SignInAsync(thief.Password)).StatusCode);
    }

    [Fact]
    public async Task Old_codes_and_old_sign_ups_are_refused_and_swept_away()
    {
        using var kim = new Newcomer(host.First);
        await kim.SignUpAsync();
        var code = await kim.CodeAsync();

        host.First.Clock.Advance(TimeSpan.FromMinutes(10.1));
        await (await kim.ConfirmAsync(code)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "code.expired");
        host.First.Clock.Advance(TimeSpan.FromMinutes(51));
        await (await kim.ConfirmAsync(code)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "sign_up.over");

        await host.First.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(
            tx => host.First.Services.GetRequiredService<WorkQueue>().Enqueue(tx, SweepSignUps.Kind, new SweepSignUps.Job(), runAt: TimeProvider.System.GetUtcNow()));
        await Answers.EventuallyAsync(
            () => host.ScalarAsync<int>("select count(*) from accounts.pending_sign_up where email = @Email", new { kim.Email }), left => left == 0);
    }

    [Fact]
    public async Task The_address_is_kept_as_the_members_first()
    {
        using var kim = new Newcomer(host.First);
        await kim.SignUpAsync(new
        {
            email = kim.Email,
            loginId = kim.LoginId,
            nickname = kim.Nickname,
            password = kim.Password,
            name = "김민지",
            phone = kim.Phone,
            postcode = "04524",
            addressLine1 = "서울특별시 중구 세종대로 110",
            addressLine2 = "3층",
        });
        await (await kim.ConfirmAsync(await kim.CodeAsync())).ShouldBeAsync(HttpStatusCode.Created);

        Assert.Equal("04524 서울특별시 중구 세종대로 110 3층", await host.ScalarAsync<string>(
            "select postcode || ' ' || line1 || ' ' || line2 from accounts.address a join accounts.member m on m.id = a.member_id where m.email = @Email and is_default", new { kim.Email }));
    }

    [Theory]
    [InlineData("loginId")]
    [InlineData("nickname")]
    [InlineData("phone")]
    public async Task What_is_taken_is_told_while_one_types(string field)
    {
        using var member = await new Newcomer(host.First).JoinAsync();
        using var other = new Newcomer(host.First);
        string Value(Newcomer whose) => field switch { "loginId" => whose.LoginId, "nickname" => whose.Nickname, _ => whose.Phone };

        var taken = await (await AskAsync(host.Stranger(), field, Value(member))).ShouldBeAsync(HttpStatusCode.OK);
        var free = await (await AskAsync(host.Stranger(), field, Value(other))).ShouldBeAsync(HttpStatusCode.OK);

        Assert.False(taken.GetProperty("available").GetBoolean());
        Assert.EndsWith("_taken", taken.GetProperty("code").GetString(), StringComparison.Ordinal);
        Assert.True(free.GetProperty("available").GetBoolean());
    }

    [Fact]
    public async Task The_check_while_one_types_says_nothing_of_whose_an_address_is()
    {
        using var member = await new Newcomer(host.First).JoinAsync();

        var members = await (await AskAsync(host.Stranger(), "email", member.Email)).ShouldBeAsync(HttpStatusCode.OK);
        var nobodys = await (await AskAsync(host.Stranger(), "email", "nobody.at.all@example.com")).ShouldBeAsync(HttpStatusCode.OK);

        Assert.Equal(nobodys.GetRawText(), members.GetRawText());
    }

    [Fact]
    public async Task Two_fields_at_once_are_not_answered() =>
        await (await host.Stranger().PostAsJsonAsync("/api/members/availability", new { loginId = "minji", nickname = "민지" }))
            .ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "availability.one_field");

    [Fact]
    public async Task Members_are_in_no_list_that_a_stranger_could_read()
    {
        using var member = await new Newcomer(host.First).JoinAsync();
        foreach (var path in new[] { "/api/members", $"/api/members/{member.LoginId}", $"/api/members?email={member.Email}", "/api/me", "/members" })
        {
            var answer = await host.Stranger().GetAsync(path);
            var body = await answer.Content.ReadAsStringAsync();
            Assert.DoesNotContain(member.Email, body, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(member.Phone, body, StringComparison.Ordinal);
        }
    }

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, string field, string value) =>
        client.PostAsJsonAsync("/api/members/availability", new Dictionary<string, string> { [field] = value });

    private Task<int> CountAsync(Newcomer kim) => host.ScalarAsync<int>("select count(*) from accounts.member where lower(email) = lower(@Email)", new { kim.Email });
}
