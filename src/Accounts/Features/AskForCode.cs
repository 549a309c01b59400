using System.Globalization;
using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>Where to send a code.</summary>
/// <param name="Email">The member's address.</param>
/// <param name="Challenge">When one was asked for before, what that was answered with; its code ends.</param>
public sealed record AskForCodeRequest(string? Email, string? Challenge = null);

/// <summary>A code is on its way, if the address is a member's.</summary>
/// <param name="Challenge">Secret of this browser or program; needed with the code.</param>
/// <param name="CodeUntil">When the code ends.</param>
public sealed record CodeChallenge(string Challenge, DateTimeOffset CodeUntil);

/// <summary>
/// Mails a code to who forgot the login id or the password. Answer, time and even the number of mails are the same whether the address is a member's: who has
/// no account is told that by the mail.
/// </summary>
internal sealed class AskForCode(
    NpgsqlDataSource source, Members members, KnownDevices devices, Allowances allowances, IMails mails, TimeProvider time)
{
    public const string LoginIdMail = "accounts.login_id_code";
    public const string PasswordMail = "accounts.password_code";
    public const string NobodyMail = "accounts.no_account";

    /// <param name="purpose"><see cref="MailedCodes.ForLoginId"/> or <see cref="MailedCodes.ForPassword"/>.</param>
    /// <param name="request">Where to.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Result<CodeChallenge>> AskAsync(string purpose, AskForCodeRequest request, HttpContext context, CancellationToken cancellation)
    {
        if (!MemberFields.Email(request.Email).Succeeded(out var email, out var malformed))
            return malformed;
        var address = Allowances.AddressOf(context);
        if (await allowances.TakeAsync(MailedCodes.AskedByAddress, address, cancellation) is { } often)
            return often;
        var member = await members.FindByEmailAsync(email, cancellation);
        var whose = $"{purpose}\n{devices.Find(context, member?.Id) ?? email.ToLowerInvariant()}";
        if (await allowances.TakeAsync(MailedCodes.AskedByEmail, whose, cancellation) is { } flooded)
            return flooded;

        var secret = Secret.New();
        var code = MailedCode.New();
        var now = time.GetUtcNow();
        await source.InTransaction(
            async tx =>
            {
                var row = new MailedCodeRow
                {
                    Hash = Secret.Hash(secret),
                    Purpose = purpose,
                    Email = email,
                    MemberId = member?.Id,
                    CodeHash = member is null ? null : MailedCode.Hash(secret, code),
                    Address = address ?? "",
                    CreatedAt = now,
                    ExpiresAt = now + MailedCode.Lifetime,
                };
                await MailedCodes.InsertAsync(tx, row, Secret.IsWellFormed(request.Challenge) ? Secret.Hash(request.Challenge!) : null);
                if (member is not null)
                    await mails.Send(tx, member.Email, member.Language, purpose == MailedCodes.ForPassword ? PasswordMail : LoginIdMail, new { Code = code }, MailedCode.Lifetime);
                else
                    await mails.Send(tx, email, CultureInfo.CurrentUICulture.TwoLetterISOLanguageName, NobodyMail, new { }, MailedCode.Lifetime);
            },
            cancellation);
        return new CodeChallenge(secret, now + MailedCode.Lifetime);
    }
}
