using System.Diagnostics.Metrics;

namespace Madang.Images.Caching;

/// <summary>What an operator wants to know of the caches and the queue before them. One meter, <c>Madang.Images</c>.</summary>
internal sealed class CacheMetrics(Meter meter)
{
    private readonly Counter<long> _hits = meter.CreateCounter<long>("madang.images.cache.hits", description: "Pictures served from the disk cache.");
    private readonly Counter<long> _hotHits = meter.CreateCounter<long>("madang.images.hot.hits", description: "Pictures served from memory.");
    private readonly Counter<long> _misses = meter.CreateCounter<long>("madang.images.cache.misses", description: "Pictures that had to be made.");
    private readonly Counter<long> _evictions = meter.CreateCounter<long>("madang.images.cache.evictions", description: "Files that left the disk cache, by reason.");
    private readonly Counter<long> _uncached = meter.CreateCounter<long>("madang.images.cache.uncached", description: "Pictures made but not kept.");

    private readonly Histogram<double> _renderings = meter.CreateHistogram<double>("madang.images.renderings", "s", "Time that pictures took to be made, by what they were made from.");

    public static CacheMetrics Unobserved { get; } = new(new Meter("Madang.Images.Unobserved"));

    public void Hit() => _hits.Add(1);

    public void HotHit() => _hotHits.Add(1);

    public void Miss() => _misses.Add(1);

    public void Uncached() => _uncached.Add(1);

    public void Gone(EvictionReason reason) => _evictions.Add(1, new KeyValuePair<string, object?>("reason", reason switch
    {
        EvictionReason.Room => "room",
        EvictionReason.Expired => "expired",
        EvictionReason.Purged => "purged",
        EvictionReason.Replaced => "replaced",
        _ => "damaged",
    }));

    public void Rendered(TimeSpan taken, bool fromMezzanine) =>
        _renderings.Record(taken.TotalSeconds, new KeyValuePair<string, object?>("source", fromMezzanine ? "mezzanine" : "original"));

    public void Observe(VariantCache cache)
    {
        meter.CreateObservableGauge("madang.images.cache.bytes", () => cache.Bytes, "By", "Bytes in the disk cache.");
        meter.CreateObservableGauge("madang.images.cache.entries", () => cache.Count, description: "Files in the disk cache.");
    }

    public void Observe(HotFiles hot) =>
        meter.CreateObservableGauge("madang.images.hot.bytes", () => hot.Bytes, "By", "Bytes of small pictures in memory.");

    public void Observe(Admission admission)
    {
        meter.CreateObservableGauge("madang.images.work.running", () => admission.Running, description: "Pictures being made.");
        meter.CreateObservableGauge("madang.images.work.waiting", () => admission.Waiting, description: "Pictures waiting to be made.");
        meter.CreateObservableGauge("madang.images.work.bytes", () => admission.Bytes, "By", "Estimated memory of the pictures being made.");
    }
}

/// <summary>Why a file left the disk cache.</summary>
internal enum EvictionReason
{
    Room,
    Expired,
    Purged,
    Damaged,
    Replaced,
}
