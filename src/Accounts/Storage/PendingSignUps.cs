using Dapper;
using Madang.Accounts.Domain;
using Npgsql;

namespace Madang.Accounts.Storage;

/// <summary>The table of sign-ups that wait for their code.</summary>
internal static class PendingSignUps
{
    /// <summary>How long what was typed is kept for its confirmation.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public static Task InsertAsync(NpgsqlTransaction transaction, PendingSignUpRow row) => transaction.Connection!.ExecuteAsync(
        """
        insert into accounts.pending_sign_up
          (hash, email, login_id, nickname, name, phone, password_hash, language, postcode, address_line1, address_line2, code_hash, code_until, created_at, expires_at)
        values
          (@Hash, @Email, @LoginId, @Nickname, @Name, @Phone, @PasswordHash, @Language, @Postcode, @AddressLine1, @AddressLine2, @CodeHash, @CodeUntil, @CreatedAt, @ExpiresAt)
        """,
        row, transaction);

    /// <summary>The sign-up of this secret, locked until the transaction ends; null when it is over.</summary>
    public static Task<PendingSignUpRow?> LockAsync(NpgsqlTransaction transaction, string secret, DateTimeOffset now) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<PendingSignUpRow?>(
            "select * from accounts.pending_sign_up where hash = @Hash and expires_at > @now for update", new { Hash = Secret.Hash(secret), now }, transaction);

    /// <summary>Where the code of this sign-up was sent to; null when it is over.</summary>
    public static Task<string?> EmailOfAsync(NpgsqlConnection connection, string secret, DateTimeOffset now) =>
        connection.QuerySingleOrDefaultAsync<string?>(
            "select email from accounts.pending_sign_up where hash = @Hash and expires_at > @now", new { Hash = Secret.Hash(secret), now });

    public static Task SetCodeAsync(NpgsqlTransaction transaction, byte[] hash, byte[]? codeHash, DateTimeOffset until) => transaction.Connection!.ExecuteAsync(
        "update accounts.pending_sign_up set code_hash = @codeHash, code_until = @until, tries = 0 where hash = @hash", new { hash, codeHash, until }, transaction);

    public static Task CountTryAsync(NpgsqlTransaction transaction, byte[] hash) =>
        transaction.Connection!.ExecuteAsync("update accounts.pending_sign_up set tries = tries + 1 where hash = @hash", new { hash }, transaction);

    public static Task DeleteAsync(NpgsqlTransaction transaction, byte[] hash) =>
        transaction.Connection!.ExecuteAsync("delete from accounts.pending_sign_up where hash = @hash", new { hash }, transaction);
}

/// <summary>A sign-up that waits for its code.</summary>
internal sealed class PendingSignUpRow
{
    public required byte[] Hash { get; init; }

    public required string Email { get; init; }

    public required string LoginId { get; init; }

    public required string Nickname { get; init; }

    public required string Name { get; init; }

    public required string Phone { get; init; }

    public required string PasswordHash { get; init; }

    public required string Language { get; init; }

    public string? Postcode { get; init; }

    public string? AddressLine1 { get; init; }

    public string? AddressLine2 { get; init; }

    public byte[]? CodeHash { get; init; }

    public required DateTimeOffset CodeUntil { get; init; }

    public short Tries { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}
