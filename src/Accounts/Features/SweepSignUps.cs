using Dapper;
using Madang.Accounts.Domain;
using Madang.Platform.Work;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>The recurring job that deletes sign-ups and codes that nobody came back for, and counts that count no more.</summary>
internal sealed class SweepSignUps(NpgsqlDataSource source, TimeProvider time) : IWorkHandler<SweepSignUps.Job>
{
    public const string Kind = "accounts.sweep";
    public const string Cron = "0 4/10 * * * ?";

    public async Task Handle(Job payload, WorkContext context, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from accounts.pending_sign_up where expires_at <= @now;
            delete from accounts.mailed_code where expires_at <= @now;
            delete from accounts.allowance where used_until <= @now;
            delete from accounts.sign_in_failure where last_at <= @now - @Remembered;
            """,
            new { now = time.GetUtcNow(), LockOut.Remembered }, cancellationToken: ct));
    }

    internal sealed record Job;
}
