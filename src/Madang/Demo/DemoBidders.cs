namespace Madang.Demo;

/// <summary>People who bid on the demonstration's auctions every few seconds, and sellers who list something again when little is left.</summary>
internal sealed partial class DemoBidders(DemoTown town, TimeProvider time, ILogger log)
{
    private const int FewestAuctions = 10;

    private readonly Random _random = new();
    private readonly List<(Guid Listing, Offer Offer)> _live = [.. town.Auctions];

    public async Task Run(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (_live.Count(one => one.Offer.Bidders > 0) < FewestAuctions)
                    await ListOneMore(cancellation);
                await Bid(cancellation);
                await Task.Delay(TimeSpan.FromSeconds(1.5 + (_random.NextDouble() * 4)), time, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is HttpRequestException or InvalidOperationException or OperationCanceledException)
            {
                LogGaveUp(log, error.Message);
                await Task.Delay(TimeSpan.FromSeconds(10), time, CancellationToken.None).WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task Bid(CancellationToken cancellation)
    {
        var wanted = _live.Where(one => one.Offer.Bidders > 0).ToList();
        if (wanted.Count == 0)
            return;
        // Those that end first are the liveliest.
        var (listing, offer) = wanted[Math.Min(_random.Next(wanted.Count), _random.Next(wanted.Count))];
        var bidders = town.People.Where((_, index) => index != offer.Seller).Skip(offer.Title.Length % 3).Take(offer.Bidders).ToList();
        var bidder = bidders[_random.Next(bidders.Count)];
        var (auction, refusal) = await bidder.Try(HttpMethod.Get, $"/api/auctions/{listing}", body: null, cancellation);
        if (refusal is not null)
            return;
        if (auction.GetProperty("live").GetProperty("state").GetString() is not ("live" or "scheduled"))
        {
            _live.Remove((listing, offer));
            return;
        }
        var least = auction.GetProperty("live").GetProperty("minimum").GetInt64();
        if (least > offer.Price * 6)
            return;
        var maximum = least + (long)(least * _random.NextDouble() * 0.12) / 1000 * 1000;
        await bidder.Try(HttpMethod.Post, $"/api/auctions/{listing}/bids", new { maximum }, cancellation);
    }

    private async Task ListOneMore(CancellationToken cancellation)
    {
        var again = town.Offers.Where(offer => offer is { Minutes: not null, Bidders: > 0 } && _live.All(one => one.Offer.Title != offer.Title)).ToList();
        if (again.Count == 0)
            return;
        var offer = again[_random.Next(again.Count)] with { Minutes = 12 + _random.Next(50) };
        _live.Add((await town.List(offer, cancellation), offer));
    }

    [LoggerMessage(LogLevel.Information, "The demonstration's bidders wait a moment: {Why}")]
    private static partial void LogGaveUp(ILogger log, string why);
}
