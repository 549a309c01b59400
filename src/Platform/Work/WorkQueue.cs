using System.Diagnostics;
using System.Text.Json;
using Dapper;
using Madang.Platform.Data;
using Npgsql;

namespace Madang.Platform.Work;

/// <summary>
/// The durable queue in <c>platform.work</c>. A row is written in the caller's transaction: it exists, and wakes the nodes,
/// exactly when that transaction commits.
/// </summary>
public sealed partial class WorkQueue
{
    internal const string Channel = "work";

    private readonly NpgsqlDataSource _database;
    private readonly Broadcast _broadcast;
    private readonly TimeProvider _time;

    internal WorkQueue(NpgsqlDataSource database, Broadcast broadcast, TimeProvider time) =>
        (_database, _broadcast, _time) = (database, broadcast, time);

    /// <summary>Adds a job.</summary>
    /// <typeparam name="T">The payload's type; stored as JSON.</typeparam>
    /// <param name="tx">The transaction that the job belongs to.</param>
    /// <param name="kind">Which handler runs it, such as <c>images.prepare</c>.</param>
    /// <param name="payload">What the handler gets.</param>
    /// <param name="key">When given, at most one live (waiting or running) job of this kind has it.</param>
    /// <param name="runAt">Not before this time; at once by default.</param>
    /// <param name="ct">Cancels the statement.</param>
    /// <returns>The job's id, or null when a live job of this kind has the same key already.</returns>
    public async Task<long?> Enqueue<T>(NpgsqlTransaction tx, string kind, T payload, string? key = null,
        DateTimeOffset? runAt = null, CancellationToken ct = default)
    {
        var now = _time.GetUtcNow();
        var row = new
        {
            kind,
            key,
            payload = JsonSerializer.Serialize(payload, JsonSerializerOptions.Web),
            runAt = runAt?.ToUniversalTime() ?? now,
            traceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } caller ? caller.Id : null,
            now,
        };

        // On a key that another open transaction has just taken this waits for that transaction's end.
        var id = await tx.Connection!.ExecuteScalarAsync<long?>(new CommandDefinition("""
            insert into platform.work (kind, key, payload, run_at, trace_parent, created_at)
            values (@kind, @key, @payload::jsonb, @runAt, @traceParent, @now)
            on conflict (kind, key) where key is not null and died_at is null do nothing
            returning id
            """, row, tx, cancellationToken: ct));

        if (id is not null)
        {
            // The kind alone: PostgreSQL folds equal messages of one transaction into one.
            await _broadcast.Send(Channel, kind, tx, ct);
        }

        return id;
    }

    /// <summary>Takes back a job that has not begun: it never runs, when the transaction commits.</summary>
    /// <param name="tx">The transaction that makes the job needless.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="key">The key that it was enqueued with.</param>
    /// <param name="ct">Cancels the statement.</param>
    /// <returns>False when it is running, or was run: too late.</returns>
    public async Task<bool> Withdraw(NpgsqlTransaction tx, string kind, string key, CancellationToken ct = default) =>
        await tx.Connection!.ExecuteAsync(new CommandDefinition(
            "delete from platform.work where kind = @kind and key = @key and lease is null and died_at is null", new { kind, key }, tx, cancellationToken: ct)) == 1;
}
