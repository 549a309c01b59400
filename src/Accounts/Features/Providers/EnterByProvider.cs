using System.Globalization;
using System.Security.Cryptography;
using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Accounts.Features.Providers;

/// <summary>
/// Lets in whom a provider vouches for. Who is known comes in; who is new and has an address that the provider verified becomes a member at once. Whose address
/// belongs to a member already, or is not verified, first shows by a mailed code that it is theirs: a provider's word alone never opens an account
/// that was made here.
/// </summary>
internal sealed class EnterByProvider(
    NpgsqlDataSource source, Members members, Sessions sessions, Allowances allowances, IMails mails,
    INotifications notifications, IAuditLog audit, TimeProvider time)
{
    public const string CodeMail = "accounts.provider_code";

    /// <summary>The cookie of who has yet to show an address. Lax: the browser comes from the provider's pages, and a strict one would stay behind.</summary>
    private const string Cookie = "madang-provider";

    private static Failure Over => new("provider.over", "That took too long. Begin again.");

    private static Failure Connected => new("provider.connected", "This account is connected with a member already, or the member with another account there.", 409);

    /// <summary>A browser comes back from a provider.</summary>
    /// <returns>Where to lead it: to where it wanted, or to the page that asks for an address.</returns>
    public async Task<Result<string>> ReceiveAsync(string provider, ProviderProfile person, string returnTo, HttpContext context, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var secret = Secret.New();
        var entered = await source.InTransaction<Result<Entered>>(async tx =>
        {
            if (await ProviderIdentities.FindAsync(tx, provider, person.Subject) is { } known && await Members.LockAsync(tx, known) is { } member)
            {
                if (Members.MayNotSignIn(member, now) is { } suspended)
                    return suspended;
                await ProviderIdentities.UsedAsync(tx, provider, person.Subject, now);
                // Who is signed in already proves once more who they are.
                if (context.Caller()?.MemberId == known && Sessions.CurrentId(context) is { } session && await sessions.ProveAsync(tx, session))
                    return new Entered(null, Waits: false);
                return new Entered(await sessions.OpenAsync(tx, known, context), Waits: false);
            }
            if (person is { EmailIsVerified: true, Email: { } email } && await Members.LockByEmailAsync(tx, email) is null
                && (await JoinAsync(tx, provider, person.Subject, email, person.Nickname, Language)).Succeeded(out var joined, out _))
                return new Entered(await sessions.OpenAsync(tx, joined.Id, context), Waits: false);

            await ProviderIdentities.InsertPendingAsync(tx, new()
            {
                Hash = Secret.Hash(secret),
                Provider = provider,
                Subject = person.Subject,
                Nickname = person.Nickname,
                Email = person.Email,
                Language = Language,
                ReturnTo = returnTo,
                CreatedAt = now,
                ExpiresAt = now + ProviderIdentities.PendingLifetime,
            });
            return new Entered(null, Waits: true);
        }, cancellation);

        if (!entered.Succeeded(out var outcome, out var failure))
            return failure;
        if (outcome.Waits)
        {
            context.Response.Cookies.Append(Cookie, secret, CookieFor(context, ProviderIdentities.PendingLifetime));
            return "/sign-in/provider";
        }
        if (outcome.Token is { } token)
            SessionCookie.Append(context, token);
        return returnTo;
    }

    /// <summary>The names of the providers that a member signs in by.</summary>
    public async Task<IReadOnlyCollection<string>> ConnectedAsync(Guid member, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return [.. (await ProviderIdentities.ListAsync(connection, member)).Select(one => one.Provider)];
    }

    /// <summary>Connects a member who is signed in, and has just proved it, with an account at a provider.</summary>
    public Task<Failure?> ConnectAsync(string provider, ProviderProfile person, Guid member, Caller caller, CancellationToken cancellation) =>
        source.InTransaction<Failure?>(async tx =>
        {
            if (await Members.LockAsync(tx, member) is null)
                return Over;
            if (!await ProviderIdentities.ConnectAsync(tx, provider, person.Subject, member, LabelOf(person.Email, person.Nickname), time.GetUtcNow()))
                return await ProviderIdentities.FindAsync(tx, provider, person.Subject) == member ? null : Connected;
            await audit.Write(tx, caller, "member.connect_provider", member, new { provider });
            await notifications.Notify(tx, member, OtherWays.AddedKind, new { Way = provider });
            return null;
        }, cancellation);

    /// <summary>Takes a provider from a member's ways in, unless it is the last.</summary>
    public Task<Failure?> DisconnectAsync(string provider, Guid member, Caller caller, CancellationToken cancellation) =>
        source.InTransaction<Failure?>(async tx =>
        {
            if (await Members.LockAsync(tx, member) is null || !(await ProviderIdentities.ListAsync(tx.Connection!, member)).Any(one => one.Provider == provider))
                return new Failure("provider.unknown", "Your account is not connected with that provider.", 404);
            if (await ProviderIdentities.WaysInAsync(tx, member) < 2)
                return new Failure("sign_in.last_way", "This is your only way in. Set a password or add a passkey first.");
            await ProviderIdentities.DisconnectAsync(tx, provider, member);
            await audit.Write(tx, caller, "member.disconnect_provider", member, new { provider });
            return null;
        }, cancellation);

    /// <summary>Who waits in this browser for a code.</summary>
    public async Task<PendingProviderRow?> PendingAsync(HttpContext context, CancellationToken cancellation) =>
        await source.InTransaction(tx => ProviderIdentities.LockPendingAsync(tx, context.Request.Cookies[Cookie], time.GetUtcNow()), cancellation);

    /// <summary>Mails the code. The answer is the same whether the address is a member's.</summary>
    public async Task<Failure?> AskForCodeAsync(string? typed, HttpContext context, CancellationToken cancellation)
    {
        if (!MemberFields.Email(typed).Succeeded(out var email, out var malformed))
            return FieldFailures.One("email", malformed);
        if (await allowances.TakeAsync(MailedCodes.AskedByAddress, Allowances.AddressOf(context), cancellation) is { } often)
            return often;
        if (await allowances.TakeAsync(MailedCodes.AskedByEmail, $"provider\n{email.ToLowerInvariant()}", cancellation) is { } flooded)
            return flooded;
        var secret = context.Request.Cookies[Cookie];
        var now = time.GetUtcNow();
        return await source.InTransaction<Failure?>(async tx =>
        {
            if (await ProviderIdentities.LockPendingAsync(tx, secret, now) is not { } row)
                return Over;
            var code = MailedCode.New();
            await ProviderIdentities.SetCodeAsync(tx, row.Hash, email, MailedCode.Hash(secret!, code), now + MailedCode.Lifetime);
            await mails.Send(tx, email, row.Language, CodeMail, new { Code = code }, MailedCode.Lifetime);
            return null;
        }, cancellation);
    }

    /// <summary>Takes the code: connects the member whose address it is, or makes one, and opens the session.</summary>
    /// <returns>Where to lead the browser.</returns>
    public async Task<Result<string>> ConfirmAsync(string? typed, HttpContext context, CancellationToken cancellation)
    {
        if (await allowances.TakeAsync(MailedCodes.TriedByAddress, Allowances.AddressOf(context), cancellation) is { } often)
            return often;
        var secret = context.Request.Cookies[Cookie];
        var now = time.GetUtcNow();
        var entered = await source.InTransaction<Result<(string Token, string ReturnTo)>>(async tx =>
        {
            if (await ProviderIdentities.LockPendingAsync(tx, secret, now) is not { CodeUntil: { } until, Email: { } email } row)
                return Over;
            if (MailedCode.Judge(secret!, typed, row.CodeHash, until, row.Tries, now, out var counts) is { } refused)
            {
                if (counts)
                    await ProviderIdentities.CountTryAsync(tx, row.Hash);
                return FieldFailures.One("code", refused);
            }
            Guid id;
            if (await Members.LockByEmailAsync(tx, email) is { } member)
            {
                if (Members.MayNotSignIn(member, now) is { } suspended)
                    return suspended;
                if (!await ProviderIdentities.ConnectAsync(tx, row.Provider, row.Subject, member.Id, LabelOf(email, row.Nickname), now)
                    && await ProviderIdentities.FindAsync(tx, row.Provider, row.Subject) != member.Id)
                    return Connected;
                await audit.Write(tx, actor: null, "member.connect_provider", member.Id, new { row.Provider });
                await notifications.Notify(tx, member.Id, OtherWays.AddedKind, new { Way = row.Provider });
                id = member.Id;
            }
            else
            {
                if (!(await JoinAsync(tx, row.Provider, row.Subject, email, row.Nickname, row.Language)).Succeeded(out var joined, out var taken))
                    return taken;
                id = joined.Id;
            }
            await ProviderIdentities.DeletePendingAsync(tx, row.Hash);
            return (await sessions.OpenAsync(tx, id, context), row.ReturnTo);
        }, cancellation);

        if (!entered.Succeeded(out var opened, out var failure))
            return failure;
        context.Response.Cookies.Delete(Cookie, CookieFor(context, null));
        SessionCookie.Append(context, opened.Token);
        return opened.ReturnTo;
    }

    private async Task<Result<MemberRow>> JoinAsync(NpgsqlTransaction tx, string provider, string subject, string email, string? nickname, string language)
    {
        var random = Enumerable.Range(0, 8).Select(_ => RandomNumberGenerator.GetInt32(10_000));
        Failure refused = Connected;
        foreach (var wish in NicknameWish.From(nickname, language == "ko" ? "손님" : "guest", random))
        {
            if ((await members.InsertAsync(tx, new(email, wish, Language: language), time.GetUtcNow())).Succeeded(out var member, out var taken))
            {
                // Two windows of one browser may come back at the same time: one joins, and the transaction of the other ends here.
                if (!await ProviderIdentities.ConnectAsync(tx, provider, subject, member.Id, LabelOf(email, nickname), time.GetUtcNow()))
                    throw new FailureException(Connected);
                await audit.Write(tx, actor: null, "member.sign_up", member.Id, new { provider });
                return member;
            }
            refused = taken;
            if (taken.Code != "member.nickname_taken")
                break;
        }
        return refused;
    }

    /// <param name="Token">Of the session that was opened; null: a session that was there goes on.</param>
    /// <param name="Waits">An address has to be shown first.</param>
    private sealed record Entered(string? Token, bool Waits);

    private static string Language => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName is "ko" ? "ko" : "en";

    private static string LabelOf(string? email, string? nickname) => email ?? (nickname is { Length: > 0 } ? nickname : "—");

    private static CookieOptions CookieFor(HttpContext context, TimeSpan? age) => new()
    {
        HttpOnly = true,
        Secure = context.Request.IsHttps,
        SameSite = SameSiteMode.Lax,
        Path = "/sign-in",
        MaxAge = age,
        IsEssential = true,
    };
}
