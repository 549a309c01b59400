namespace Madang.Auctions.Domain;

internal enum Phase
{
    /// <summary>Open for bids from its start to its end, and not closed yet.</summary>
    Live,

    Sold,

    Unsold,

    /// <summary>Taken back by its seller, or taken down by the operator.</summary>
    Withdrawn,

    /// <summary>It was sold, and the sale was called off: the order is known still, and the runner-up may be asked.</summary>
    Cancelled,
}

/// <summary>Who leads, by which bid, up to how much. The maximum is his secret.</summary>
/// <param name="Bidder">The member.</param>
/// <param name="Bid">The bid that says so.</param>
/// <param name="Maximum">In minor units.</param>
/// <param name="Mask">What others see of his name.</param>
internal sealed record Lead(Guid Bidder, Guid Bid, long Maximum, string Mask);

/// <summary>An auction as it stands. Amounts in minor units.</summary>
internal sealed record Auction
{
    public required Guid Id { get; init; }

    public required Guid Seller { get; init; }

    public required long StartPrice { get; init; }

    /// <summary>The seller's secret.</summary>
    public long? Reserve { get; init; }

    public long? BuyNow { get; init; }

    /// <summary>The first moment of a bid.</summary>
    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>The first moment that is too late.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    public Phase Phase { get; init; }

    /// <summary>What it would be sold for now; the start price while nobody bids.</summary>
    public required long Price { get; init; }

    public Lead? Lead { get; init; }

    /// <summary>How many accepted bids stand.</summary>
    public int Bids { get; init; }

    public int Extensions { get; init; }

    /// <summary>True without a reserve, too.</summary>
    public bool ReserveMet => Reserve is null || Lead?.Maximum >= Reserve;

    /// <summary>Until the first bid; where a reserve is set, until it is met.</summary>
    public bool OffersBuyNow => Phase == Phase.Live && BuyNow is not null && (Reserve is null ? Lead is null : !ReserveMet);

    /// <summary>The least that somebody else may bid now.</summary>
    public long Minimum(Increments increments) => Lead is null ? StartPrice : checked(Price + increments.At(Price));

    /// <summary>As it was before any bid; what was announced about its end stays.</summary>
    public Auction Empty() => this with { Price = StartPrice, Lead = null, Bids = 0 };

    /// <summary>
    /// One more bid stands: the price is the lesser of the highest maximum and the second one's next step; the first of equal maxima leads, at that price; raising one's
    /// own maximum changes neither. A maximum that reaches the reserve lifts the price to it. The price never falls.
    /// </summary>
    public Auction With(StandingBid bid, Increments increments)
    {
        var lead = new Lead(bid.Bidder, bid.Id, bid.Maximum, bid.Mask);
        var price = Price;
        if (Lead is { } before)
        {
            if (before.Bidder == bid.Bidder)
                lead = bid.Maximum > before.Maximum ? lead : before;
            else if (bid.Maximum > before.Maximum)
                price = Math.Max(price, Math.Min(bid.Maximum, checked(before.Maximum + increments.At(before.Maximum))));
            else
                (lead, price) = (before, Math.Max(price, Math.Min(before.Maximum, checked(bid.Maximum + increments.At(bid.Maximum)))));
        }
        if (Reserve is { } reserve && lead.Maximum >= reserve)
            price = Math.Max(price, reserve);
        return this with { Price = price, Lead = lead, Bids = checked(Bids + 1) };
    }

    /// <summary>As if these bids alone had been made, in this order. They were accepted once, so nothing of it is refused now.</summary>
    public Auction Replayed(IEnumerable<StandingBid> bids, Increments increments) =>
        bids.Aggregate(Empty(), (auction, bid) => auction.With(bid, increments));
}

/// <summary>An accepted bid that was neither retracted nor voided.</summary>
internal sealed record StandingBid(Guid Id, Guid Bidder, long Maximum, string Mask)
{
    public DateTimeOffset ReceivedAt { get; init; }
}
