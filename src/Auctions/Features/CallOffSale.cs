using Madang.Auctions.Domain;
using Madang.Auctions.Storage;
using Npgsql;

namespace Madang.Auctions.Features;

/// <summary>An order ended without a sale: what the auction says must follow. Its topic is only ever written by who has locked the auction, so nobody waits for it in a circle.</summary>
internal sealed class CallOffSale(Announce announce) : ISoldAuctions
{
    public async Task CalledOff(NpgsqlTransaction transaction, Guid listing, Guid order)
    {
        if (await AuctionStore.LockAsync(transaction, listing) is not { State.Phase: Phase.Sold } row || row.Order != order)
            return;
        var cancelled = row with { State = row.State with { Phase = Phase.Cancelled } };
        await AuctionStore.SaveAsync(transaction, cancelled);
        await announce.PublishAsync(transaction, cancelled);
    }
}
