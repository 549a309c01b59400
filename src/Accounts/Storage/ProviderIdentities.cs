using Dapper;
using Madang.Accounts.Domain;
using Npgsql;

namespace Madang.Accounts.Storage;

/// <summary>The tables of who somebody is at a provider, and of those who have yet to show which member they are.</summary>
internal static class ProviderIdentities
{
    /// <summary>How long somebody may take over the code.</summary>
    public static readonly TimeSpan PendingLifetime = TimeSpan.FromHours(1);

    /// <summary>The member who is this at the provider; null when nobody is.</summary>
    public static Task<Guid?> FindAsync(NpgsqlTransaction transaction, string provider, string subject) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<Guid?>(
            "select member_id from accounts.provider_identity where provider = @provider and subject = @subject", new { provider, subject }, transaction);

    public static async Task<IReadOnlyList<ProviderIdentityRow>> ListAsync(NpgsqlConnection connection, Guid member) =>
        (await connection.QueryAsync<ProviderIdentityRow>(
            "select provider, label, created_at, last_used_at from accounts.provider_identity where member_id = @member order by created_at", new { member })).AsList();

    public static Task UsedAsync(NpgsqlTransaction transaction, string provider, string subject, DateTimeOffset now) => transaction.Connection!.ExecuteAsync(
        "update accounts.provider_identity set last_used_at = @now where provider = @provider and subject = @subject", new { provider, subject, now }, transaction);

    /// <summary>Connects them; false when either is connected already, with another.</summary>
    public static async Task<bool> ConnectAsync(NpgsqlTransaction transaction, string provider, string subject, Guid member, string label, DateTimeOffset now) =>
        await transaction.Connection!.ExecuteAsync(
            """
            insert into accounts.provider_identity (provider, subject, member_id, label, created_at, last_used_at)
            values (@provider, @subject, @member, @label, @now, @now)
            on conflict do nothing
            """,
            new { provider, subject, member, label, now }, transaction) == 1;

    public static async Task<bool> DisconnectAsync(NpgsqlTransaction transaction, string provider, Guid member) =>
        await transaction.Connection!.ExecuteAsync(
            "delete from accounts.provider_identity where provider = @provider and member_id = @member", new { provider, member }, transaction) == 1;

    /// <summary>How many ways in a member has who is locked: a password, providers and passkeys. An address to which a new password can be mailed is none.</summary>
    public static Task<int> WaysInAsync(NpgsqlTransaction transaction, Guid member) => transaction.Connection!.ExecuteScalarAsync<int>(
        """
        select (select count(*) from accounts.member where id = @member and password_hash is not null)
             + (select count(*) from accounts.provider_identity where member_id = @member)
             + (select count(*) from accounts.passkey where member_id = @member)
        """,
        new { member }, transaction);

    public static Task InsertPendingAsync(NpgsqlTransaction transaction, PendingProviderRow row) => transaction.Connection!.ExecuteAsync(
        """
        delete from accounts.pending_provider where expires_at < @CreatedAt;
        insert into accounts.pending_provider (hash, provider, subject, nickname, email, language, return_to, created_at, expires_at)
        values (@Hash, @Provider, @Subject, @Nickname, @Email, @Language, @ReturnTo, @CreatedAt, @ExpiresAt)
        """,
        row, transaction);

    /// <summary>Who waits with this secret, locked until the transaction ends; null when that is over.</summary>
    public static Task<PendingProviderRow?> LockPendingAsync(NpgsqlTransaction transaction, string? secret, DateTimeOffset now) =>
        Secret.IsWellFormed(secret)
            ? transaction.Connection!.QuerySingleOrDefaultAsync<PendingProviderRow?>(
                "select * from accounts.pending_provider where hash = @Hash and expires_at > @now for update", new { Hash = Secret.Hash(secret!), now }, transaction)
            : Task.FromResult<PendingProviderRow?>(null);

    public static Task SetCodeAsync(NpgsqlTransaction transaction, byte[] hash, string email, byte[] codeHash, DateTimeOffset until) => transaction.Connection!.ExecuteAsync(
        "update accounts.pending_provider set email = @email, code_hash = @codeHash, code_until = @until, tries = 0 where hash = @hash",
        new { hash, email, codeHash, until }, transaction);

    public static Task CountTryAsync(NpgsqlTransaction transaction, byte[] hash) =>
        transaction.Connection!.ExecuteAsync("update accounts.pending_provider set tries = tries + 1 where hash = @hash", new { hash }, transaction);

    public static Task DeletePendingAsync(NpgsqlTransaction transaction, byte[] hash) =>
        transaction.Connection!.ExecuteAsync("delete from accounts.pending_provider where hash = @hash", new { hash }, transaction);
}

/// <summary>A provider that a member signs in by.</summary>
internal sealed class ProviderIdentityRow
{
    public required string Provider { get; init; }

    public required string Label { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset LastUsedAt { get; init; }
}

/// <summary>Somebody whom a provider vouches for and who has yet to show which address is theirs.</summary>
internal sealed class PendingProviderRow
{
    public required byte[] Hash { get; init; }

    public required string Provider { get; init; }

    public required string Subject { get; init; }

    public string? Nickname { get; init; }

    public string? Email { get; init; }

    public required string Language { get; init; }

    public required string ReturnTo { get; init; }

    public byte[]? CodeHash { get; init; }

    public DateTimeOffset? CodeUntil { get; init; }

    public short Tries { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}
