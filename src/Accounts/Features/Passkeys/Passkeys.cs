using System.Buffers.Text;
using System.Text.Json;
using Dapper;
using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Madang.Accounts.Features.Passkeys;

/// <summary>
/// Signs members in by a key that their phone or computer keeps. The cryptography (WebAuthn) is ASP.NET Core Identity's; here is what a key is good for: a
/// question is asked of one browser, and answered once, within five minutes.
/// </summary>
internal sealed class Passkeys(
    IPasskeyHandler<MemberRow> handler, PasskeyStore store, Members members, Sessions sessions, Allowances allowances, INotifications notifications, IAuditLog audit,
    NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>Of one member.</summary>
    public const int Most = 20;

    /// <summary>The largest answer of a key that is read; keys answer with one or two kilobytes.</summary>
    private const int LongestAnswer = 32 * 1024;

    private const string Cookie = "madang-passkey";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>Questions that one network address has asked for it.</summary>
    private static readonly Budget Asked = new("passkey:address", Burst: 60, Every: TimeSpan.FromSeconds(10));

    private static Failure Refused => new("passkey.refused", "This passkey was not accepted. Try again, or sign in another way.", StatusCodes.Status401Unauthorized);

    /// <summary>What a browser needs to make a new passkey.</summary>
    /// <returns>JSON for <c>PublicKeyCredential.parseCreationOptionsFromJSON</c>.</returns>
    public async Task<Result<string>> OfferAsync(Guid memberId, HttpContext context, CancellationToken cancellation)
    {
        if (await members.FindAsync(memberId, cancellation) is not { } member)
            return Refused;
        if ((await store.ListAsync(memberId, cancellation)).Count >= Most)
            return new Failure("passkey.too_many", $"A member has at most {Most} passkeys. Remove one first.");
        var made = await handler.MakeCreationOptionsAsync(
            new PasskeyUserEntity { Id = memberId.ToString("N"), Name = member.LoginId ?? member.Email, DisplayName = member.Nickname }, context);
        await KeepAsync("add", memberId, made.AttestationState!, context, cancellation);
        return made.CreationOptionsJson;
    }

    /// <summary>Takes a new passkey.</summary>
    public async Task<Result<PasskeyRow>> AddAsync(JsonElement answer, string? name, Caller caller, HttpContext context, CancellationToken cancellation)
    {
        var memberId = caller.MemberId!.Value;
        if (await TakeAsync("add", memberId, context, cancellation) is not { } state || TextOf(answer) is not { } json)
            return Refused;
        var read = await Guarded(() => handler.PerformAttestationAsync(new() { HttpContext = context, CredentialJson = json, AttestationState = state }));
        if (read is not { Succeeded: true, Passkey: { } key, UserEntity: { } owner } || owner.Id != memberId.ToString("N"))
            return Refused;
        var called = name?.Trim() is { Length: >= 1 and <= 60 } given && TypedText.IsLine(given)
            ? given
            : DeviceName.Of(Sessions.DeviceOf(context.Request)) is { Length: > 0 } device ? device : "passkey";
        return await source.InTransaction<Result<PasskeyRow>>(async tx =>
        {
            if (await Members.LockAsync(tx, memberId) is null || !await PasskeyStore.AddAsync(tx, memberId, called, key, time.GetUtcNow()))
                return new Failure("passkey.known", "This passkey is known already.", StatusCodes.Status409Conflict);
            // Not what it is called: the log keeps everything for ever, and its owner may leave.
            await audit.Write(tx, caller, "member.add_passkey", memberId);
            await notifications.Notify(tx, memberId, OtherWays.AddedKind, new { Way = called });
            return new PasskeyRow
            {
                CredentialId = key.CredentialId,
                MemberId = memberId,
                Name = called,
                PublicKey = key.PublicKey,
                SignCount = key.SignCount,
                Transports = key.Transports ?? [],
                IsUserVerified = key.IsUserVerified,
                IsBackupEligible = key.IsBackupEligible,
                IsBackedUp = key.IsBackedUp,
                AttestationObject = key.AttestationObject,
                ClientDataJson = key.ClientDataJson,
                CreatedAt = time.GetUtcNow(),
            };
        }, cancellation);
    }

    /// <summary>Removes a passkey, unless it is the member's last way in.</summary>
    public Task<Failure?> RemoveAsync(string? id, Caller caller, CancellationToken cancellation) => source.InTransaction<Failure?>(async tx =>
    {
        var memberId = caller.MemberId!.Value;
        var unknown = new Failure("passkey.unknown", "You have no such passkey.", StatusCodes.Status404NotFound);
        if (id is null or { Length: > 1400 } || !Base64Url.IsValid(id) || await Members.LockAsync(tx, memberId) is null)
            return unknown;
        var ways = await ProviderIdentities.WaysInAsync(tx, memberId);
        var removed = await tx.Connection!.ExecuteAsync(
            "delete from accounts.passkey where credential_id = @Id and member_id = @memberId", new { Id = Base64Url.DecodeFromChars(id), memberId }, tx);
        if (removed == 0)
            return unknown;
        if (ways < 2)
            throw new FailureException(new("sign_in.last_way", "This is your only way in. Set a password or connect a provider first."));
        await audit.Write(tx, caller, "member.remove_passkey", memberId);
        return null;
    }, cancellation);

    /// <summary>What a browser needs to let a key answer for its owner, whoever that is.</summary>
    /// <returns>JSON for <c>PublicKeyCredential.parseRequestOptionsFromJSON</c>.</returns>
    public async Task<Result<string>> AskAsync(HttpContext context, CancellationToken cancellation)
    {
        if (await allowances.TakeAsync(Asked, Allowances.AddressOf(context), cancellation) is { } often)
            return often;
        // Nobody is named: a list of somebody's keys would tell strangers that there is such a member.
        var made = await handler.MakeRequestOptionsAsync(null, context);
        await KeepAsync("use", null, made.AssertionState!, context, cancellation);
        return made.RequestOptionsJson;
    }

    /// <summary>Signs in whose key answers; a member who is signed in already proves by it once more who they are.</summary>
    public async Task<Result<SignedInMember>> EnterAsync(JsonElement answer, HttpContext context, CancellationToken cancellation)
    {
        if (await TakeAsync("use", null, context, cancellation) is not { } state || TextOf(answer) is not { } json)
            return Refused;
        var read = await Guarded(() => handler.PerformAssertionAsync(new() { HttpContext = context, CredentialJson = json, AssertionState = state }));
        if (read is not { Succeeded: true, Passkey: { } key, User: { } owner })
            return Refused;
        var entered = await source.InTransaction<Result<string?>>(async tx =>
        {
            if (await Members.LockAsync(tx, owner.Id) is not { } member)
                return Refused;
            if (Members.MayNotSignIn(member, time.GetUtcNow()) is { } suspended)
                return suspended;
            await store.UsedAsync(tx, key);
            if (context.Caller()?.MemberId == member.Id && Sessions.CurrentId(context) is { } session && await sessions.ProveAsync(tx, session))
                return (string?)null;
            return await sessions.OpenAsync(tx, member.Id, context);
        }, cancellation);
        if (!entered.Succeeded(out var token, out var failure))
            return failure;
        if (token is not null)
            SessionCookie.Append(context, token);
        return new SignedInMember(owner.Id, owner.Nickname);
    }

    private async Task KeepAsync(string purpose, Guid? member, string state, HttpContext context, CancellationToken cancellation)
    {
        var secret = Secret.New();
        var now = time.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from accounts.passkey_challenge where expires_at < @now;
            insert into accounts.passkey_challenge (hash, purpose, member_id, state, expires_at) values (@Hash, @purpose, @member, @state, @Until)
            """,
            new { Hash = Secret.Hash(secret), purpose, member, state, now, Until = now + Lifetime }, cancellationToken: cancellation));
        context.Response.Cookies.Append(Cookie, secret, new CookieOptions
        {
            HttpOnly = true,
            Secure = context.Request.IsHttps,
            SameSite = SameSiteMode.Strict,
            Path = "/api/",
            MaxAge = Lifetime,
            IsEssential = true,
        });
    }

    /// <summary>The state of the question that this browser was asked; it is good for one answer, right or wrong.</summary>
    private async Task<string?> TakeAsync(string purpose, Guid? member, HttpContext context, CancellationToken cancellation)
    {
        var secret = context.Request.Cookies[Cookie];
        if (!Secret.IsWellFormed(secret))
            return null;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<string?>(new CommandDefinition(
            """
            delete from accounts.passkey_challenge
            where hash = @Hash and purpose = @purpose and member_id is not distinct from @member and expires_at > @Now
            returning state
            """,
            new { Hash = Secret.Hash(secret!), purpose, member, Now = time.GetUtcNow() }, cancellationToken: cancellation));
    }

    private static string? TextOf(JsonElement answer) =>
        answer.ValueKind is JsonValueKind.Object && answer.GetRawText() is { Length: <= LongestAnswer } json ? json : null;

    /// <summary>Whatever a stranger sends in the place of an answer is a wrong answer.</summary>
    private static async Task<T?> Guarded<T>(Func<Task<T>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or PasskeyException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
