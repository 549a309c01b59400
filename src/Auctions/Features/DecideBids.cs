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
    /// <summary>How many of those who bid most have their wallets locked at first.</summary>
    public const int Contenders = 4;

    /// <param name="tx">A transaction in which nothing else is done.</param>
    /// <param name="auction">The auction.</param>
    /// <param name="commands">In the order in which they are decided.</param>
    /// <param name="contenders">How many of those who bid most have their wallets locked: <see cref="Contenders"/>, or all of them.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>An answer for each; or null, with nothing written: no contender has his points, so all are to be locked, in one call of a new transaction.</returns>
    public async Task<IReadOnlyList<Result<BidAnswer>>?> HandleAsync(
        NpgsqlTransaction tx, Guid auction, IReadOnlyList<BidCommand> commands, int contenders, CancellationToken cancellation)
    {
        // A repeat may wait beside what it repeats.
        var asked = commands.Select(command => (command.Wish.Bidder, command.Key)).Distinct().ToList();
        var (found, recorded) = await BidStore.LockAsync(tx, auction, [.. asked.Select(one => one.Bidder)], [.. asked.Select(one => one.Key)], cancellation);
        if (found is not { } before)
            return [.. commands.Select(_ => (Result<BidAnswer>)Refusals.Unknown)];

        var known = recorded.ToDictionary(bid => (bid.BidderId, bid.Key));
        // Twice in one batch under one key: the first counts.
        var fresh = commands.Where(command => !known.ContainsKey((command.Wish.Bidder, command.Key))).DistinctBy(command => (command.Wish.Bidder, command.Key)).ToList();
        var after = before;
        if (fresh.Count > 0)
        {
            var batch = await OpenAsync(tx, before, fresh, contenders, cancellation);
            var (bids, decided) = Decide(before, fresh, batch);
            if (!batch.IsMovable(decided.State.Lead))
                return null;
            foreach (var bid in bids)
                known[(bid.BidderId, bid.Key)] = bid;
            after = await WriteAsync(tx, before, decided, bids, batch, cancellation);
        }
        return [.. commands.Select(command => Answer(command, known[(command.Wish.Bidder, command.Key)], after))];
    }

    private async Task<OpenBatch> OpenAsync(NpgsqlTransaction tx, AuctionRow before, List<BidCommand> fresh, int contenders, CancellationToken cancellation)
    {
        var blocked = await listings.BlockedBy(tx, before.State.Seller, [.. fresh.Select(command => command.Wish.Bidder).Distinct()]);
        // Who is refused whatever his points are, is refused without a look at them. Being late is not final: a bid before it in the batch may move the end.
        var endless = before.State with { EndsAt = DateTimeOffset.MaxValue };
        var hopeful = fresh.ConvertAll(command => command.Wish).FindAll(wish => Bidding.BeforeMoney(endless, wish, blocked.Contains(wish.Bidder), rules) is null);
        if (hopeful.Count == 0)
            return new(null, blocked, before.State.Lead, [], []);
        var buys = hopeful.Exists(wish => wish.Kind == BidKind.BuyNow);
        if (buys)
            await listings.Lock(tx, before.Id);
        // The points of one bidder alone are set aside in the end, as a rule of who bids most: his wallet is locked, the others' are looked at.
        var bidders = hopeful.OrderByDescending(wish => wish.Kind).ThenByDescending(wish => wish.Maximum).Select(wish => wish.Bidder).Distinct().ToList();
        var locked = bidders.Take(contenders).ToHashSet();
        if (before.State.Lead is { } lead)
            locked.Add(lead.Bidder);
        var scope = new WalletScope(locked, [], before.Hold is { } hold ? [hold] : [], Escrow: buys) { Seen = [.. bidders.Except(locked)] };
        return new(await wallet.Open(tx, scope, cancellation), blocked, before.State.Lead, [.. bidders], locked);
    }

    private (List<BidRow> Bids, AuctionRow After) Decide(AuctionRow before, List<BidCommand> fresh, OpenBatch batch)
    {
        var (state, bids) = (before.State, new List<BidRow>(fresh.Count));
        foreach (var command in fresh)
        {
            var decision = Bidding.Decide(state, command.Wish, batch.Blocked.Contains(command.Wish.Bidder), batch.FreeOf(command.Wish.Bidder), rules);
            state = decision.After;
            bids.Add(Row(command, before, bids.Count + 1, decision));
        }
        return (bids, before with { State = state, Entries = before.Entries + bids.Count });
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
        await using var statements = new NpgsqlBatch(tx.Connection, tx);
        if (after.State == before.State)
        {
            BidStore.Write(statements, after, bids);
        }
        else
        {
            after = after with { Hold = Holds.Move(batch.Wallet!, after, before.State.Lead, before.Hold, after.State.Lead) };
            batch.Wallet!.Write(statements);
            if (after.State.Phase == Phase.Sold)
            {
                // The row is live until there is an order; what the buyer replaced is on record before it.
                BidStore.Write(statements, after with { State = after.State with { Phase = Phase.Live } }, bids);
                await statements.ExecuteNonQueryAsync(cancellation);
                statements.BatchCommands.Clear();
                after = await sell.HandleAsync(tx, after, SoldBy.BuyNow);
            }
            else
            {
                BidStore.Write(statements, after, bids);
                listings.Show(statements, after.Id, new Standing(after.State.Price, after.State.Bids, after.State.EndsAt));
            }
            if (before.State.Lead is { } led && led.Bidder != after.State.Lead!.Bidder)
                outbid.Enqueue(statements, after.Id, led.Bidder);
            announce.Publish(statements, after);
        }
        await statements.PrepareAsync(cancellation);
        await statements.ExecuteNonQueryAsync(cancellation);
        return after;
    }

    private static Result<BidAnswer> Answer(BidCommand command, BidRow bid, AuctionRow after) =>
        bid.Kind != BidRow.Word(command.Wish.Kind) || bid.Maximum != command.Wish.Maximum ? Refusals.KeyReused
        : bid.IsAccepted ? new BidAnswer(bid, after)
        : Refusals.Of(bid.Outcome, bid.Figure, bid.Maximum);

    /// <summary>What the decisions of a batch depend on beside the auction.</summary>
    private sealed class OpenBatch(IWalletBatch? wallet, IReadOnlySet<Guid> blocked, Lead? leader, HashSet<Guid> bidders, HashSet<Guid> locked)
    {
        public IWalletBatch? Wallet => wallet;

        public IReadOnlySet<Guid> Blocked => blocked;

        /// <summary>What a bidder could set aside for this auction: at most one hold of it exists at a time, so within a batch nothing else takes from it.</summary>
        public long FreeOf(Guid bidder) =>
            !bidders.Contains(bidder) ? 0 : wallet!.Available(bidder) + (bidder == leader?.Bidder ? leader.Maximum : 0);

        /// <summary>Whether points can be set aside for him: who led before does so already.</summary>
        public bool IsMovable(Lead? lead) => lead == leader || locked.Contains(lead!.Bidder);
    }
}
