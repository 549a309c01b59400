using Madang.Auctions.Domain;
using Madang.Auctions.Storage;
using Madang.Market;
using Madang.Platform.Web;
using Madang.Wallet;
using Npgsql;

namespace Madang.Auctions.Features;

/// <summary>A bid on its way into the lane.</summary>
internal sealed record BidCommand(BidWish Wish, string Key);

/// <summary>A bid that was taken, and the auction as its batch left it.</summary>
/// <param name="Bid">On record.</param>
/// <param name="Auction">After the whole batch: a bidder who led within it alone is told that he does not.</param>
internal sealed record BidAnswer(BidRow Bid, AuctionRow Auction)
{
    public bool Leads => Auction.State.Lead?.Bidder == Bid.BidderId;
}

/// <summary>
/// Decides bids of one auction in one transaction: locks the auction, reads blocks, opens the wallets, decides in memory, writes once. What is the same for a batch of one
/// and of many; the row's lock is all that it depends on, so any number of nodes may do it.
/// </summary>
internal sealed class DecideBids(IListings listings, IWallet wallet, Announce announce, TellOutbid outbid, SellAuction sell, AuctionRules rules, TimeProvider time)
{
    public async Task<IReadOnlyList<Result<BidAnswer>>> HandleAsync(NpgsqlTransaction tx, Guid auction, IReadOnlyList<BidCommand> commands, CancellationToken cancellation)
    {
        var (found, recorded) = await BidStore.LockAsync(
            tx, auction, [.. commands.Select(command => command.Wish.Bidder)], [.. commands.Select(command => command.Key)], cancellation);
        if (found is not { } before)
            return [.. commands.Select(_ => (Result<BidAnswer>)Refusals.Unknown)];

        var known = recorded.ToDictionary(bid => (bid.BidderId, bid.Key));
        var fresh = commands.Where(command => !known.ContainsKey((command.Wish.Bidder, command.Key))).ToList();
        var batch = fresh.Count == 0 ? null : await OpenAsync(tx, before, fresh, cancellation);
        var (state, bids) = (before.State, new List<BidRow>(fresh.Count));
        foreach (var command in fresh)
        {
            // Twice in one batch under one key: the first counts.
            if (known.ContainsKey((command.Wish.Bidder, command.Key)))
                continue;
            var decision = Bidding.Decide(state, command.Wish, batch!.Blocked.Contains(command.Wish.Bidder), batch.FreeOf(command.Wish.Bidder), rules);
            state = decision.After;
            var bid = Row(command, before, bids.Count + 1, decision);
            bids.Add(bid);
            known[(bid.BidderId, bid.Key)] = bid;
        }

        var after = before with { State = state, Entries = before.Entries + bids.Count };
        if (bids.Count > 0)
            after = await WriteAsync(tx, before, after, bids, batch!, cancellation);
        return [.. commands.Select(command => Answer(command, known[(command.Wish.Bidder, command.Key)], after))];
    }

    private async Task<OpenBatch> OpenAsync(NpgsqlTransaction tx, AuctionRow before, List<BidCommand> fresh, CancellationToken cancellation)
    {
        var blocked = await listings.BlockedBy(tx, before.State.Seller, [.. fresh.Select(command => command.Wish.Bidder).Distinct()]);
        // Who is refused whatever his points are, is refused without a look at them. Being late is not final: a bid before it in the batch may move the end.
        var endless = before.State with { EndsAt = DateTimeOffset.MaxValue };
        var hopeful = fresh.Where(command => Bidding.BeforeMoney(endless, command.Wish, blocked.Contains(command.Wish.Bidder), rules) is null).ToList();
        if (hopeful.Count == 0)
            return new(null, blocked, before, []);
        var buys = hopeful.Exists(command => command.Wish.Kind == BidKind.BuyNow);
        if (buys)
            await listings.Lock(tx, before.Id);
        var members = hopeful.Select(command => command.Wish.Bidder).ToHashSet();
        var bidders = members.ToHashSet();
        if (before.State.Lead is { } lead)
            members.Add(lead.Bidder);
        return new(await wallet.Open(tx, new WalletScope(members, [], before.Hold is { } hold ? [hold] : [], Escrow: buys), cancellation), blocked, before, bidders);
    }

    private BidRow Row(BidCommand command, AuctionRow before, int nth, BidDecision decision) => new()
    {
        Id = command.Wish.Id,
        AuctionId = before.Id,
        Number = before.Entries + nth,
        BidderId = command.Wish.Bidder,
        Mask = command.Wish.Mask,
        Kind = BidRow.Word(command.Wish.Kind),
        Maximum = command.Wish.Maximum,
        Key = command.Key,
        Outcome = decision.Refusal?.Code ?? BidRow.Accepted,
        Figure = decision.Refusal is { } refusal ? Refusals.FigureOf(refusal) : null,
        PriceAfter = decision.After.Price,
        ReceivedAt = command.Wish.ReceivedAt,
        DecidedAt = time.GetUtcNow(),
    };

    private async Task<AuctionRow> WriteAsync(NpgsqlTransaction tx, AuctionRow before, AuctionRow after, List<BidRow> bids, OpenBatch batch, CancellationToken cancellation)
    {
        if (after.State == before.State)
        {
            await BidStore.WriteAsync(tx, after, bids, cancellation);
            return after;
        }
        var hold = Holds.Move(batch.Wallet!, after, before.State.Lead, before.Hold, after.State.Lead);
        after = after with { Hold = hold };
        await batch.Wallet!.Write(cancellation);
        if (after.State.Phase == Phase.Sold)
        {
            // The row is live until there is an order; what the buyer replaced is on record before it.
            await BidStore.WriteAsync(tx, after with { State = after.State with { Phase = Phase.Live } }, bids, cancellation);
            after = await sell.HandleAsync(tx, after, SoldBy.BuyNow);
        }
        else
        {
            await BidStore.WriteAsync(tx, after, bids, cancellation);
            await listings.Show(tx, after.Id, new Standing(after.State.Price, after.State.Bids, after.State.EndsAt));
        }
        if (before.State.Lead is { } led && led.Bidder != after.State.Lead!.Bidder)
            await outbid.EnqueueAsync(tx, after.Id, led.Bidder, cancellation);
        await announce.PublishAsync(tx, after, cancellation);
        return after;
    }

    private static Result<BidAnswer> Answer(BidCommand command, BidRow bid, AuctionRow after) =>
        bid.Kind != BidRow.Word(command.Wish.Kind) || bid.Maximum != command.Wish.Maximum ? Refusals.KeyReused
        : bid.IsAccepted ? new BidAnswer(bid, after)
        : Refusals.Of(bid.Outcome, bid.Figure, bid.Maximum);

    /// <summary>What the decisions of a batch depend on beside the auction.</summary>
    private sealed class OpenBatch(IWalletBatch? wallet, IReadOnlySet<Guid> blocked, AuctionRow before, HashSet<Guid> bidders)
    {
        public IWalletBatch? Wallet => wallet;

        public IReadOnlySet<Guid> Blocked => blocked;

        /// <summary>What a bidder could set aside for this auction: at most one hold of it exists at a time, so within a batch nothing else takes from it.</summary>
        public long FreeOf(Guid bidder) =>
            !bidders.Contains(bidder) ? 0
            : wallet!.Available(bidder) + (before.State.Lead is { } lead && lead.Bidder == bidder ? lead.Maximum : 0);
    }
}
