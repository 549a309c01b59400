using Dapper;
using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>
/// Where members are signed in: browsers by a session, programs and phones by a family of tokens; and the operator who came by a one-time link. Each is a row, so
/// any node knows it; it ends two weeks after its last use, and by revocation on every node within a second.
/// </summary>
internal sealed class Sessions(NpgsqlDataSource source, SignedIn signedIn, KnownDevices devices, NewDevice newDevice, TimeProvider time)
{
    private const int MaxDevice = 300;

    /// <summary>
    /// Opens a session for who has just proved who they are; the answer is its token, which <see cref="SessionCookie.Append"/> hands to the browser after the commit.
    /// Whether the member may come in is the caller's to check, by <see cref="Members.MayNotSignIn"/>.
    /// </summary>
    /// <param name="transaction">The transaction that uses up the proof, so that there is neither one without the other.</param>
    /// <param name="memberId">Null: the operator by a one-time link.</param>
    /// <param name="context">Tells the device and where it is.</param>
    public async Task<string> OpenAsync(NpgsqlTransaction transaction, Guid? memberId, HttpContext context)
    {
        var token = Secret.New();
        var now = time.GetUtcNow();
        if (memberId is { } member)
        {
            if (devices.Find(context, member) is null)
                await newDevice.TellAsync(transaction, member, context);
            devices.Remember(context, member);
        }
        await transaction.Connection!.ExecuteAsync(
            """
            insert into accounts.session (id, member_id, hash, device, address, created_at, proved_at, last_used_at, expires_at)
            values (@Id, @memberId, @Hash, @Device, @Address, @now, @now, @now, @Until)
            """,
            new
            {
                Id = Guid.CreateVersion7(now),
                memberId,
                Hash = Secret.Hash(token),
                Device = DeviceOf(context.Request),
                Address = AddressOf(context),
                now,
                Until = now + SignedIn.SessionLifetime,
            },
            transaction);
        return token;
    }

    /// <summary>Where a member is signed in, or, for null, who came by one-time links; the latest used first.</summary>
    public async Task<IReadOnlyList<SessionRow>> ListAsync(Guid? memberId, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<SessionRow>(
            """
            select id, false as is_program, device, address, created_at, last_used_at, expires_at from accounts.session
            where member_id is not distinct from @memberId and revoked_at is null and expires_at > @Now
            union all
            select id, true, device, address, created_at, last_used_at, expires_at from accounts.token_family
            where member_id = @memberId and revoked_at is null and expires_at > @Now
            order by last_used_at desc limit 1000
            """,
            new { memberId, Now = time.GetUtcNow() })).AsList();
    }

    /// <summary>Ends one session or token family of a member, or, for null, a session that a link opened. Repeating it does nothing.</summary>
    public async Task<Failure?> RevokeAsync(Guid? memberId, Guid id, CancellationToken cancellation)
    {
        var ended = await source.InTransaction(
            async tx =>
            {
                var found = await tx.Connection!.ExecuteScalarAsync<bool>(
                    """
                    select exists (select from accounts.session where id = @id and member_id is not distinct from @memberId)
                      or exists (select from accounts.token_family where id = @id and member_id = @memberId)
                    """,
                    new { id, memberId }, tx);
                if (found)
                    await EndAsync(tx, "id = @id", new { id, Now = time.GetUtcNow() });
                return found;
            },
            cancellation);
        return ended ? null : new Failure("session.unknown", "There is no such session.", 404);
    }

    /// <summary>Ends every session and token family of a member, but for the one that asks for it.</summary>
    /// <param name="transaction">The revocation, and its news to all nodes, leave with its commit.</param>
    /// <param name="memberId">Whose.</param>
    /// <param name="exceptSession">The session, or token family, that stays: <see cref="CurrentId"/>.</param>
    public Task RevokeAllAsync(NpgsqlTransaction transaction, Guid memberId, Guid? exceptSession = null) =>
        EndAsync(transaction, "member_id = @memberId and id is distinct from @exceptSession", new { memberId, exceptSession, Now = time.GetUtcNow() });

    /// <summary>Ends the token family that a refresh token was stolen from.</summary>
    public Task RevokeFamilyAsync(NpgsqlTransaction transaction, Guid family) => EndAsync(transaction, "id = @family", new { family, Now = time.GetUtcNow() });

    private async Task EndAsync(NpgsqlTransaction transaction, string which, object arguments)
    {
        var sessions = await transaction.Connection!.QueryAsync<byte[]>(
            $"update accounts.session set revoked_at = @Now where {which} and revoked_at is null returning hash", arguments, transaction);
        var families = (await transaction.Connection!.QueryAsync<Guid>(
            $"update accounts.token_family set revoked_at = @Now where {which} and revoked_at is null returning id", arguments, transaction)).AsList();
        // A statement of its own: what a refresh made while the one above waited for it is seen too.
        var tokens = families.Count == 0 ? [] : await transaction.Connection!.QueryAsync<byte[]>(
            "select hash from accounts.token where family_id = any(@families) and kind = 'access'", new { families }, transaction);
        await signedIn.ForgetAsync(transaction, [.. sessions, .. tokens]);
    }

    /// <summary>Notes that the person at a session has just proved once more who they are. False when the session ended meanwhile.</summary>
    public async Task<bool> ProveAsync(NpgsqlTransaction transaction, Guid session)
    {
        var arguments = new { session, Now = time.GetUtcNow() };
        var hashes = (await transaction.Connection!.QueryAsync<byte[]>(
            """
            with family as (update accounts.token_family set proved_at = @Now where id = @session and revoked_at is null returning id)
            select hash from accounts.token join family on family.id = family_id where kind = 'access'
            """, arguments, transaction)).AsList();
        hashes.AddRange(await transaction.Connection!.QueryAsync<byte[]>(
            "update accounts.session set proved_at = @Now where id = @session and revoked_at is null returning hash", arguments, transaction));
        await signedIn.ForgetAsync(transaction, hashes);
        return hashes.Count > 0;
    }

    /// <summary>The session or token family that a request comes with; null for keys and strangers.</summary>
    public static Guid? CurrentId(HttpContext context) =>
        context.Caller()?.Id.Split(':') is ["session" or "family", var id] && Guid.TryParseExact(id, "N", out var session) ? session : null;

    /// <summary>What the browser says it is.</summary>
    public static string DeviceOf(HttpRequest request)
    {
        var device = request.Headers.UserAgent.ToString();
        // Not through the middle of a letter of two halves, such as an emoji: PostgreSQL takes no half ones.
        return device.Length <= MaxDevice ? device : device[..(char.IsHighSurrogate(device[MaxDevice - 1]) ? MaxDevice - 1 : MaxDevice)];
    }

    /// <summary>Where the request comes from.</summary>
    public static string AddressOf(HttpContext context) => ClientAddress.Of(context)?.ToString() ?? "";
}

/// <summary>The cookie that carries a session's token.</summary>
internal static class SessionCookie
{
    public const string Name = "madang-session";

    /// <summary>Hands a new session's token to the browser.</summary>
    public static void Append(HttpContext context, string token)
    {
        // The server decides when a session ends; the cookie only has to outlive it, and browsers keep none for longer.
        var options = Options(context.Request);
        options.MaxAge = TimeSpan.FromDays(400);
        context.Response.Cookies.Append(Name, token, options);
    }

    /// <summary>Takes it back.</summary>
    public static void Delete(HttpContext context) => context.Response.Cookies.Delete(Name, Options(context.Request));

    private static CookieOptions Options(HttpRequest request) => new()
    {
        HttpOnly = true,
        Secure = request.IsHttps,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        IsEssential = true,
    };
}
