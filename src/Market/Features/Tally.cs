using Madang.Market.Domain;
using Madang.Market.Storage;
using Npgsql;

namespace Madang.Market.Features;

/// <summary>
/// How many listings there are by category and way, for who browses. Where they are many they are counted once in half a minute a node, and while that is done the last count is
/// shown; a few are counted by who looks.
/// </summary>
internal sealed class Tally(NpgsqlDataSource source, TimeProvider time)
{
    private const int Many = 5_000;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _counting = new(1, 1);
    private volatile Counted? _last;

    public async Task<Facets> OfAsync(SearchQuery query, CancellationToken cancellation)
    {
        var counted = _last;
        // The first ones wait; later ones do so only where nobody else counts.
        if (counted is null || !IsFresh(counted))
            counted = await CountAsync(counted, cancellation);
        var shown = query.Ended ? "ended" : "live";
        return Facets.Of(
            counted.Counts.Where(count => count.Shown == shown && (query.Way is null || count.Way == query.Way.Value.Code())
                && (query.Category is null || count.Category == query.Category || count.Category.StartsWith(query.Category + '.', StringComparison.Ordinal)))
                .Select(count => (count.Category, count.Way, count.Count)),
            isLeast: false);
    }

    private bool IsFresh(Counted counted) => counted.Counts.Sum(count => count.Count) >= Many && time.GetUtcNow() - counted.At <= Fresh;

    private async Task<Counted> CountAsync(Counted? before, CancellationToken cancellation)
    {
        if (!await _counting.WaitAsync(before is null ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, cancellation))
            return before!;
        try
        {
            if (_last is { } meanwhile && !ReferenceEquals(meanwhile, before) && IsFresh(meanwhile))
                return meanwhile;
            await using var connection = await source.OpenConnectionAsync(cancellation);
            return _last = new Counted(time.GetUtcNow(), await SearchStore.TallyAsync(connection, cancellation));
        }
        finally
        {
            _counting.Release();
        }
    }

    private sealed record Counted(DateTimeOffset At, IReadOnlyList<(string Shown, string Category, string Way, int Count)> Counts);
}
