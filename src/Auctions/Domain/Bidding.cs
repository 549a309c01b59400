using Madang.Platform.Web;

namespace Madang.Auctions.Domain;

internal enum BidKind
{
    /// <summary>Up to a maximum.</summary>
    Bid,

    /// <summary>At the buy-now price, at once.</summary>
    BuyNow,
}

/// <summary>What a bidder wishes.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Bidder">The member.</param>
/// <param name="Mask">What others see of his name.</param>
/// <param name="Kind">A bid, or buy now.</param>
/// <param name="Maximum">In minor units.</param>
/// <param name="ReceivedAt">When the node at the edge had all of it. That time counts, whenever it is decided.</param>
internal sealed record BidWish(Guid Id, Guid Bidder, string Mask, BidKind Kind, long Maximum, DateTimeOffset ReceivedAt);

/// <summary>The auction after a bid, and why it was refused.</summary>
internal readonly record struct BidDecision(Auction After, Failure? Refusal);

/// <summary>Whether a bid is good, and what becomes of the auction by it.</summary>
internal static class Bidding
{
    /// <param name="auction">As it stands.</param>
    /// <param name="wish">The bid.</param>
    /// <param name="blocked">The seller has blocked the bidder.</param>
    /// <param name="free">The bidder's points, with what this very auction holds of them.</param>
    /// <param name="rules">The house's rules.</param>
    public static BidDecision Decide(Auction auction, BidWish wish, bool blocked, long free, AuctionRules rules)
    {
        if ((BeforeMoney(auction, wish, blocked, rules) ?? Uncovered(wish, free)) is { } refusal)
            return new(auction, refusal);
        var bid = new StandingBid(wish.Id, wish.Bidder, wish.Maximum, wish.Mask);
        if (wish.Kind == BidKind.BuyNow)
            return new(auction with { Phase = Phase.Sold, Price = wish.Maximum, Lead = new(bid.Bidder, bid.Id, bid.Maximum, bid.Mask), Bids = auction.Bids + 1 }, null);
        var after = auction.With(bid, rules.Increments);
        return new(after.Lead!.Bidder == auction.Lead?.Bidder ? after : SoftClosed(after, wish.ReceivedAt, rules), null);
    }

    /// <summary>Everything but the points. Minimum and maximum only rise while bids come in, so who is too low at the start of a batch stays so.</summary>
    public static Failure? BeforeMoney(Auction auction, BidWish wish, bool blocked, AuctionRules rules)
    {
        if (auction.Phase != Phase.Live || wish.ReceivedAt >= auction.EndsAt)
            return Refusals.Ended;
        if (wish.ReceivedAt < auction.StartsAt)
            return Refusals.NotStarted;
        if (wish.Bidder == auction.Seller)
            return Refusals.Own;
        if (blocked)
            return Refusals.Blocked;
        if (wish.Maximum is < 1 or > AuctionRules.MostAmount)
            return Refusals.Amount;
        if (wish.Kind == BidKind.BuyNow)
            return !auction.OffersBuyNow ? Refusals.BuyNowGone : wish.Maximum != auction.BuyNow ? Refusals.BuyNowPrice(auction.BuyNow!.Value) : null;
        if (auction.Lead is { } lead && lead.Bidder == wish.Bidder)
            return wish.Maximum <= lead.Maximum ? Refusals.NotHigher : null;
        var minimum = auction.Minimum(rules.Increments);
        return wish.Maximum < minimum ? Refusals.TooLow(minimum) : null;
    }

    private static Failure? Uncovered(BidWish wish, long free) => free < wish.Maximum ? Refusals.Insufficient(Math.Max(0, free), wish.Maximum) : null;

    private static Auction SoftClosed(Auction auction, DateTimeOffset receivedAt, AuctionRules rules)
    {
        var end = receivedAt + rules.SoftClose;
        return end > auction.EndsAt && auction.Extensions < rules.MostExtensions ? auction with { EndsAt = end, Extensions = auction.Extensions + 1 } : auction;
    }
}
