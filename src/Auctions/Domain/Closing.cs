namespace Madang.Auctions.Domain;

/// <summary>A span of time in which no node was up, or none reached the database.</summary>
internal sealed record Outage(DateTimeOffset From, DateTimeOffset To);

/// <summary>What the closer does.</summary>
internal abstract record Close
{
    /// <summary>Nothing yet: look again then.</summary>
    internal sealed record Wait(DateTimeOffset Until) : Close;

    /// <summary>Its end fell into an outage: it goes on until then.</summary>
    internal sealed record Extend(DateTimeOffset Until) : Close;

    internal sealed record Sell : Close;

    internal sealed record Unsold : Close;
}

/// <summary>What becomes of a live auction when its time seems to have come.</summary>
internal static class Closing
{
    /// <param name="auction">Live.</param>
    /// <param name="now">The closer's clock.</param>
    /// <param name="lag">By how much the slowest clock of the living nodes is behind it: nobody is shut out by a clock that is fast.</param>
    /// <param name="outage">The outage that its end fell into.</param>
    /// <param name="rules">The house's rules.</param>
    public static Close Decide(Auction auction, DateTimeOffset now, TimeSpan lag, Outage? outage, AuctionRules rules)
    {
        var due = auction.EndsAt + rules.Grace + lag;
        if (now < due)
            return new Close.Wait(due);
        if (outage is not null && Covers(outage, auction.EndsAt))
            return new Close.Extend(EndAfter(auction, outage, rules));
        return auction is { Lead: not null, ReserveMet: true } ? new Close.Sell() : new Close.Unsold();
    }

    public static bool Covers(Outage outage, DateTimeOffset end) => outage.From < end && end <= outage.To;

    /// <summary>What the outage took of the auction's time is given back from the restart on, and ten minutes at least.</summary>
    public static DateTimeOffset EndAfter(Auction auction, Outage outage, AuctionRules rules)
    {
        var lost = auction.EndsAt - (auction.StartsAt > outage.From ? auction.StartsAt : outage.From);
        return outage.To + (lost > rules.LeastAfterOutage ? lost : rules.LeastAfterOutage);
    }
}
