using Madang.Auctions.Storage;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Npgsql;

namespace Madang.Auctions.Features;

/// <summary>
/// An auction was sold: everybody else whose bids stand learns that it is over and that nothing of his is set aside for it, above all who led until somebody bought at once.
/// A job of the sale's transaction, so that the end of a popular auction does not wait for a thousand messages.
/// </summary>
internal sealed class TellLosers(NpgsqlDataSource source, WorkQueue queue, INotifications notifications) : IWorkHandler<TellLosers.Job>
{
    public const string Kind = "auctions.tell_losers";
    public const string LostKind = "auctions.lost";

    public Task EnqueueAsync(NpgsqlTransaction tx, AuctionRow sold, Guid buyer) => queue.Enqueue(tx, Kind, new Job(sold.Id, buyer, sold.Title, sold.State.Price), sold.Id.ToString());

    /// <summary>Bids of an auction that is over stand as they are: no lock is needed.</summary>
    public Task Handle(Job payload, WorkContext context, CancellationToken ct) => source.InTransaction(async tx =>
    {
        if (await AuctionStore.BiddersAsync(tx, payload.Auction, but: payload.Buyer) is { Count: > 0 } losers)
            await notifications.NotifyAll(tx, losers, LostKind, new { payload.Title, payload.Price, payload.Auction }, payload.Auction.ToString());
        await context.Complete(tx, ct);
    }, ct);

    internal sealed record Job(Guid Auction, Guid Buyer, string Title, long Price);
}
