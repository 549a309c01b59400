using Madang.Accounts;
using Madang.Auctions.Domain;
using Madang.Auctions.Storage;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Npgsql;

namespace Madang.Auctions.Features;

/// <summary>
/// A member who is suspended bids no more: his bids in auctions that are not over are void, as if retracted, whatever the time. Once with the suspension, and once more a
/// little later, for a request of his that was let in before it and decided after. What he bids after he was reinstated stands. Who leaves is treated the same.
/// </summary>
internal sealed class SuspendedBidders(NpgsqlDataSource source, WorkQueue queue, BidStore bids, UndoBids undo, TimeProvider time) : IWhenSuspended, IWorkHandler<SuspendedBidders.Job>
{
    public const string Kind = "auctions.void_bids";

    private static readonly TimeSpan Later = TimeSpan.FromMinutes(1);

    /// <summary>By so much the clock of the node that received a bid may be ahead.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    public Task Suspended(NpgsqlTransaction transaction, Guid member) => EnqueueAsync(queue, transaction, member, time.GetUtcNow());

    public static async Task EnqueueAsync(WorkQueue queue, NpgsqlTransaction tx, Guid member, DateTimeOffset now)
    {
        await queue.Enqueue(tx, Kind, new Job(member, now));
        await queue.Enqueue(tx, Kind, new Job(member, now), runAt: now + Later);
    }

    public async Task Handle(Job payload, WorkContext context, CancellationToken ct)
    {
        var until = payload.At + Slack;
        foreach (var auction in await bids.LiveAuctionsOfAsync(payload.Member, until, ct))
            await source.InTransaction(async tx =>
            {
                if (await AuctionStore.LockAsync(tx, auction) is { State.Phase: Phase.Live } row)
                    await undo.HandleAsync(tx, row, bid => bid.Bidder == payload.Member && (until is null || bid.ReceivedAt <= until), "suspended", ct);
            }, ct);
    }

    /// <summary>Without a time, as earlier versions wrote it: all his bids.</summary>
    internal sealed record Job(Guid Member, DateTimeOffset? At = null);
}
