using Madang.Auctions.Domain;
using Madang.Auctions.Storage;
using Madang.Market;
using Madang.Notifications;
using Madang.Wallet;
using Npgsql;

namespace Madang.Auctions.Features;

/// <summary>
/// Bids that are not to stand any more: price and leader follow from those that are left, replayed in their order. Who would lead again must have the points for it
/// still; a bid that its bidder's points no longer cover is void, and the replay goes on without it. The end of the auction stays where it was announced.
/// </summary>
internal sealed class UndoBids(IListings listings, IWallet wallet, INotifications notifications, TellOutbid outbid, Announce announce, AuctionRules rules, TimeProvider time)
{
    public const string LeadingKind = "auctions.leading_again";
    public const string UncoveredKind = "auctions.uncovered";

    /// <summary>The auction is locked, live, and has these bids standing.</summary>
    public async Task<AuctionRow> HandleAsync(NpgsqlTransaction tx, AuctionRow row, Func<StandingBid, bool> which, string why, CancellationToken cancellation)
    {
        var all = await BidStore.StandingAsync(tx, row.Id);
        var undone = all.Where(which).Select(bid => bid.Id).ToHashSet();
        var left = all.Where(bid => !undone.Contains(bid.Id)).ToList();
        // Whoever may come to lead, all at once: a second look at the wallet could name nobody new.
        var members = left.Select(bid => bid.Bidder).ToHashSet();
        if (row.State.Lead is { } led)
            members.Add(led.Bidder);
        var batch = await wallet.Open(tx, new WalletScope(members, [], row.Hold is { } held ? [held] : []), cancellation);

        // The leader is always the first of the highest: from the top down, whatever is not covered is void, and one replay does for all. The sort is stable.
        var uncovered = left.OrderByDescending(bid => bid.Maximum).TakeWhile(bid => bid.Maximum > Free(bid.Bidder)).ToList();
        var state = row.State.Replayed(left.Except(uncovered), rules.Increments);

        var after = row with { State = state, Hold = Holds.Move(batch, row, row.State.Lead, row.Hold, state.Lead) };
        await batch.Write(cancellation);
        var now = time.GetUtcNow();
        await BidStore.UndoAsync(tx, undone, why, now);
        await BidStore.UndoAsync(tx, [.. uncovered.Select(bid => bid.Id)], "uncovered", now);
        await AuctionStore.SaveAsync(tx, after);
        await listings.Show(tx, after.Id, new Standing(after.State.Price, after.State.Bids, after.State.EndsAt));
        await TellAsync(tx, row, after, [.. uncovered.Select(bid => bid.Bidder).Distinct()], cancellation);
        await announce.PublishAsync(tx, after, cancellation);
        return after;

        long Free(Guid bidder) => batch.Available(bidder) + (row.State.Lead is { } before && before.Bidder == bidder ? before.Maximum : 0);
    }

    private async Task TellAsync(NpgsqlTransaction tx, AuctionRow before, AuctionRow after, List<Guid> uncovered, CancellationToken cancellation)
    {
        if (uncovered.Count > 0)
            await notifications.NotifyAll(tx, uncovered, UncoveredKind, new { after.Title, Auction = after.Id }, after.Id.ToString());
        if (after.State.Lead is { } lead && lead.Bidder != before.State.Lead?.Bidder)
            await notifications.Notify(tx, lead.Bidder, LeadingKind, new { after.Title, after.State.Price, Auction = after.Id }, after.Id.ToString());
        // Who led by a bid that is void, and has others that stand, may wish to know that they do not lead.
        if (before.State.Lead is { } led && led.Bidder != after.State.Lead?.Bidder)
            await outbid.EnqueueAsync(tx, after.Id, led.Bidder, cancellation);
    }
}
