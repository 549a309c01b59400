using Dapper;
using Madang.Accounts.Domain;
using Madang.Platform.Web;
using Npgsql;

namespace Madang.Accounts.Storage;

/// <summary>The table of codes mailed to those who forgot something.</summary>
internal static class MailedCodes
{
    public const string ForLoginId = "login_id";
    public const string ForPassword = "password";

    /// <summary>Codes that one network address asks for, whoever's.</summary>
    public static readonly Budget AskedByAddress = new("code:address", Burst: 20, Every: TimeSpan.FromMinutes(3));

    /// <summary>
    /// Codes mailed to one address, each good for five guesses: 29 a day, 145 guesses of a million. A browser that its owner signed in with has a budget of its
    /// own, so that nobody uses up another's.
    /// </summary>
    public static readonly Budget AskedByEmail = new("code:email", Burst: 5, Every: TimeSpan.FromHours(1));

    /// <summary>Codes, right or wrong, that one network address comes with.</summary>
    public static readonly Budget TriedByAddress = new("code:try", Burst: 60, Every: TimeSpan.FromSeconds(20));

    /// <summary>
    /// Keeps a new code, and ends the one before: of the same browser, and, as a browser may have lost its secret, of the same network address. One that is asked
    /// for from elsewhere ends nobody's.
    /// </summary>
    public static Task InsertAsync(NpgsqlTransaction transaction, MailedCodeRow row, byte[]? before) => transaction.Connection!.ExecuteAsync(
        """
        delete from accounts.mailed_code where hash in (
          select hash from accounts.mailed_code
          where purpose = @Purpose and lower(email) = lower(@Email) and (hash = @before or address = @Address)
          for update skip locked);
        insert into accounts.mailed_code (hash, purpose, email, member_id, code_hash, address, created_at, expires_at)
        values (@Hash, @Purpose, @Email, @MemberId, @CodeHash, @Address, @CreatedAt, @ExpiresAt);
        """,
        new { row.Hash, row.Purpose, row.Email, row.MemberId, row.CodeHash, row.Address, row.CreatedAt, row.ExpiresAt, before }, transaction);

    /// <summary>
    /// Finds the code of this secret, locks it until the transaction ends, and judges what was typed. A right one is not used up by this: call
    /// <see cref="UseUpAsync"/> in the same transaction.
    /// </summary>
    public static async Task<Result<MailedCodeRow>> CheckAsync(NpgsqlTransaction transaction, string purpose, string? secret, string? typed, DateTimeOffset now)
    {
        if (!Secret.IsWellFormed(secret))
            return MailedCode.Gone;
        var row = await transaction.Connection!.QuerySingleOrDefaultAsync<MailedCodeRow?>(
            "select * from accounts.mailed_code where hash = @Hash and purpose = @purpose for update", new { Hash = Secret.Hash(secret!), purpose }, transaction);
        if (row is null)
            return MailedCode.Gone;
        if (MailedCode.Judge(secret!, typed, row.CodeHash, row.ExpiresAt, row.Tries, now, out var counts) is not { } refused)
            return row;
        if (counts)
            await transaction.Connection!.ExecuteAsync("update accounts.mailed_code set tries = tries + 1 where hash = @Hash", new { row.Hash }, transaction);
        return refused;
    }

    /// <summary>Ends a code, and all others that its member was sent for the same. Those that are tried at this moment are passed over: two that wait for each other would both fail.</summary>
    public static Task UseUpAsync(NpgsqlTransaction transaction, MailedCodeRow row) => transaction.Connection!.ExecuteAsync(
        """
        delete from accounts.mailed_code where hash = @Hash;
        delete from accounts.mailed_code where hash in (
          select hash from accounts.mailed_code where member_id = @MemberId and purpose = @Purpose for update skip locked);
        """,
        new { row.Hash, row.MemberId, row.Purpose }, transaction);
}

/// <summary>A code that was mailed.</summary>
internal sealed class MailedCodeRow
{
    public required byte[] Hash { get; init; }

    public required string Purpose { get; init; }

    public required string Email { get; init; }

    /// <summary>Null: nobody has the address.</summary>
    public Guid? MemberId { get; init; }

    public byte[]? CodeHash { get; init; }

    public required string Address { get; init; }

    public short Tries { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}
