using Madang.Platform.Web;

namespace Madang.Auctions.Domain;

/// <summary>When a bidder may take a bid back: freely with more than twelve hours to go, later within an hour of the bid.</summary>
internal static class Retraction
{
    public static Failure? Refusal(Auction auction, DateTimeOffset bidAt, bool stands, DateTimeOffset now, AuctionRules rules) =>
        auction.Phase != Phase.Live || now >= auction.EndsAt ? Refusals.Ended
        : !stands ? Refusals.BidUndone
        : auction.EndsAt - now > rules.RetractFreely || now - bidAt <= rules.RetractWithin ? null
        : Refusals.RetractLate;
}
