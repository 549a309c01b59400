namespace Madang.Auctions.Domain;

/// <summary>Who may be offered what was not sold: the highest standing bid of anybody who did not buy it already and is a member still, at that bid; the first of equal ones.</summary>
internal static class RunnerUp
{
    public static StandingBid? Of(IEnumerable<StandingBid> inOrder, Guid? buyer, IReadOnlySet<Guid> blocked) => inOrder
        .Where(bid => bid.Bidder != buyer && bid.Mask != Mask.Nobody && !blocked.Contains(bid.Bidder))
        .Aggregate((StandingBid?)null, (best, bid) => best is null || bid.Maximum > best.Maximum ? bid : best);
}
