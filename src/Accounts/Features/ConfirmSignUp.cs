using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>The code from the mail.</summary>
/// <param name="SignUp">The secret that the sign-up was answered with.</param>
/// <param name="Code">Six digits.</param>
/// <param name="LoginId">Another one, where the first was taken meanwhile.</param>
/// <param name="Nickname">Another one, where the first was taken meanwhile.</param>
/// <param name="Phone">Another one, where the first was taken meanwhile.</param>
public sealed record ConfirmSignUpRequest(string? SignUp, string? Code, string? LoginId = null, string? Nickname = null, string? Phone = null);

/// <summary>Somebody who is signed in.</summary>
/// <param name="Id">The member's id.</param>
/// <param name="Nickname">The member's nickname.</param>
public sealed record SignedInMember(Guid Id, string Nickname);

/// <summary>
/// Makes the member when the code is right, and opens the session, in one transaction under the lock of the pending row: of two who use one code at once,
/// one succeeds. Of two sign-ups for one address, the first to confirm wins and the other is told.
/// </summary>
internal sealed class ConfirmSignUp(
    NpgsqlDataSource source, Members members, Addresses addresses, Sessions sessions, Allowances allowances, IAuditLog audit, TimeProvider time)
{
    public async Task<Result<SignedInMember>> ConfirmAsync(ConfirmSignUpRequest request, HttpContext context, CancellationToken cancellation)
    {
        if (!Secret.IsWellFormed(request.SignUp))
            return SignUp.Over;
        var wrong = new FieldFailures();
        var loginId = string.IsNullOrWhiteSpace(request.LoginId) ? null : wrong.Take("loginId", MemberFields.LoginId(request.LoginId));
        var nickname = string.IsNullOrWhiteSpace(request.Nickname) ? null : wrong.Take("nickname", MemberFields.Nickname(request.Nickname));
        var phone = string.IsNullOrWhiteSpace(request.Phone) ? null : wrong.Take("phone", MemberFields.Phone(request.Phone));
        if (wrong.Failure is { } malformed)
            return malformed;

        if (await allowances.TakeAsync(MailedCodes.TriedByAddress, Allowances.AddressOf(context), cancellation) is { } often)
            return often;
        var joined = await source.InTransaction<Result<(MemberRow Member, string Session)>>(async tx =>
        {
            var now = time.GetUtcNow();
            if (await PendingSignUps.LockAsync(tx, request.SignUp!, now) is not { } row)
                return SignUp.Over;
            if (MailedCode.Judge(request.SignUp!, request.Code, row.CodeHash, row.CodeUntil, row.Tries, now, out var counts) is { } refused)
            {
                if (counts)
                    await PendingSignUps.CountTryAsync(tx, row.Hash);
                return refused;
            }
            var made = await members.InsertAsync(
                tx,
                new(row.Email, nickname ?? row.Nickname, loginId ?? row.LoginId, row.Name, phone ?? row.Phone, row.PasswordHash, row.Language),
                now);
            // The code stays good, for another login id or nickname.
            if (!made.Succeeded(out var member, out var taken))
                return FieldFailures.One(SignUp.FieldOf(taken), taken);
            if (row.Postcode is not null)
                _ = (await addresses.AddAsync(tx, member.Id, new(row.Language == "ko" ? "집" : "Home", member.Name, member.Phone, row.Postcode, row.AddressLine1, row.AddressLine2))).Value;
            await PendingSignUps.DeleteAsync(tx, row.Hash);
            await audit.Write(tx, actor: null, "member.sign_up", member.Id);
            return (member, await sessions.OpenAsync(tx, member.Id, context));
        }, cancellation);

        if (!joined.Succeeded(out var welcome, out var failure))
            return failure;
        SessionCookie.Append(context, welcome.Session);
        return new SignedInMember(welcome.Member.Id, welcome.Member.Nickname);
    }
}
