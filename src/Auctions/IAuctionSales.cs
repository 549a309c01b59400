using Npgsql;

namespace Madang.Auctions;

/// <summary>What becomes of an auction that sold: the module that keeps orders implements this.</summary>
public interface IAuctionSales
{
    /// <summary>
    /// Makes the order and pays it from the buyer's hold, in the transaction that ends the auction: both or none. The listing is already marked as sold; the auction,
    /// the listing and the buyer's wallet are locked.
    /// </summary>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="sale">What was sold.</param>
    /// <returns>The order's id.</returns>
    Task<Guid> Sold(NpgsqlTransaction transaction, AuctionSale sale);
}

/// <summary>An auction's outcome.</summary>
/// <param name="Listing">The listing, which is also the auction.</param>
/// <param name="Title">What it was called then.</param>
/// <param name="Seller">Who sold it.</param>
/// <param name="Buyer">Who bought it.</param>
/// <param name="Price">What it costs, in minor units; no more than the hold.</param>
/// <param name="Hold">The buyer's hold, which pays it.</param>
/// <param name="By">How it came about.</param>
public sealed record AuctionSale(Guid Listing, string Title, Guid Seller, Guid Buyer, long Price, Guid Hold, SoldBy By);

/// <summary>How an auction sold.</summary>
public enum SoldBy
{
    /// <summary>To the highest bidder at its end.</summary>
    Bidding,

    /// <summary>At the buy-now price, before its end.</summary>
    BuyNow,

    /// <summary>To a runner-up whom the seller offered it to.</summary>
    SecondChance,
}
