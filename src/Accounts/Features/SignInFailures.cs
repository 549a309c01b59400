using Dapper;
using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Platform.Web;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>Who is trying: what their wrong passwords are counted under.</summary>
/// <param name="Counter">The browser that signed in before, or else the login id that was typed, whether anybody has it or not.</param>
/// <param name="Address">The network address; null for a browser that signed in before, and for a local socket.</param>
internal sealed record Trying(byte[] Counter, string? Address);

/// <summary>
/// Counts wrong passwords, for all nodes. A right one at the first try writes nothing.
/// </summary>
internal sealed class SignInFailures(NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>Wrong passwords of one network address, over all the accounts it tries.</summary>
    public static readonly Budget ByAddress = new("sign-in:address", Burst: 50, Every: TimeSpan.FromSeconds(30));

    /// <summary>429 while a try must wait, and whether there is something to forget after a right password.</summary>
    public async Task<(Failure? Wait, bool Failed)> LookAsync(Trying trying, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var (failures, last, used) = await connection.QuerySingleAsync<(int? Failures, DateTimeOffset? Last, DateTimeOffset? Used)>(new CommandDefinition(
            """
            select f.failures, f.last_at, a.used_until
            from (select 1) one
            left join accounts.sign_in_failure f on f.key = @Counter
            left join accounts.allowance a on a.key = @Address
            """,
            new { trying.Counter, Address = AddressKey(trying) }, cancellationToken: cancellation));
        if (failures is { } count && last is { } at && at + LockOut.Remembered > now && LockOut.Until(count, at) is var until && until > now)
            return (Locked(until - now), true);
        if (used is { } usedUntil && usedUntil + ByAddress.Every > now + ByAddress.Every * ByAddress.Burst)
            return (Allowances.Exceeded(usedUntil + ByAddress.Every - ByAddress.Every * ByAddress.Burst - now), failures is not null);
        return (null, failures is not null);
    }

    public async Task AddAsync(Trying trying, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into accounts.sign_in_failure (key, failures, last_at) values (@Counter, 1, @Now)
            on conflict (key) do update set
              failures = case when sign_in_failure.last_at < @Now - @Remembered then 1 else sign_in_failure.failures + 1 end,
              last_at = greatest(sign_in_failure.last_at, @Now);
            insert into accounts.allowance (key, used_until) select @Address, @Now + @Every where @Address is not null
            on conflict (key) do update set used_until = greatest(allowance.used_until, @Now) + @Every
            """,
            new { trying.Counter, Address = AddressKey(trying), Now = time.GetUtcNow(), LockOut.Remembered, ByAddress.Every }, cancellationToken: cancellation));
    }

    public async Task ForgetAsync(Trying trying, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition("delete from accounts.sign_in_failure where key = @Counter", new { trying.Counter }, cancellationToken: cancellation));
    }

    private static byte[]? AddressKey(Trying trying) => trying.Address is { } address ? Allowances.Key(ByAddress.Name, address) : null;

    private static Failure Locked(TimeSpan wait) => new(
        "sign_in.locked", "Too many wrong passwords. Wait a little, or set a new password by e-mail.", 429)
    {
        RetryAfter = wait,
    };
}
