using System.Diagnostics;
using System.Text.Json;
using Dapper;
using Madang.Platform.Data;
using Npgsql;
using NpgsqlTypes;

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
        await using var batch = new NpgsqlBatch(tx.Connection, tx) { BatchCommands = { Enqueueing(kind, payload, key, runAt) } };
        return (long?)await batch.ExecuteScalarAsync(ct);
    }

    /// <summary>The same as one of several statements that make one round trip.</summary>
    /// <typeparam name="T">The payload's type; stored as JSON.</typeparam>
    /// <param name="batch">Of the transaction that the job belongs to; the caller executes it.</param>
    /// <param name="kind">As above.</param>
    /// <param name="payload">As above.</param>
    /// <param name="key">As above.</param>
    /// <param name="runAt">As above.</param>
    public void Enqueue<T>(NpgsqlBatch batch, string kind, T payload, string? key = null, DateTimeOffset? runAt = null) =>
        batch.BatchCommands.Add(Enqueueing(kind, payload, key, runAt));

    private NpgsqlBatchCommand Enqueueing<T>(string kind, T payload, string? key, DateTimeOffset? runAt)
    {
        var now = _time.GetUtcNow();
        // On a key that another open transaction has just taken this waits for that transaction's end.
        // Nodes are told the kind alone: PostgreSQL folds equal messages of one transaction into one.
        return new NpgsqlBatchCommand($"""
            with added as (
              insert into platform.work (kind, key, payload, run_at, trace_parent, created_at)
              values ($1, $2, $3, $4, $5, $6)
              on conflict (kind, key) where key is not null and died_at is null do nothing
              returning id)
            select id, {Broadcast.Notify($"'{Channel}'", "$1")} from added
            """)
        {
            Parameters =
            {
                new() { Value = kind },
                new() { Value = (object?)key ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = JsonSerializer.Serialize(payload, JsonSerializerOptions.Web), NpgsqlDbType = NpgsqlDbType.Jsonb },
                new() { Value = (runAt ?? now).UtcDateTime },
                new() { Value = (object?)(Activity.Current is { IdFormat: ActivityIdFormat.W3C } caller ? caller.Id : null) ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = now.UtcDateTime },
            },
        };
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
