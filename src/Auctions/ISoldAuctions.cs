using Npgsql;

namespace Madang.Auctions;

/// <summary>Auctions that sold, for the module that keeps their orders.</summary>
public interface ISoldAuctions
{
    /// <summary>
    /// The sale of an auction is called off: watchers see it, and its seller may ask the runner-up. Locks the auction, so call it before anything locks the listing.
    /// Nothing happens to an auction that was sold anew since.
    /// </summary>
    /// <param name="transaction">The open transaction, in which the order is locked and the listing not yet.</param>
    /// <param name="listing">The listing, which is also the auction.</param>
    /// <param name="order">The order that ended without a sale.</param>
    Task CalledOff(NpgsqlTransaction transaction, Guid listing, Guid order);
}
