using Madang.Accounts.Domain;
using Madang.Accounts.Features;
using Madang.Accounts.Storage;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Npgsql;

namespace Madang.Accounts;

/// <summary>What the command line does for the operator.</summary>
public interface IOperatorAccess
{
    /// <summary>The path of a link that signs the operator in once, within an hour.</summary>
    /// <param name="cancellation">Gives up.</param>
    Task<string> NewSignInPath(CancellationToken cancellation);

    /// <summary>Makes an API key; its text is in the answer and nowhere else.</summary>
    /// <param name="name">1 to 100 letters.</param>
    /// <param name="scopes">Known scopes.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<Result<NewApiKey>> CreateKey(string name, IReadOnlyCollection<string> scopes, CancellationToken cancellation);

    /// <summary>All keys, those in use first.</summary>
    /// <param name="cancellation">Gives up.</param>
    Task<IReadOnlyList<ApiKeyResource>> ListKeys(CancellationToken cancellation);

    /// <summary>Ends a key everywhere; the failure is <c>key.unknown</c>.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<Failure?> RevokeKey(Guid id, CancellationToken cancellation);

    /// <summary>
    /// Makes a member whose e-mail address nobody confirmed: the operator answers for it. Written into the audit log. The failures are those of a sign-up, such as
    /// <c>member.login_id</c> and 409 <c>member.login_id_taken</c>.
    /// </summary>
    /// <param name="member">Who.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<Result<Guid>> AddMember(AddedMember member, CancellationToken cancellation);
}

/// <summary>A member whom the operator makes.</summary>
/// <param name="LoginId">As in a sign-up.</param>
/// <param name="Email">As in a sign-up.</param>
/// <param name="Nickname">As in a sign-up.</param>
/// <param name="Name">As in a sign-up.</param>
/// <param name="Password">As in a sign-up; never logged.</param>
/// <param name="Language"><c>ko</c> or <c>en</c>.</param>
public sealed record AddedMember(string LoginId, string Email, string Nickname, string Name, string Password, string Language = "ko")
{
    /// <summary>Without the password.</summary>
    public override string ToString() => LoginId;
}

internal sealed class OperatorAccess(
    ApiKeys keys, SignInLinks links, Members members, Passwords passwords, NpgsqlDataSource source, IAuditLog audit, TimeProvider time) : IOperatorAccess
{
    public async Task<string> NewSignInPath(CancellationToken cancellation) => $"/sign-in/{await links.NewAsync(cancellation)}";

    public Task<Result<NewApiKey>> CreateKey(string name, IReadOnlyCollection<string> scopes, CancellationToken cancellation) =>
        keys.CreateAsync(name, scopes, caller: null, cancellation);

    public async Task<IReadOnlyList<ApiKeyResource>> ListKeys(CancellationToken cancellation) =>
        (await keys.ListAsync(cancellation)).Select(KeyEndpoints.Resource).ToList();

    public Task<Failure?> RevokeKey(Guid id, CancellationToken cancellation) => keys.RevokeAsync(id, caller: null, cancellation);

    public async Task<Result<Guid>> AddMember(AddedMember member, CancellationToken cancellation)
    {
        var wrong = new FieldFailures();
        var loginId = wrong.Take("loginId", MemberFields.LoginId(member.LoginId));
        var email = wrong.Take("email", MemberFields.Email(member.Email));
        var nickname = wrong.Take("nickname", MemberFields.Nickname(member.Nickname));
        var name = wrong.Take("name", MemberFields.Name(member.Name));
        wrong.Add("password", PasswordRules.Check(member.Password, loginId, email, nickname));
        if (wrong.Failure is { } malformed)
            return malformed;
        var hash = await passwords.HashAsync(member.Password, cancellation);
        return await source.InTransaction<Result<Guid>>(async tx =>
        {
            var made = await members.InsertAsync(tx, new(email!, nickname!, loginId, name, PasswordHash: hash, Language: member.Language), time.GetUtcNow());
            if (!made.Succeeded(out var row, out var taken))
                return taken;
            await audit.Write(tx, actor: null, "member.add", row.Id);
            return row.Id;
        }, cancellation);
    }
}
