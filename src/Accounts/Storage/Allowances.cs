using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Madang.Accounts.Features;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Accounts.Storage;

/// <summary>How often something may be done: <paramref name="Burst"/> times at once, then once <paramref name="Every"/>.</summary>
internal sealed record Budget(string Name, int Burst, TimeSpan Every);

/// <summary>
/// Counts what people and network addresses do, for all nodes. A row holds one instant, until when the allowance is used up (the generic cell rate
/// algorithm), so that taking from it is one statement, and who does nothing has no row.
/// </summary>
internal sealed class Allowances(NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>Takes from the budget of <paramref name="subject"/>, or refuses: 429 <c>rate.limited</c>. No subject, no limit.</summary>
    public async Task<Failure?> TakeAsync(Budget budget, string? subject, CancellationToken cancellation, int cost = 1)
    {
        if (subject is null)
            return null;
        var now = time.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var left = await connection.QuerySingleAsync<(bool Taken, DateTimeOffset? UsedUntil)>(new CommandDefinition(
            """
            with taken as (
              insert into accounts.allowance (key, used_until) values (@Key, @now + @Cost)
              on conflict (key) do update set used_until = greatest(allowance.used_until, @now) + @Cost
              where greatest(allowance.used_until, @now) + @Cost <= @now + @Whole
              returning used_until
            )
            select exists (select from taken), (select used_until from accounts.allowance where key = @Key)
            """,
            new { Key = Key(budget.Name, subject), now, Cost = budget.Every * cost, Whole = budget.Every * budget.Burst },
            cancellationToken: cancellation));
        return left.Taken ? null : Exceeded((left.UsedUntil ?? now) + budget.Every * cost - budget.Every * budget.Burst - now);
    }

    public static Failure Exceeded(TimeSpan wait) => new("rate.limited", "That was too often. Wait a little and try again.", StatusCodes.Status429TooManyRequests)
    {
        RetryAfter = wait,
    };

    /// <summary>What a budget or counter is kept under: nobody's address or login id can be read from it.</summary>
    public static byte[] Key(string what, string whose) => SHA256.HashData(Encoding.UTF8.GetBytes($"{what}\n{whose}"));

    /// <summary>
    /// Who is counted as one on the network: an IPv4 address, or the /64 that one household of IPv6 has. Null where the connection has none (a local
    /// socket), as then all would be counted as one, and anybody could shut everybody out.
    /// </summary>
    public static string? AddressOf(HttpContext context)
    {
        if (ClientAddress.Of(context) is not { } address)
            return null;
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? new IPAddress([.. address.GetAddressBytes().AsSpan(0, 8), 0, 0, 0, 0, 0, 0, 0, 0]).ToString() + "/64"
            : address.ToString();
    }
}
