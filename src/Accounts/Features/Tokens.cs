using Dapper;
using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>
/// What programs and phones are signed in with: an access token for two hours, and a refresh token that works once and gives the next pair (RFC 9700, 4.14.2).
/// A refresh token that comes a second time was stolen, or is a thief's: nobody can tell, so the whole family ends, what it made last included.
/// There is no grace for a client that sends one twice, not even for two that arrive together, as a thief would be as welcome to it: of two at once the
/// first gets its pair, the second ends the family, and the person signs in again. A client sends one refresh at a time.
/// </summary>
internal sealed class Tokens(
    NpgsqlDataSource source, Sessions sessions, NewDevice newDevice, INotifications notifications, TimeProvider time)
{
    public const string ReusedKind = "accounts.token_reused";

    public static readonly TimeSpan AccessLifetime = TimeSpan.FromHours(2);

    private static readonly TimeSpan RefreshLifetime = SignedIn.SessionLifetime;

    /// <summary>Opens a family for who has just proved who they are.</summary>
    public async Task<TokenPair> OpenAsync(NpgsqlTransaction transaction, Guid memberId, HttpContext context)
    {
        var now = time.GetUtcNow();
        var device = Sessions.DeviceOf(context.Request);
        // A program keeps no cookies: it is known by what it says it is.
        var known = await transaction.Connection!.ExecuteScalarAsync<bool>(
            "select exists (select from accounts.token_family where member_id = @memberId and device = @device)", new { memberId, device }, transaction);
        if (!known)
            await newDevice.TellAsync(transaction, memberId, context);
        var family = Guid.CreateVersion7(now);
        await transaction.Connection!.ExecuteAsync(
            """
            insert into accounts.token_family (id, member_id, device, address, created_at, proved_at, last_used_at, expires_at)
            values (@family, @memberId, @device, @Address, @now, @now, @now, @Until)
            """,
            new { family, memberId, device, Address = Sessions.AddressOf(context), now, Until = now + RefreshLifetime }, transaction);
        return await IssueAsync(transaction, family, now);
    }

    /// <summary>Gives the next pair: 401 <c>token.invalid</c> for what is none or ended, 401 <c>token.reused</c> for one that was used before.</summary>
    public async Task<Result<TokenPair>> RefreshAsync(string? refreshToken, HttpContext context)
    {
        if (!Secret.IsWellFormed(refreshToken, Secret.RefreshPrefix))
            return Invalid;
        var hash = Secret.Hash(refreshToken!);
        return await source.InTransaction<Result<TokenPair>>(async tx =>
        {
            var now = time.GetUtcNow();
            // The family first: of two who come at once with one token, the second waits here and then finds it used.
            var family = await tx.Connection!.QuerySingleOrDefaultAsync<(Guid Id, Guid MemberId, string Device)?>(
                """
                select id, member_id, device from accounts.token_family
                where id = (select family_id from accounts.token where hash = @hash and kind = 'refresh') and revoked_at is null and expires_at > @now for update
                """, new { hash, now }, tx);
            if (family is not { } found)
                return Invalid;
            var (usedAt, expiresAt) = await tx.Connection!.QuerySingleAsync<(DateTimeOffset? UsedAt, DateTimeOffset ExpiresAt)>(
                "select used_at, expires_at from accounts.token where hash = @hash", new { hash }, tx);
            if (usedAt is not null)
            {
                await sessions.RevokeFamilyAsync(tx, found.Id);
                await notifications.Notify(tx, found.MemberId, ReusedKind, new { Device = DeviceName.Of(found.Device) });
                return new Failure("token.reused", "This refresh token was used before, by you or by a thief. Sign in again.", StatusCodes.Status401Unauthorized);
            }
            if (expiresAt <= now || await Members.ReadAsync(tx, found.MemberId) is not { } member)
                return Invalid;
            if (Members.MayNotSignIn(member, now) is { } suspended)
                return suspended;
            await tx.Connection!.ExecuteAsync(
                """
                update accounts.token set used_at = @now where hash = @hash;
                update accounts.token_family set last_used_at = @now, expires_at = @Until, address = @Address where id = @Id;
                delete from accounts.token where family_id = @Id and expires_at < @now;
                """,
                new { hash, now, found.Id, Until = now + RefreshLifetime, Address = Sessions.AddressOf(context) }, tx);
            return await IssueAsync(tx, found.Id, now);
        }, context.RequestAborted);
    }

    private static Failure Invalid => new("token.invalid", "This refresh token is unknown, expired or revoked. Sign in again.", StatusCodes.Status401Unauthorized);

    private static async Task<TokenPair> IssueAsync(NpgsqlTransaction transaction, Guid family, DateTimeOffset now)
    {
        var (access, refresh) = (Secret.New(Secret.AccessPrefix), Secret.New(Secret.RefreshPrefix));
        await transaction.Connection!.ExecuteAsync(
            """
            insert into accounts.token (hash, family_id, kind, created_at, expires_at)
            values (@Access, @family, 'access', @now, @AccessUntil), (@Refresh, @family, 'refresh', @now, @RefreshUntil)
            """,
            new { Access = Secret.Hash(access), Refresh = Secret.Hash(refresh), family, now, AccessUntil = now + AccessLifetime, RefreshUntil = now + RefreshLifetime },
            transaction);
        return new(access, refresh, (int)AccessLifetime.TotalSeconds, (int)RefreshLifetime.TotalSeconds);
    }
}

/// <summary>What a program is signed in with.</summary>
/// <param name="AccessToken">Goes with every request: <c>Authorization: Bearer mda_...</c>.</param>
/// <param name="RefreshToken">Gives the next pair, once.</param>
/// <param name="ExpiresIn">Seconds until the access token ends.</param>
/// <param name="RefreshExpiresIn">Seconds until the refresh token ends when it is not used.</param>
public sealed record TokenPair(string AccessToken, string RefreshToken, int ExpiresIn, int RefreshExpiresIn)
{
    /// <summary>Always <c>Bearer</c>.</summary>
    public string TokenType => "Bearer";
}
