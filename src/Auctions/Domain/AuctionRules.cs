namespace Madang.Auctions.Domain;

/// <summary>What an operator may set of the rules; the defaults are the house's.</summary>
internal sealed record AuctionRules(Increments Increments)
{
    public static readonly AuctionRules Default = new(Increments.Default);

    /// <summary>No price is higher: far below where 64 bits end, so that no sum of two wraps around.</summary>
    public const long MostAmount = 1_000_000_000_000;

    /// <summary>What a buy-now price is at least, in percent of the start price.</summary>
    public const int BuyNowPercent = 130;

    /// <summary>A new leader within this time of the end moves the end to so long after the bid.</summary>
    public TimeSpan SoftClose { get; init; } = TimeSpan.FromMinutes(2);

    public int MostExtensions { get; init; } = 30;

    /// <summary>What the closer waits beyond the end, for bids that were received in time and are still on their way to the row.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>With more time left than this a bid may be retracted freely.</summary>
    public TimeSpan RetractFreely { get; init; } = TimeSpan.FromHours(12);

    /// <summary>With less, only so soon after it was made.</summary>
    public TimeSpan RetractWithin { get; init; } = TimeSpan.FromHours(1);

    public TimeSpan ShortestRun { get; init; } = TimeSpan.FromMinutes(10);

    public TimeSpan LongestRun { get; init; } = TimeSpan.FromDays(30);

    /// <summary>What is left at least of an auction whose end fell into an outage, from the restart.</summary>
    public TimeSpan LeastAfterOutage { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a runner-up may think about an offer.</summary>
    public TimeSpan OfferStands { get; init; } = TimeSpan.FromHours(48);
}
