using System.Collections.Concurrent;
using Madang.Images.Caching;

namespace Madang.Images.Delivery;

/// <summary>
/// What a request came to when it was last resolved, by its very text, so that a hit needs no parsing, planning or negotiation. Only the answer's
/// key is kept: the bytes are in <see cref="HotFiles"/>, which a purge empties.
/// </summary>
internal sealed class HotTargets(TimeProvider time)
{
    private const int Most = 20_000;
    private static readonly long KeepTicks = TimeSpan.FromMinutes(1).Ticks;

    private readonly ConcurrentDictionary<(string Path, string Query, string Accept), Resolved> _resolved = new();
    private long _generation;

    /// <summary>Changes at each <see cref="Clear"/>: what was resolved before one must not be kept after it.</summary>
    public long Generation => Interlocked.Read(ref _generation);

    public VariantKey? TryGet(string path, string query, string accept, out bool varies)
    {
        var found = _resolved.TryGetValue((path, query, accept), out var resolved) && resolved.Until > time.GetUtcNow().UtcTicks;
        varies = resolved.Varies;
        return found ? resolved.Key : null;
    }

    /// <param name="path">As the server decoded it; apart from the query, since <c>%3F</c> in it is a question mark by now.</param>
    /// <param name="query">As it came.</param>
    /// <param name="accept">The Accept header as it came.</param>
    /// <param name="key">What it came to.</param>
    /// <param name="varies">Whether Accept had a say.</param>
    /// <param name="ends">When its signature ends.</param>
    /// <param name="generation">From before it was resolved.</param>
    public void Put(string path, string query, string accept, VariantKey key, bool varies, DateTimeOffset? ends, long generation)
    {
        if (path.Length + query.Length > 1000 || accept.Length > 500 || generation != Generation)
            return;
        if (_resolved.Count >= Most)
            _resolved.Clear();
        var until = time.GetUtcNow().UtcTicks + KeepTicks;
        _resolved[(path, query, accept)] = new Resolved(key, varies, ends is { } end ? Math.Min(until, end.UtcTicks) : until);
    }

    public void Clear()
    {
        Interlocked.Increment(ref _generation);
        _resolved.Clear();
    }

    private readonly record struct Resolved(VariantKey Key, bool Varies, long Until);
}
