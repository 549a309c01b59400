using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Madang.Platform.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Madang.Platform.Live;

/// <summary>A topic's state at one version.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Version">Grows with every publication of the topic, not by one.</param>
/// <param name="State">What was published, as JSON.</param>
public sealed record LiveMessage(string Topic, long Version, JsonElement State);

/// <summary>
/// Topics whose latest state can be watched from any node. A publication replaces the state; watchers that are slow see only
/// the newest, and none sees an older one after a newer.
/// </summary>
public sealed class LiveTopics : IDisposable
{
    /// <summary>The most that a state may hold, in UTF-8 bytes of JSON.</summary>
    public const int MaxStateBytes = 256 * 1024;

    private const string Channel = "live";

    private readonly NpgsqlDataSource _database;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly WatchedTopics _watched;
    private readonly IDisposable _subscription;

    /// <summary>Made once a node by the host.</summary>
    /// <param name="database">Where the states are.</param>
    /// <param name="broadcast">Brings publications of all nodes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="lifetime">Ends the watching when the node stops.</param>
    /// <param name="log">Where outages are noted.</param>
    public LiveTopics(NpgsqlDataSource database, Broadcast broadcast, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<LiveTopics> log)
    {
        (_database, _time, _stopping) = (database, time, lifetime.ApplicationStopping);
        _watched = new WatchedTopics(database, time, log, _stopping);
        _subscription = broadcast.Subscribe(Channel, OnNotice, _watched.RefreshAll);
        _ = broadcast.Listening.ContinueWith(_ => _watched.RefreshAll(), _stopping, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    internal TimeProvider Clock => _time;

    /// <summary>Replaces the state of a topic and tells all watchers.</summary>
    /// <typeparam name="T">The state's type; published as JSON.</typeparam>
    /// <param name="topic">The topic, module first, such as <c>images/batch/0198…</c>; up to 300 letters.</param>
    /// <param name="state">The whole new state, not a change to it: watchers may miss what lies between.</param>
    /// <param name="tx">When given, watchers learn of it on commit. The topic stays locked until then.</param>
    /// <param name="ct">Cancels the statement.</param>
    /// <returns>The version.</returns>
    /// <exception cref="ArgumentException">The state is larger than <see cref="MaxStateBytes"/>.</exception>
    public async Task<long> Publish<T>(string topic, T state, NpgsqlTransaction? tx = null, CancellationToken ct = default)
    {
        if (tx is null)
            return await _database.InTransaction(own => Publish(topic, state, own, ct), ct);
        await using var batch = new NpgsqlBatch(tx.Connection, tx) { BatchCommands = { Publishing(topic, state) } };
        return (long)(await batch.ExecuteScalarAsync(ct))!;
    }

    /// <summary>The same as the last of several statements that make one round trip.</summary>
    /// <typeparam name="T">The state's type; published as JSON.</typeparam>
    /// <param name="batch">Of a transaction; the caller executes it.</param>
    /// <param name="topic">As above.</param>
    /// <param name="state">As above.</param>
    public void Publish<T>(NpgsqlBatch batch, string topic, T state) => batch.BatchCommands.Add(Publishing(topic, state));

    private NpgsqlBatchCommand Publishing<T>(string topic, T state)
    {
        var json = JsonSerializer.Serialize(state, JsonSerializerOptions.Web);
        if (Encoding.UTF8.GetByteCount(json) > MaxStateBytes)
            throw new ArgumentException($"The state of {topic} is larger than {MaxStateBytes} bytes.", nameof(state));
        // A version is one more than the last, or the milliseconds of the clock when that is more: so it also grows past
        // what clients remember of a topic that was pruned, or whose row came back older from a backup.
        return new NpgsqlBatchCommand($"""
            with published as (
              insert into platform.live (topic, version, state, updated_at)
              values ($1, extract(epoch from clock_timestamp()) * 1000, $2, $3)
              on conflict (topic) do update
              set version = greatest(live.version + 1, excluded.version), state = excluded.state, updated_at = excluded.updated_at
              returning version)
            select version, {Broadcast.Notify("$4", LiveNotice.Sql("version", "$5"))} from published
            """)
        {
            Parameters =
            {
                new() { Value = topic }, new() { Value = json, NpgsqlDbType = NpgsqlDbType.Jsonb }, new() { Value = _time.GetUtcNow().UtcDateTime },
                new() { Value = Channel }, new() { Value = LiveNotice.Rest(topic, json) },
            },
        };
    }

    /// <summary>
    /// The topic's state if it is newer than <paramref name="lastEventId"/>, then every newer one, until cancelled or the node
    /// stops; then it ends without throwing. Waits through outages of the database.
    /// </summary>
    /// <param name="topic">The topic; need not exist yet.</param>
    /// <param name="lastEventId">The version that the watcher has seen, if any.</param>
    /// <param name="ct">Ends the watching.</param>
    public async IAsyncEnumerable<LiveMessage> Watch(string topic, long? lastEventId = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        await foreach (var message in Watch(topic, lastEventId, Timeout.InfiniteTimeSpan, ct))
            yield return message!;
    }

    /// <summary>As <see cref="Watch(string, long?, CancellationToken)"/>, with a null whenever nothing came for <paramref name="beat"/>.</summary>
    internal async IAsyncEnumerable<LiveMessage?> Watch(string topic, long? lastEventId, TimeSpan beat, [EnumeratorCancellation] CancellationToken ct)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct, _stopping);
        using var watched = _watched.Enter(topic);
        var seen = lastEventId ?? long.MinValue;
        while (!end.IsCancellationRequested)
        {
            var (latest, changed) = watched.Topic.Now;
            if (latest is not null && latest.Version > seen)
            {
                seen = latest.Version;
                yield return latest;
            }
            else if (!await HasHappened(changed, beat, end.Token) && !end.IsCancellationRequested)
            {
                yield return null;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _subscription.Dispose();

    private void OnNotice(string payload)
    {
        var notice = LiveNotice.Read(payload);
        if (notice.State is { } state)
            _watched.Offer(new LiveMessage(notice.Topic, notice.Version, state));
        else
            _watched.Refresh(notice.Topic);
    }

    private async Task<bool> HasHappened(Task changed, TimeSpan beat, CancellationToken end)
    {
        using var waited = CancellationTokenSource.CreateLinkedTokenSource(end);
        await Task.WhenAny(changed, Task.Delay(beat, _time, waited.Token));
        await waited.CancelAsync();
        return changed.IsCompleted;
    }
}
