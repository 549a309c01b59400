using Madang.Auctions.Domain;
using Madang.Auctions.Storage;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Npgsql;

namespace Madang.Auctions.Features;

/// <summary>
/// Somebody led and does not any more. He is told a moment later, if it is still so: of two who outbid each other again and again, each is told once. A bid costs the
/// lane a row that is there already as a rule, and no message.
/// </summary>
internal sealed class TellOutbid(NpgsqlDataSource source, WorkQueue queue, INotifications notifications, AuctionRules rules, TimeProvider time) : IWorkHandler<TellOutbid.Job>
{
    public const string Kind = "auctions.outbid";

    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(1);

    public Task EnqueueAsync(NpgsqlTransaction tx, Guid auction, Guid bidder, CancellationToken cancellation) =>
        queue.Enqueue(tx, Kind, new Job(auction, bidder), $"{auction}:{bidder}", time.GetUtcNow() + Breath, cancellation);

    /// <summary>The same as one of several statements that make one round trip.</summary>
    public void Enqueue(NpgsqlBatch statements, Guid auction, Guid bidder) =>
        queue.Enqueue(statements, Kind, new Job(auction, bidder), $"{auction}:{bidder}", time.GetUtcNow() + Breath);

    /// <summary>Reads under the auction's lock and ends the job with it: a bid that comes meanwhile waits for the lock, and finds no job in its way then.</summary>
    public Task Handle(Job payload, WorkContext context, CancellationToken ct) => source.InTransaction(async tx =>
    {
        var row = await AuctionStore.LockAsync(tx, payload.Auction);
        if (row is { State: { Phase: Phase.Live, Lead: { } lead } } && lead.Bidder != payload.Bidder)
            await notifications.Notify(tx, payload.Bidder, Kind, new { row.Title, row.State.Price, Minimum = row.State.Minimum(rules.Increments), Auction = row.Id }, row.Id.ToString());
        await context.Complete(tx, ct);
    }, ct);

    internal sealed record Job(Guid Auction, Guid Bidder);
}
