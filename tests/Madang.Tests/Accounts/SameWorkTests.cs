using Madang.Accounts.Features;
using Madang.Accounts.Storage;
using Madang.Tests.Host;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Madang.Tests.Accounts;

/// <summary>
/// Nobody learns from an answer, or from how long it takes, who is a member. No clock is looked at: the answers are compared, and the work that is done for
/// them, which is what takes the time (SQL statements in their order, mails among them, and password hashes).
/// </summary>
public sealed class SameWorkTests(MadangHost host) : IClassFixture<MadangHost>
{
    private const string Wrong = "Not-the-one.7";

    /// <summary>Each request that names a person, and what it must cost for the comparison to mean anything.</summary>
    public static readonly TheoryData<string, int, string> Requests = new()
    {
        { "session", 1, "accounts.sign_in_failure" },
        { "session by address", 1, "accounts.sign_in_failure" },
        { "tokens", 1, "accounts.sign_in_failure" },
        { "sign-up", 1, "insert into notifications.mail" },
        { "sign-up/resend", 0, "insert into notifications.mail" },
        { "sign-up/confirm", 0, "accounts.pending_sign_up" },
        { "password/code", 0, "insert into notifications.mail" },
        { "password", 1, "accounts.mailed_code" },
        { "login-id/code", 0, "insert into notifications.mail" },
        { "login-id", 0, "accounts.mailed_code" },
    };

    [Theory, MemberData(nameof(Requests))]
    public async Task The_same_is_answered_and_done_whether_there_is_such_a_member_or_not(string what, int hashes, string statement)
    {
        // A node of its own, and nobody asks first: what is made once must not be made for nobody alone. But for the service itself, which is made for whoever comes.
        await using var node = await host.NodeAsync(configure: services => services.AddSingleton<IPasswordHasher<MemberRow>, CountedHasher>());
        _ = node.Services.GetRequiredService<Passwords>();
        var (member, passwordless) = (await TestMember.JoinAsync(node), await TestMember.JoinAsync(node));
        await host.ScalarAsync<int>("update accounts.member set password_hash = null where id = @Id", new { passwordless.Id });
        using var nobody = new Newcomer(node);

        var forNobody = await DoAsync(node, what, nobody.Email, nobody.LoginId);
        var forMember = await DoAsync(node, what, member.Email, member.LoginId);
        var forPasswordless = await DoAsync(node, what, passwordless.Email, passwordless.LoginId);

        Assert.Equal(hashes, forMember.Hashes);
        Assert.Contains(forMember.Statements, one => one.Contains(statement, StringComparison.Ordinal));
        foreach (var other in new[] { forNobody, forPasswordless })
        {
            Assert.Equal(forMember.Answer, other.Answer);
            Assert.Equal(forMember.Statements, other.Statements);
            Assert.Equal(forMember.Hashes, other.Hashes);
        }
    }

    private static async Task<RequestWork> DoAsync(Node node, string what, string email, string loginId)
    {
        using var kim = new Newcomer(node) { Email = email };
        if (what is "sign-up/resend" or "sign-up/confirm")
            await kim.SignUpAsync();
        object body = what switch
        {
            "session" or "tokens" => new { login = loginId, password = Wrong },
            "session by address" => new { login = email, password = Wrong },
            "sign-up" => kim.Form,
            "sign-up/resend" => new { signUp = kim.Secret },
            "sign-up/confirm" => new { signUp = kim.Secret, code = "000000" },
            "password/code" or "login-id/code" => new { email },
            "password" => new { challenge = await kim.AskAsync("password"), code = "000000", password = Newcomer.GoodPassword },
            "login-id" => new { challenge = await kim.AskAsync("login-id"), code = "000000" },
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, "no such request"),
        };
        return await RequestWork.OfAsync(node.Stranger(), $"/api/{what.Split(' ')[0]}", body);
    }
}
