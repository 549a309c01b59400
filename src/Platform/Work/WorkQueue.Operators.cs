using Dapper;
using Madang.Platform.Data;
using Npgsql;

namespace Madang.Platform.Work;

/// <summary>How many jobs of one kind there are.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Ready">Waiting, their time has come.</param>
/// <param name="Scheduled">Waiting for a later time or for the next attempt.</param>
/// <param name="Running">Leased by a node.</param>
/// <param name="Dead">Given up; see <see cref="WorkQueue.ListDead"/>.</param>
public sealed record WorkCount(string Kind, long Ready, long Scheduled, long Running, long Dead);

/// <summary>A job that was given up.</summary>
/// <param name="Id">The job.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Key">Its key, if it had one.</param>
/// <param name="Payload">Its payload as JSON.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="LastError">What the last attempt threw.</param>
/// <param name="CreatedAt">When it was enqueued.</param>
/// <param name="DiedAt">When it was given up.</param>
public sealed record DeadWork(long Id, string Kind, string? Key, string Payload, int Attempts, string? LastError,
    DateTimeOffset CreatedAt, DateTimeOffset DiedAt);

// What operators see and do.
public sealed partial class WorkQueue
{
    /// <summary>Counts the jobs of each kind, also of kinds that no running node handles.</summary>
    /// <param name="ct">Cancels the query.</param>
    public async Task<IReadOnlyList<WorkCount>> Counts(CancellationToken ct = default)
    {
        await using var connection = await _database.OpenConnectionAsync(ct);
        var counts = await connection.QueryAsync<WorkCount>(new CommandDefinition("""
            select kind,
                   count(*) filter (where died_at is null and coalesce(leased_until, run_at) <= @now) as ready,
                   count(*) filter (where died_at is null and lease is null and run_at > @now) as scheduled,
                   count(*) filter (where leased_until > @now) as running,
                   count(*) filter (where died_at is not null) as dead
            from platform.work
            group by kind
            order by kind
            """, new { now = _time.GetUtcNow() }, cancellationToken: ct));
        return counts.AsList();
    }

    /// <summary>The jobs that were given up, newest first.</summary>
    /// <param name="beforeId">The last id of the page before, for the next page.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="ct">Cancels the query.</param>
    public async Task<IReadOnlyList<DeadWork>> ListDead(long? beforeId = null, int limit = 100, CancellationToken ct = default)
    {
        await using var connection = await _database.OpenConnectionAsync(ct);
        var dead = await connection.QueryAsync<DeadWork>(new CommandDefinition("""
            select id, kind, key, payload::text as payload, attempts, last_error, created_at, died_at
            from platform.work
            where died_at is not null and id < coalesce(@beforeId, 9223372036854775807)
            order by id desc
            limit @limit
            """, new { beforeId, limit }, cancellationToken: ct));
        return dead.AsList();
    }

    /// <summary>Gives a dead job all its attempts again, starting now.</summary>
    /// <param name="id">The job.</param>
    /// <param name="ct">Cancels the statement.</param>
    /// <returns>False when there is no such dead job, or a live one has taken its key meanwhile.</returns>
    public async Task<bool> Retry(long id, CancellationToken ct = default)
    {
        try
        {
            return await _database.InTransaction(async tx =>
            {
                var kind = await tx.Connection!.ExecuteScalarAsync<string?>(new CommandDefinition("""
                    update platform.work set died_at = null, attempts = 0, run_at = @now
                    where id = @id and died_at is not null
                    returning kind
                    """, new { id, now = _time.GetUtcNow() }, tx, cancellationToken: ct));
                if (kind is not null)
                {
                    await _broadcast.Send(Channel, kind, tx, ct);
                }

                return kind is not null;
            }, ct);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return false;
        }
    }

    /// <summary>Deletes a dead job for good.</summary>
    /// <param name="id">The job.</param>
    /// <param name="ct">Cancels the statement.</param>
    /// <returns>False when there is no such dead job.</returns>
    public async Task<bool> Discard(long id, CancellationToken ct = default)
    {
        await using var connection = await _database.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(
            "delete from platform.work where id = @id and died_at is not null", new { id }, cancellationToken: ct)) > 0;
    }
}
