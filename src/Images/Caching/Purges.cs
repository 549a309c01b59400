using System.Collections.Concurrent;

namespace Madang.Images.Caching;

/// <summary>
/// Remembers what was purged, so that a picture whose making began before the purge and ends after it does not come back. An hour is far longer than
/// anything is in the making.
/// </summary>
internal sealed class Purges(TimeProvider time)
{
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<Guid, (long BelowVersion, DateTimeOffset At)> _purged = new();

    public void Add(Guid id, long belowVersion)
    {
        var now = time.GetUtcNow();
        _purged.AddOrUpdate(id, (belowVersion, now), (_, known) => (Math.Max(known.BelowVersion, belowVersion), now));
    }

    public bool Cover(Guid id, long version) => _purged.TryGetValue(id, out var purge) && version < purge.BelowVersion;

    public void Forget()
    {
        var before = time.GetUtcNow() - Memory;
        foreach (var purge in _purged)
        {
            if (purge.Value.At < before)
                _purged.TryRemove(purge);
        }
    }
}
