using Madang.Platform.Web;
using Npgsql;

namespace Madang.Market;

/// <summary>A way to sell: the module that runs it implements this, one for each <see cref="SaleWay"/>.</summary>
public interface ISale
{
    /// <summary>Which way.</summary>
    SaleWay Way { get; }

    /// <summary>Why a listing cannot be published so, such as an auction that ends before it starts; null when nothing is against it. Says nothing else and does nothing.</summary>
    /// <param name="listing">The draft, with its price or terms.</param>
    /// <param name="now">The time.</param>
    Failure? Check(Listing listing, DateTimeOffset now);

    /// <summary>The listing goes live in this transaction, in which it is locked.</summary>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="listing">The listing, checked.</param>
    Task Open(NpgsqlTransaction transaction, Listing listing);

    /// <summary>The seller writes a live listing anew: other terms, or only another title, when the terms are those of before. Called before the listing is locked, so that what sells it is locked first.</summary>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="listing">The listing as it is wished, with the new price or terms.</param>
    /// <returns>Why not, such as 409 <c>auction.has_bids</c>; null: changed.</returns>
    Task<Failure?> Change(NpgsqlTransaction transaction, Listing listing);

    /// <summary>
    /// A live listing is to go: by its seller, or taken down by the operator, which nothing hinders. The operator takes down what is unsold, too. Called before the listing is locked.
    /// </summary>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="listing">The listing's id.</param>
    /// <param name="byOperator">True: bids are void and their points free again.</param>
    /// <returns>Why not; null: it is over.</returns>
    Task<Failure?> Withdraw(NpgsqlTransaction transaction, Guid listing, bool byOperator);

    /// <summary>What was not sold is to be listed again. Called before the listing is locked.</summary>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="listing">The listing's id.</param>
    /// <returns>Why not, such as 409 <c>auction.offer_open</c> while somebody was promised it; null: nothing of the sale is in the way.</returns>
    Task<Failure?> Relist(NpgsqlTransaction transaction, Guid listing);
}
