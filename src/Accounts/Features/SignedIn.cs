using System.Globalization;
using System.Security.Claims;
using Dapper;
using Madang.Accounts.Domain;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>
/// Tells who a key, an access token or a session cookie belongs to. Answers are kept in memory for a minute, by the hash of the secret, so that an authenticated
/// request costs no query; a revocation makes every node forget what it ended.
/// </summary>
internal sealed class SignedIn : IDisposable
{
    /// <summary>A session ends this long after its last use.</summary>
    public static readonly TimeSpan SessionLifetime = TimeSpan.FromDays(14);

    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);

    // Beyond this many at once, one message for all is cheaper than one for each.
    private const int MostForgottenSingly = 32;

    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _time;
    private readonly Remembered<Known> _callers;

    public SignedIn(NpgsqlDataSource source, Broadcast broadcast, TimeProvider time)
    {
        (_source, _time) = (source, time);
        _callers = new(broadcast, time, "accounts.revoked", Remembered, most: 10_000);
    }

    /// <summary>Whose key or access token this is.</summary>
    public ValueTask<ClaimsPrincipal?> ByBearerAsync(string secret, CancellationToken cancellation) =>
        Secret.IsWellFormedKey(secret) ? FindAsync(secret, ReadKeyAsync, cancellation)
        : Secret.IsWellFormed(secret, Secret.AccessPrefix) ? FindAsync(secret, ReadTokenAsync, cancellation)
        : ValueTask.FromResult<ClaimsPrincipal?>(null);

    public ValueTask<ClaimsPrincipal?> BySessionAsync(string token, CancellationToken cancellation) =>
        Secret.IsWellFormed(token) ? FindAsync(token, ReadSessionAsync, cancellation) : ValueTask.FromResult<ClaimsPrincipal?>(null);

    /// <summary>
    /// Makes every node ask the database again for who comes with these secrets. The news leaves with the commit, so that a client that goes away in between
    /// cannot keep it from the other nodes; this node forgets at once, and once more when its own message comes round.
    /// </summary>
    /// <param name="transaction">The transaction that changes what they may do.</param>
    /// <param name="hashes">The hashes of the secrets.</param>
    public async Task ForgetAsync(NpgsqlTransaction transaction, IReadOnlyCollection<byte[]> hashes)
    {
        foreach (var key in hashes.Count <= MostForgottenSingly ? hashes.Select(Convert.ToHexString) : [""])
        {
            await _callers.ForgetEverywhereAsync(key, transaction);
            _callers.Forget(key);
        }
    }

    /// <summary>The same for all that a member is signed in with: the member's name, role or state changed.</summary>
    /// <param name="transaction">The transaction that changes it.</param>
    /// <param name="memberId">Who.</param>
    public async Task ForgetMemberAsync(NpgsqlTransaction transaction, Guid memberId)
    {
        var hashes = await transaction.Connection!.QueryAsync<byte[]>(
            """
            select hash from accounts.session where member_id = @memberId and revoked_at is null
            union all
            select token.hash from accounts.token join accounts.token_family on token_family.id = family_id
            where member_id = @memberId and revoked_at is null and kind = 'access' and token.expires_at > @Now
            """,
            new { memberId, Now = _time.GetUtcNow() }, transaction);
        await ForgetAsync(transaction, hashes.AsList());
    }

    public void Dispose() => _callers.Dispose();

    private async ValueTask<ClaimsPrincipal?> FindAsync(
        string secret, Func<NpgsqlConnection, byte[], DateTimeOffset, Task<Known?>> read, CancellationToken cancellation)
    {
        var hash = Secret.Hash(secret);
        var known = await _callers.FindAsync(Convert.ToHexString(hash), async () =>
        {
            await using var connection = await _source.OpenConnectionAsync(cancellation);
            return await read(connection, hash, _time.GetUtcNow());
        });
        return known is not null && known.Until > _time.GetUtcNow() ? known.Principal : null;
    }

    // Reading and noting the last use are one statement, run once a minute and node for each key in use.
    private static async Task<Known?> ReadKeyAsync(NpgsqlConnection connection, byte[] hash, DateTimeOffset now)
    {
        var key = await connection.QuerySingleOrDefaultAsync<(Guid Id, string Name, string[] Scopes)?>(
            "update accounts.api_key set last_used_at = @now where hash = @hash and revoked_at is null returning id, name, scopes",
            new { hash, now });
        return key is { } found
            ? Principal(Access.BearerAuthentication, $"key:{found.Id:N}", found.Name, found.Scopes.Select(scope => new Claim(Caller.ScopeClaim, scope)))
            : null;
    }

    private static async Task<Known?> ReadSessionAsync(NpgsqlConnection connection, byte[] hash, DateTimeOffset now)
    {
        var session = await connection.QuerySingleOrDefaultAsync<SignedInPerson?>(
            $"""
            with used as (
              update accounts.session set last_used_at = @now, expires_at = @until
              where hash = @hash and revoked_at is null and expires_at > @now
                and (member_id is null or exists ({MayBeIn("session.member_id")}))
              returning id, member_id, proved_at
            )
            select used.id, used.member_id, used.proved_at, member.nickname, member.role, member.language
            from used left join accounts.member on member.id = used.member_id
            """,
            new { hash, now, until = now + SessionLifetime });
        return session is null ? null : Principal(SessionAuthentication.Scheme, $"session:{session.Id:N}", session.Nickname ?? "operator", session.Claims());
    }

    private static async Task<Known?> ReadTokenAsync(NpgsqlConnection connection, byte[] hash, DateTimeOffset now)
    {
        var family = await connection.QuerySingleOrDefaultAsync<SignedInPerson?>(
            $"""
            with used as (
              update accounts.token_family set last_used_at = @now
              from accounts.token
              where token.hash = @hash and token.kind = 'access' and token.expires_at > @now
                and token_family.id = token.family_id and token_family.revoked_at is null and exists ({MayBeIn("token_family.member_id")})
              returning token_family.id, token_family.member_id, token_family.proved_at, token.expires_at
            )
            select used.id, used.member_id, used.proved_at, used.expires_at, member.nickname, member.role, member.language
            from used join accounts.member on member.id = used.member_id
            """,
            new { hash, now });
        return family is null ? null : Principal(Access.BearerAuthentication, $"family:{family.Id:N}", family.Nickname!, family.Claims(), family.ExpiresAt);
    }

    /// <summary>A suspended or deleted member is nobody, also where a session outlived the suspension by mistake.</summary>
    private static string MayBeIn(string memberId) =>
        $"select from accounts.member where id = {memberId} and deleted_at is null and (suspended_at is null or suspended_until <= @now)";

    private static Known Principal(string type, string id, string name, IEnumerable<Claim> more, DateTimeOffset? until = null) =>
        new(new(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, id), new(ClaimTypes.Name, name), .. more], type)), until ?? DateTimeOffset.MaxValue);

    /// <param name="Principal">Who it is.</param>
    /// <param name="Until">When the secret ends by itself, though it may be remembered a little longer.</param>
    private sealed record Known(ClaimsPrincipal Principal, DateTimeOffset Until);

    /// <summary>Who came with a session or a token. Without a member it is the operator who came by a one-time link.</summary>
    private sealed class SignedInPerson
    {
        public required Guid Id { get; init; }

        public Guid? MemberId { get; init; }

        public required DateTimeOffset ProvedAt { get; init; }

        public DateTimeOffset? ExpiresAt { get; init; }

        public string? Nickname { get; init; }

        public string? Role { get; init; }

        public string? Language { get; init; }

        public IEnumerable<Claim> Claims()
        {
            yield return new(Caller.ProvedClaim, ProvedAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
            if (MemberId is { } member)
                yield return new(Caller.MemberClaim, member.ToString());
            if (Language is not null)
                yield return new(Caller.LanguageClaim, Language);
            if (MemberId is null || Role == Caller.OperatorRole)
                yield return new(ClaimTypes.Role, Caller.OperatorRole);
        }
    }
}
