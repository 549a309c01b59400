using Madang.Accounts;
using Madang.Auctions.Domain;
using Madang.Auctions.Storage;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Npgsql;

namespace Madang.Auctions.Features;

/// <summary>
/// A member who is suspended bids no more: his bids in auctions that are not over are void, as if retracted, whatever the time. Once with the suspension, and once more a
/// little later, for a request of his that was let in before it and decided after.
/// </summary>
internal sealed class SuspendedBidders(NpgsqlDataSource source, WorkQueue queue, BidStore bids, UndoBids undo, TimeProvider time) : IWhenSuspended, IWorkHandler<SuspendedBidders.Job>
{
    public const string Kind = "auctions.void_bids";

    private static readonly TimeSpan Later = TimeSpan.FromMinutes(1);

    public async Task Suspended(NpgsqlTransaction transaction, Guid member)
    {
        await queue.Enqueue(transaction, Kind, new Job(member));
        await queue.Enqueue(transaction, Kind, new Job(member), runAt: time.GetUtcNow() + Later);
    }

    public async Task Handle(Job payload, WorkContext context, CancellationToken ct)
    {
        foreach (var auction in await bids.LiveAuctionsOfAsync(payload.Member, ct))
            await source.InTransaction(async tx =>
            {
                if (await AuctionStore.LockAsync(tx, auction) is { State.Phase: Phase.Live } row)
                    await undo.HandleAsync(tx, row, bid => bid.Bidder == payload.Member, "suspended", ct);
            }, ct);
    }

    internal sealed record Job(Guid Member);
}
