using Madang.Accounts;
using Madang.Auctions.Storage;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Auctions.Features;

/// <summary>A member's own bids in his export; who leads, or sells, in an auction that is not over stays until it is, and who has an offer, until that is answered. The history stays for others, without a name.</summary>
internal sealed class AuctionsPersonalData(BidStore bids, WorkQueue queue, TimeProvider time) : IPersonalData
{
    public string Section => "auctions";

    public async Task<object?> Export(Guid member, CancellationToken cancellation) => await bids.AllOfAsync(member, cancellation) is { Count: > 0 } all
        ? new { Bids = all.Select(bid => new { bid.Id, Auction = bid.AuctionId, bid.Kind, bid.Maximum, bid.Outcome, bid.ReceivedAt, bid.UndoneAt, bid.UndoneWhy }).ToList() }
        : null;

    public async Task<Failure?> Hinders(NpgsqlTransaction transaction, Guid member) => await AuctionStore.IsBusyAsync(transaction, member)
        ? new Failure("auction.under_way", "You lead, or sell, in an auction that is not over, or a second chance that you offered, or were offered, waits for its answer; let that end first.", StatusCodes.Status409Conflict)
        : null;

    public async Task Erase(NpgsqlTransaction transaction, Guid member)
    {
        await BidStore.ForgetAsync(transaction, member);
        // Nobody may win by the bids of somebody who is gone. The auctions' locks are not for this transaction.
        await SuspendedBidders.EnqueueAsync(queue, transaction, member, time.GetUtcNow());
    }
}
