using System.Globalization;
using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>What somebody says who wishes to become a member.</summary>
/// <param name="Email">Where the code is sent.</param>
/// <param name="LoginId">4 to 20 of a-z, 0-9, dot, hyphen, underscore.</param>
/// <param name="Nickname">2 to 10 Hangul syllables, Latin letters or digits.</param>
/// <param name="Password">8 to 25 characters with a letter, a digit and a symbol.</param>
/// <param name="Name">The person's name, up to 50 letters.</param>
/// <param name="Phone">Such as <c>010-1234-5678</c>.</param>
/// <param name="Postcode">With an address, or not at all.</param>
/// <param name="AddressLine1">Street and number.</param>
/// <param name="AddressLine2">Floor, flat; may be left out.</param>
public sealed record SignUpRequest(
    string? Email, string? LoginId, string? Nickname, string? Password, string? Name, string? Phone,
    string? Postcode = null, string? AddressLine1 = null, string? AddressLine2 = null);

/// <summary>A sign-up that waits for its code.</summary>
/// <param name="SignUp">Secret of this browser or program; needed with the code.</param>
/// <param name="CodeUntil">When the code ends; another can be asked for within the hour.</param>
public sealed record PendingSignUp(string SignUp, DateTimeOffset CodeUntil);

/// <summary>
/// Begins a sign-up: checks what was typed and mails a code. No member is made before the code comes back, and whether the address belongs to a
/// member already is told by the mail alone, to its owner.
/// </summary>
internal sealed class SignUp(
    NpgsqlDataSource source, Members members, Passwords passwords, Allowances allowances, IMails mails, TimeProvider time)
{
    public const string CodeMail = "accounts.sign_up";
    public const string MemberMail = "accounts.already_member";

    /// <summary>Sign-ups from one network address.</summary>
    private static readonly Budget ByAddress = new("sign-up:address", Burst: 20, Every: TimeSpan.FromMinutes(6));

    /// <summary>Mails to one address, and with them guesses at its codes.</summary>
    private static readonly Budget ByEmail = new("sign-up:email", Burst: 5, Every: TimeSpan.FromMinutes(30));

    public async Task<Result<PendingSignUp>> BeginAsync(SignUpRequest request, HttpContext context, CancellationToken cancellation)
    {
        var wrong = new FieldFailures();
        var loginId = wrong.Take("loginId", MemberFields.LoginId(request.LoginId));
        var email = wrong.Take("email", MemberFields.Email(request.Email));
        var nickname = wrong.Take("nickname", MemberFields.Nickname(request.Nickname));
        var name = wrong.Take("name", MemberFields.Name(request.Name));
        var phone = wrong.Take("phone", MemberFields.Phone(request.Phone));
        var address = wrong.Take("postcode", MemberFields.Address(request.Postcode, request.AddressLine1, request.AddressLine2));
        wrong.Add("password", PasswordRules.Check(request.Password, loginId, email, nickname));
        if (wrong.Failure is { } malformed)
            return malformed;
        if (await allowances.TakeAsync(ByAddress, Allowances.AddressOf(context), cancellation) is { } often)
            return often;
        foreach (var taken in await members.TakenAsync(new(LoginId: loginId, Nickname: nickname, Phone: phone), cancellation))
            wrong.Add(FieldOf(taken), taken);
        if (wrong.Failure is { } lost)
            return lost;
        if (await allowances.TakeAsync(ByEmail, email!.ToLowerInvariant(), cancellation) is { } flooded)
            return flooded;

        // For a member's address too: the answer must take as long.
        var passwordHash = await passwords.HashAsync(request.Password!, cancellation);
        var member = await members.FindByEmailAsync(email, cancellation);
        var secret = Secret.New();
        var now = time.GetUtcNow();
        return await source.InTransaction<Result<PendingSignUp>>(async tx =>
        {
            var codeHash = await MailAsync(tx, secret, email, CultureInfo.CurrentUICulture.TwoLetterISOLanguageName, member);
            await PendingSignUps.InsertAsync(tx, new PendingSignUpRow
            {
                Hash = Secret.Hash(secret),
                Email = email,
                LoginId = loginId!,
                Nickname = nickname!,
                Name = name!,
                Phone = phone!,
                PasswordHash = passwordHash,
                Language = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "ko" ? "ko" : "en",
                Postcode = address.Postcode,
                AddressLine1 = address.Line1,
                AddressLine2 = address.Line2,
                CodeHash = codeHash,
                CodeUntil = now + MailedCode.Lifetime,
                CreatedAt = now,
                ExpiresAt = now + PendingSignUps.Lifetime,
            });
            return new PendingSignUp(secret, now + MailedCode.Lifetime);
        }, cancellation);
    }

    /// <summary>Mails a new code; the one before counts no more.</summary>
    public async Task<Result<PendingSignUp>> ResendAsync(string? secret, CancellationToken cancellation)
    {
        if (await EmailAsync(secret, cancellation) is not { } email)
            return Over;
        if (await allowances.TakeAsync(ByEmail, email.ToLowerInvariant(), cancellation) is { } flooded)
            return flooded;
        var member = await members.FindByEmailAsync(email, cancellation);
        var now = time.GetUtcNow();
        return await source.InTransaction<Result<PendingSignUp>>(async tx =>
        {
            if (await PendingSignUps.LockAsync(tx, secret!, now) is not { } row)
                return Over;
            await PendingSignUps.SetCodeAsync(tx, row.Hash, await MailAsync(tx, secret!, row.Email, row.Language, member), now + MailedCode.Lifetime);
            return new PendingSignUp(secret!, now + MailedCode.Lifetime);
        }, cancellation);
    }

    /// <summary>Where the code of a sign-up was sent; null when it is over.</summary>
    public async Task<string?> EmailAsync(string? secret, CancellationToken cancellation)
    {
        if (!Secret.IsWellFormed(secret))
            return null;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await PendingSignUps.EmailOfAsync(connection, secret!, time.GetUtcNow());
    }

    /// <summary>What is answered where no sign-up waits.</summary>
    public static Failure Over => new("sign_up.over", "This sign-up was confirmed or is too old. Begin again.");

    /// <summary>The field of the API that a refusal of <see cref="Members.Taken"/> is about.</summary>
    public static string FieldOf(Failure taken) => taken.Code switch
    {
        "member.login_id_taken" => "loginId",
        "member.phone_taken" => "phone",
        "member.email_taken" => "email",
        _ => "nickname",
    };

    private async Task<byte[]?> MailAsync(NpgsqlTransaction transaction, string secret, string email, string language, MemberRow? member)
    {
        if (member is not null)
        {
            await mails.Send(transaction, email, member.Language, MemberMail, new { member.LoginId }, MailedCode.Lifetime);
            return null;
        }
        var code = MailedCode.New();
        await mails.Send(transaction, email, language, CodeMail, new { Code = code }, MailedCode.Lifetime);
        return MailedCode.Hash(secret, code);
    }
}
