using Madang.Auctions.Domain;
using Madang.Auctions.Storage;
using Madang.Market;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Madang.Auctions.Features;

/// <summary>The end of an auction that sold: the listing is sold, the order made and paid from the hold (which tells both sides); with the caller's transaction or not at all.</summary>
internal sealed class SellAuction(IListings listings, IServiceProvider services, TellLosers losers, TimeProvider time)
{
    /// <summary>The auction is locked; its leader buys at its price, from its hold. His wallet and escrow are locked, or will be by the order.</summary>
    public Task<AuctionRow> HandleAsync(NpgsqlTransaction tx, AuctionRow row, SoldBy by) => HandleAsync(tx, row, by, row.State.Lead!.Bidder, row.State.Price, row.Hold!.Value);

    /// <summary>The same, to somebody else: a runner-up.</summary>
    public async Task<AuctionRow> HandleAsync(NpgsqlTransaction tx, AuctionRow row, SoldBy by, Guid buyer, long price, Guid hold)
    {
        var listing = (await listings.End(tx, row.Id, ListingState.Sold)).Value;
        // Asked for late: the module of orders stands above this one.
        var order = await services.GetRequiredService<IAuctionSales>().Sold(tx, new AuctionSale(row.Id, listing.Title, row.State.Seller, buyer, price, hold, by));
        // A runner-up buys at his own bid.
        var sold = (row with { State = row.State with { Price = price } }).Closed(Phase.Sold, time.GetUtcNow(), hold, order);
        await AuctionStore.SaveAsync(tx, sold);
        // With a second chance all the others have had their word, or none, when it ended the first time.
        if (by != SoldBy.SecondChance)
            await losers.EnqueueAsync(tx, sold, buyer);
        return sold;
    }
}
