using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>A new password for who has the code from the mail.</summary>
/// <param name="Challenge">What asking for the code was answered with.</param>
/// <param name="Code">Six digits.</param>
/// <param name="Password">8 to 25 characters with a letter, a digit and a symbol.</param>
public sealed record ResetPasswordRequest(string? Challenge, string? Code, string? Password);

/// <summary>
/// Sets a new password for who has the code from the mail; whoever was signed in with the old one no longer is. Code, password, sessions and the
/// message about it are one transaction.
/// </summary>
internal sealed class ResetPassword(
    NpgsqlDataSource source, Passwords passwords, Sessions sessions, KnownDevices devices, Allowances allowances, INotifications notifications, IAuditLog audit,
    TimeProvider time)
{
    public async Task<Failure?> ResetAsync(ResetPasswordRequest request, HttpContext context, CancellationToken cancellation)
    {
        // Before the code is looked at: what is no password costs no try.
        if (PasswordRules.Check(request.Password) is { } weak)
            return FieldFailures.One("password", weak);
        if (!Secret.IsWellFormed(request.Challenge))
            return FieldFailures.One("code", MailedCode.Gone);
        if (await allowances.TakeAsync(MailedCodes.TriedByAddress, Allowances.AddressOf(context), cancellation) is { } often)
            return often;
        var hash = await passwords.HashAsync(request.Password!, cancellation);

        var reset = await source.InTransaction<Result<Guid>>(async tx =>
        {
            if (!(await MailedCodes.CheckAsync(tx, MailedCodes.ForPassword, request.Challenge, request.Code, time.GetUtcNow())).Succeeded(out var row, out var refused))
                return FieldFailures.One("code", refused);
            if (await Members.LockAsync(tx, row.MemberId!.Value) is not { } member || !row.Email.Equals(member.Email, StringComparison.OrdinalIgnoreCase))
                return FieldFailures.One("code", MailedCode.Gone);
            // The code stays good for a better password.
            if (PasswordRules.Check(request.Password, member.LoginId, member.Nickname, member.Email) is { } own)
                return FieldFailures.One("password", own);
            await MailedCodes.UseUpAsync(tx, row);
            await Members.SetPasswordAsync(tx, member.Id, hash);
            await sessions.RevokeAllAsync(tx, member.Id);
            await notifications.Notify(tx, member.Id, ChangePassword.ChangedNotice, new { });
            await audit.Write(tx, actor: null, "member.reset_password", member.Id);
            return member.Id;
        }, cancellation);

        if (!reset.Succeeded(out var id, out var failure))
            return failure;
        // Who has the mails of the member is the member: strangers' wrong passwords must not keep him out of this browser.
        devices.Remember(context, id);
        return null;
    }
}
