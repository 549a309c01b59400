using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Madang.Auctions.Domain;

/// <summary>Why not. None of them tells more than everybody sees, but for the caller's own points.</summary>
internal static class Refusals
{
    public static Failure Unknown => new("auction.unknown", "There is no such auction.", StatusCodes.Status404NotFound);

    public static Failure Ended => new("auction.ended", "The auction is over.", StatusCodes.Status409Conflict);

    public static Failure NotStarted => new("auction.not_started", "The auction has not started yet.");

    public static Failure Own => new("auction.own", "Nobody bids on what he sells himself.");

    public static Failure Blocked => new("auction.blocked", "The seller takes no bids of yours.", StatusCodes.Status403Forbidden);

    public static Failure Amount => new("auction.amount", $"A bid is a whole amount from 1 to {AuctionRules.MostAmount}.");

    public static Failure NotHigher => new("auction.not_higher", "You lead already; a new maximum must be above your old one.");

    public static Failure BuyNowGone => new("auction.buy_now_gone", "It can no longer be bought at once; there are bids.", StatusCodes.Status409Conflict);

    public static Failure HasBids => new("auction.has_bids", "There are bids already; price and time stay as they are.", StatusCodes.Status409Conflict);

    public static Failure NotSeller => new("auction.not_seller", "Only its seller may do this.", StatusCodes.Status403Forbidden);

    public static Failure KeyReused => new("auction.key_reused", "This idempotency key was used for another bid.", StatusCodes.Status409Conflict);

    public static Failure BidUnknown => new("auction.bid_unknown", "You have no such bid.", StatusCodes.Status404NotFound);

    public static Failure BidUndone => new("auction.bid_undone", "This bid does not stand any more.", StatusCodes.Status409Conflict);

    public static Failure RetractLate => new("auction.retract_late", "With twelve hours or less to go, a bid can be retracted within an hour only.");

    public static Failure ReserveRaised => new("auction.reserve_raised", "A reserve can only be lowered, to no less than the start price.");

    public static Failure NoOffer => new("auction.no_offer", "There is nothing to offer, or no offer that stands.", StatusCodes.Status409Conflict);

    public static Failure OfferOpen => new("auction.offer_open", "The runner-up has an offer that stands. List it again when it was declined or has run out.", StatusCodes.Status409Conflict);

    public static Failure TooLow(long minimum) => new("auction.too_low", $"The next bid is at least {minimum}.") { Extra = new Dictionary<string, object?> { ["minimum"] = minimum } };

    public static Failure BuyNowPrice(long price) => new("auction.buy_now_price", $"The buy-now price is {price}.") { Extra = new Dictionary<string, object?> { ["buyNow"] = price } };

    public static Failure Insufficient(long available, long needed) => new("wallet.insufficient", $"{available} is available, {needed} is needed.")
    {
        Extra = new Dictionary<string, object?> { ["available"] = available, ["needed"] = needed },
    };

    /// <summary>What a refused bid that is on record was told.</summary>
    /// <param name="code">Its code.</param>
    /// <param name="figure">The minimum, the buy-now price or the points that it was told.</param>
    /// <param name="maximum">What was wished.</param>
    public static Failure Of(string code, long? figure, long maximum) => code switch
    {
        "auction.ended" => Ended,
        "auction.not_started" => NotStarted,
        "auction.own" => Own,
        "auction.blocked" => Blocked,
        "auction.not_higher" => NotHigher,
        "auction.buy_now_gone" => BuyNowGone,
        "auction.buy_now_price" => BuyNowPrice(figure ?? 0),
        "auction.too_low" => TooLow(figure ?? 0),
        "wallet.insufficient" => Insufficient(figure ?? 0, maximum),
        _ => new Failure(code, "This bid was refused."),
    };

    /// <summary>The figure that <see cref="Of"/> needs again.</summary>
    public static long? FigureOf(Failure refusal) => refusal.Code switch
    {
        "auction.too_low" => (long?)refusal.Extra!["minimum"],
        "auction.buy_now_price" => (long?)refusal.Extra!["buyNow"],
        "wallet.insufficient" => (long?)refusal.Extra!["available"],
        _ => null,
    };
}
