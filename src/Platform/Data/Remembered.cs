using System.Collections.Concurrent;
using Npgsql;

namespace Madang.Platform.Data;

/// <summary>
/// Keeps rows that are read often in a node's memory until any node says that they changed. The message comes within milliseconds; should one be
/// lost with a connection, everything is read again.
/// </summary>
/// <typeparam name="T">What is kept: immutable.</typeparam>
public sealed class Remembered<T> : IDisposable
    where T : class
{
    private readonly Broadcast _broadcast;
    private readonly TimeProvider _time;
    private readonly string _channel;
    private readonly TimeSpan _keep;
    private readonly int _most;
    private readonly Action<string>? _forgotten;
    private readonly IDisposable _subscription;
    private readonly ConcurrentDictionary<string, Kept> _kept = new(StringComparer.Ordinal);

    // Counts changes: what was read before one must not be kept after it.
    private long _changes;

    /// <summary>Starts to listen for changes.</summary>
    /// <param name="broadcast">Carries changes between nodes.</param>
    /// <param name="time">Ages what is kept.</param>
    /// <param name="channel">The subject of the changes, such as <c>images.changed</c>.</param>
    /// <param name="keep">When a row is read again though nobody said that it changed.</param>
    /// <param name="most">How many rows are kept.</param>
    /// <param name="forgotten">Called with each changed key, or with an empty text for all.</param>
    public Remembered(Broadcast broadcast, TimeProvider time, string channel, TimeSpan keep, int most, Action<string>? forgotten = null)
    {
        (_broadcast, _time, _channel, _keep, _most, _forgotten) = (broadcast, time, channel, keep, most, forgotten);
        _subscription = broadcast.Subscribe(channel, Forget, () => Forget(""));
    }

    /// <summary>What is kept of <paramref name="key"/>, or else read and kept when there is something.</summary>
    /// <param name="key">Not empty.</param>
    /// <param name="read">Reads from the database; null for what does not exist, which is not kept.</param>
    /// <param name="staleInOutage">True: while the database cannot be reached, an aged row is better than none.</param>
    public async ValueTask<T?> FindAsync(string key, Func<Task<T?>> read, bool staleInOutage = false)
    {
        var now = _time.GetUtcNow();
        if (_kept.TryGetValue(key, out var kept) && kept.Until > now)
            return kept.Value;

        var changes = Interlocked.Read(ref _changes);
        T? value;
        try
        {
            value = await read();
        }
        catch (Exception error) when (staleInOutage && kept.Value is not null && DatabaseUnavailable.Is(error))
        {
            return kept.Value;
        }
        if (value is null)
            _kept.TryRemove(key, out _);
        else if (changes == Interlocked.Read(ref _changes))
        {
            if (_kept.Count >= _most)
                _kept.Clear();
            _kept[key] = new Kept(value, now + _keep);
        }
        return value;
    }

    /// <summary>Makes every node read <paramref name="key"/> again: with the commit of the transaction, or at once.</summary>
    /// <param name="key">What changed; empty for everything.</param>
    /// <param name="transaction">The transaction that changes it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task ForgetEverywhereAsync(string key, NpgsqlTransaction? transaction = null, CancellationToken cancellation = default) =>
        _broadcast.Send(_channel, key, transaction, cancellation);

    /// <summary>Makes this node read <paramref name="key"/> again, without waiting for the message to come round.</summary>
    /// <param name="key">What changed; empty for everything.</param>
    public void Forget(string key)
    {
        Interlocked.Increment(ref _changes);
        if (key.Length > 0)
            _kept.TryRemove(key, out _);
        else
            // Aged and not dropped: the outage that cost us messages may not be the last, and then an aged row is better than none.
            foreach (var (one, kept) in _kept)
                _kept.TryUpdate(one, kept with { Until = DateTimeOffset.MinValue }, kept);
        _forgotten?.Invoke(key);
    }

    /// <inheritdoc/>
    public void Dispose() => _subscription.Dispose();

    private readonly record struct Kept(T Value, DateTimeOffset Until);
}
