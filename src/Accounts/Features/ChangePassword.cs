using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>Another password for the member who is signed in.</summary>
/// <param name="Current">The password so far; may be left out by who has none yet, and by who proved within ten minutes who they are.</param>
/// <param name="Password">8 to 25 characters with a letter, a digit and a symbol.</param>
public sealed record ChangePasswordRequest(string? Current, string? Password);

/// <summary>
/// Changes a member's password, or sets the first of one who came by a provider or a passkey. Every other session and token of the member ends with the
/// old one, and the member is told by mail.
/// </summary>
internal sealed class ChangePassword(
    NpgsqlDataSource source, Members members, Passwords passwords, PasswordSignIn signIn, Sessions sessions, INotifications notifications, IAuditLog audit,
    TimeProvider time)
{
    public const string ChangedNotice = "accounts.password_changed";

    public async Task<Failure?> ChangeAsync(ChangePasswordRequest request, HttpContext context, CancellationToken cancellation)
    {
        var caller = context.Caller();
        if (caller?.MemberId is not { } id || await members.FindAsync(id, cancellation) is not { } member)
            return new Failure("auth.member", "Only a member may do this.", StatusCodes.Status403Forbidden);
        var wrong = new FieldFailures();
        wrong.Add("password", PasswordRules.Check(request.Password, member.LoginId, member.Nickname, member.Email));
        if (wrong.Failure is { } weak)
            return weak;

        var proved = caller.ProvedAt is { } at && time.GetUtcNow() - at < Access.ProofLifetime;
        // Where there is a password it may be asked for; a wrong one is wrong, however recent the proof.
        if (!string.IsNullOrEmpty(request.Current) && member.PasswordHash is not null)
        {
            if (await signIn.ProveAsync(member, request.Current, context, cancellation) is { } refused)
                return FieldFailures.One("current", refused);
        }
        else if (!proved)
        {
            return member.PasswordHash is null
                ? new Failure("auth.proof_required", "Prove once more who you are, and repeat this.", StatusCodes.Status403Forbidden)
                : FieldFailures.One("current", new("password.current_missing", "Give the password that you have now."));
        }

        var hash = await passwords.HashAsync(request.Password!, cancellation);
        return (await source.InTransaction<Result<bool>>(async tx =>
        {
            if (await Members.LockAsync(tx, id) is not { } locked || locked.PasswordHash != member.PasswordHash)
                return new Failure("password.changed_meanwhile", "The password was changed from elsewhere at this moment.", StatusCodes.Status409Conflict);
            await Members.SetPasswordAsync(tx, id, hash);
            await sessions.RevokeAllAsync(tx, id, Sessions.CurrentId(context));
            await notifications.Notify(tx, id, ChangedNotice, new { });
            await audit.Write(tx, caller, member.PasswordHash is null ? "member.set_password" : "member.change_password", id);
            return true;
        }, cancellation)).Failure;
    }
}
