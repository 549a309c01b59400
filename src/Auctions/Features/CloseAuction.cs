using Madang.Auctions.Domain;
using Madang.Auctions.Storage;
using Madang.Market;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Madang.Wallet;
using Npgsql;

namespace Madang.Auctions.Features;

/// <summary>
/// Ends an auction at its time, once, on whatever node: the lock of its row and its state see to that. One job waits for each live auction and ends in the transaction that
/// closes it; where the end was moved meanwhile, it goes on as one that waits for the new end. Mail and blobs are not asked: messages are rows.
/// </summary>
internal sealed class CloseAuction(
    NpgsqlDataSource source, WorkQueue queue, IListings listings, IWallet wallet, INotifications notifications, SellAuction sell, Announce announce, Pulse pulse, AuctionRules rules,
    TimeProvider time)
    : IWorkHandler<CloseAuction.Job>
{
    public const string Kind = "auctions.close";
    public const string UnsoldKind = "auctions.unsold";
    public const string ReserveKind = "auctions.reserve_not_met";
    public const string OutageKind = "auctions.outage";

    /// <summary>It must not be given up: what it waits for comes back.</summary>
    public static readonly WorkSettings Settings = new(MaxAttempts: 10_000, Concurrency: 4) { LongestDelay = TimeSpan.FromSeconds(30) };

    /// <summary>Live auctions have one such job each.</summary>
    public static Task EnqueueAsync(WorkQueue queue, NpgsqlTransaction tx, Guid auction, DateTimeOffset at) => queue.Enqueue(tx, Kind, new Job(auction), auction.ToString(), at);

    public async Task Handle(Job payload, WorkContext context, CancellationToken ct)
    {
        await pulse.EnsureFreshAsync(ct);
        await source.InTransaction(async tx =>
        {
            var next = await HandleAsync(tx, payload.Auction, ct);
            await context.Complete(tx, ct);
            // After the end of this one, whose key it has.
            if (next is { } again)
                await EnqueueAsync(queue, tx, payload.Auction, again);
        }, ct);
    }

    /// <summary>Null: nothing is left to do; else when to look again.</summary>
    private async Task<DateTimeOffset?> HandleAsync(NpgsqlTransaction tx, Guid auction, CancellationToken ct)
    {
        if (await AuctionStore.LockAsync(tx, auction) is not { State.Phase: Phase.Live } row)
            return null;
        var decision = Closing.Decide(row.State, time.GetUtcNow(), await pulse.LagAsync(tx), await pulse.OutageAtAsync(tx, row.State.EndsAt), rules);
        switch (decision)
        {
            case Close.Wait wait:
                return wait.Until;
            case Close.Extend extend:
                await ExtendAsync(tx, row, extend.Until);
                return extend.Until + rules.Grace;
            case Close.Sell:
                await listings.Lock(tx, auction);
                // Escrow too: whoever touches it locks it before the members.
                await wallet.Open(tx, new WalletScope([row.State.Lead!.Bidder], [], [row.Hold!.Value], Escrow: true), ct);
                await announce.PublishAsync(tx, await sell.HandleAsync(tx, row, SoldBy.Bidding), ct);
                return null;
            default:
                await EndUnsoldAsync(tx, row, ct);
                return null;
        }
    }

    private async Task EndUnsoldAsync(NpgsqlTransaction tx, AuctionRow row, CancellationToken ct)
    {
        var listing = (await listings.End(tx, row.Id, ListingState.Unsold)).Value;
        if (row.State.Lead is { } lead)
        {
            var batch = await wallet.Open(tx, new WalletScope([lead.Bidder], [], [row.Hold!.Value]), ct);
            Holds.Move(batch, row, lead, row.Hold, after: null);
            await batch.Write(ct);
            await notifications.Notify(tx, lead.Bidder, ReserveKind, new { listing.Title, Auction = row.Id }, row.Id.ToString());
        }
        var closed = row.Closed(Phase.Unsold, time.GetUtcNow());
        await AuctionStore.SaveAsync(tx, closed);
        await notifications.Notify(tx, row.State.Seller, UnsoldKind, new { listing.Title, Auction = row.Id }, row.Id.ToString());
        await announce.PublishAsync(tx, closed, ct);
    }

    private async Task ExtendAsync(NpgsqlTransaction tx, AuctionRow row, DateTimeOffset until)
    {
        var longer = row with { State = row.State with { EndsAt = until }, Outages = row.Outages + 1 };
        await AuctionStore.SaveAsync(tx, longer);
        await listings.Show(tx, row.Id, new Standing(row.State.Price, row.State.Bids, until));
        var concerned = (await BidStore.StandingAsync(tx, row.Id)).Select(bid => bid.Bidder).Append(row.State.Seller).Distinct().ToList();
        await notifications.NotifyAll(tx, concerned, OutageKind, new { row.Title, Auction = row.Id }, row.Id.ToString());
        await announce.PublishAsync(tx, longer);
    }

    internal sealed record Job(Guid Auction);
}

/// <summary>Says at its start that an auction is open. Bids do not wait for it: their time is all that counts.</summary>
internal sealed class OpenAuction(NpgsqlDataSource source, Announce announce, TimeProvider time) : IWorkHandler<OpenAuction.Job>
{
    public const string Kind = "auctions.open";

    public Task Handle(Job payload, WorkContext context, CancellationToken ct) => source.InTransaction(async tx =>
    {
        if (await AuctionStore.LockAsync(tx, payload.Auction) is { State.Phase: Phase.Live, OpenedAt: null } row && row.State.StartsAt <= time.GetUtcNow())
        {
            var open = row with { OpenedAt = time.GetUtcNow() };
            await AuctionStore.SaveAsync(tx, open);
            await announce.PublishAsync(tx, open, ct);
        }
        await context.Complete(tx, ct);
    }, ct);

    internal sealed record Job(Guid Auction);
}

/// <summary>Once a minute: a live auction that is overdue has a job again, whatever became of its own, such as one that an operator discarded.</summary>
internal sealed class SweepAuctions(NpgsqlDataSource source, AuctionStore auctions, WorkQueue queue, TimeProvider time) : IWorkHandler<SweepAuctions.Job>
{
    public const string Kind = "auctions.sweep";
    public const string Cron = "20 * * * * ?";

    private static readonly TimeSpan Overdue = TimeSpan.FromSeconds(30);

    public async Task Handle(Job payload, WorkContext context, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        foreach (var auction in await auctions.OverdueAsync(now - Overdue, ct))
            await source.InTransaction(tx => CloseAuction.EnqueueAsync(queue, tx, auction, now), ct);
    }

    internal sealed record Job;
}
