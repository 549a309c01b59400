using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Madang.Platform.Live;

/// <summary>
/// The newest state of one topic that this node has seen: one slot, however many watch and however slow they are. Where many watch, changes that follow each other closely
/// are shown together, so that telling everybody takes no more than its share of the machine; a few are told of each at once.
/// </summary>
internal sealed class WatchedTopic
{
    /// <summary>How many messages of one topic leave in a second.</summary>
    private const int MostPerSecond = 10_000;

    // Below this a rest is not worth a timer.
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private LiveMessage? _latest;
    private LiveMessage? _next;
    private bool _isResting;
    private int _watchers;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Watchers; changed under the lock of <see cref="WatchedTopics"/> alone.</summary>
    public int Watchers
    {
        get => Volatile.Read(ref _watchers);
        set => Volatile.Write(ref _watchers, value);
    }

    /// <summary>The newest state that is shown, and a task that completes when there is a newer one.</summary>
    public (LiveMessage? Latest, Task Changed) Now
    {
        get
        {
            lock (_gate)
                return (_latest, _changed.Task);
        }
    }

    /// <summary>Takes a message unless it came late.</summary>
    public void Offer(LiveMessage message)
    {
        lock (_gate)
        {
            if ((_next ?? _latest)?.Version >= message.Version)
                return;
            _next = message;
        }
        Show(hasRested: false);
    }

    private void Show(bool hasRested)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _isResting &= !hasRested;
            if (_isResting || _next is null)
                return;
            (_latest, _next, changed) = (_next, null, _changed);
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var rest = TimeSpan.FromSeconds((double)Watchers / MostPerSecond);
            _isResting = rest >= ShortestRest;
            // The machine's time, not the house's: it is the machine that rests.
            if (_isResting)
                _ = Task.Delay(rest, TimeProvider.System).ContinueWith(_ => Show(hasRested: true), TaskScheduler.Default);
        }
        changed.SetResult();
    }
}

/// <summary>
/// The topics that are watched on this node. Their rows are read when the first watcher comes, when a notice came without the
/// state, and after notices may have been missed: always by one reader, all waiting topics in one query, again after a fault.
/// </summary>
internal sealed partial class WatchedTopics(NpgsqlDataSource database, TimeProvider time, ILogger log, CancellationToken stopping)
{
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, WatchedTopic> _topics = new(StringComparer.Ordinal);
    private readonly HashSet<string> _stale = new(StringComparer.Ordinal);
    private bool _isReading;

    /// <summary>How many topics are held; for tests.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
                return _topics.Count;
        }
    }

    /// <summary>Joins the watchers of a topic until disposed.</summary>
    public Watching Enter(string topic)
    {
        lock (_gate)
        {
            if (!_topics.TryGetValue(topic, out var watched))
            {
                _topics[topic] = watched = new WatchedTopic();
                Read([topic]);
            }

            watched.Watchers++;
            return new Watching(this, topic, watched);
        }
    }

    public void Offer(LiveMessage message)
    {
        WatchedTopic? watched;
        lock (_gate)
            _topics.TryGetValue(message.Topic, out watched);
        watched?.Offer(message);
    }

    public void Refresh(string topic)
    {
        lock (_gate)
        {
            if (_topics.ContainsKey(topic))
                Read([topic]);
        }
    }

    public void RefreshAll()
    {
        lock (_gate)
            Read(_topics.Keys);
    }

    private void Leave(string topic, WatchedTopic watched)
    {
        lock (_gate)
        {
            if (--watched.Watchers == 0)
                _topics.Remove(topic);
        }
    }

    private void Read(IEnumerable<string> topics)
    {
        _stale.UnionWith(topics);
        if (_isReading || _stale.Count == 0)
            return;
        _isReading = true;
        _ = Task.Run(ReadStale, CancellationToken.None);
    }

    private async Task ReadStale()
    {
        while (true)
        {
            string[] topics;
            lock (_gate)
            {
                if (_stale.Count == 0 || stopping.IsCancellationRequested)
                {
                    _isReading = false;
                    return;
                }

                topics = [.. _stale];
                _stale.Clear();
            }

            try
            {
                await using var connection = await database.OpenConnectionAsync(stopping);
                foreach (var (topic, version, state) in await connection.QueryAsync<(string, long, string)>(new CommandDefinition(
                    "select topic, version, state::text from platform.live where topic = any(@topics)", new { topics }, cancellationToken: stopping)))
                {
                    Offer(new LiveMessage(topic, version, JsonElement.Parse(state)));
                }
            }
            catch (Exception e)
            {
                LogNotRead(log, e.Message);
                lock (_gate)
                    _stale.UnionWith(topics.Where(_topics.ContainsKey));
                await Task.Delay(AfterFault, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Live topics could not be read; trying again: {Reason}")]
    private static partial void LogNotRead(ILogger logger, string reason);

    /// <summary>One watcher's hold on a topic.</summary>
    internal sealed class Watching(WatchedTopics owner, string name, WatchedTopic topic) : IDisposable
    {
        public WatchedTopic Topic => topic;

        public void Dispose() => owner.Leave(name, topic);
    }
}
