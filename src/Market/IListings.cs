using Madang.Platform.Web;
using Npgsql;

namespace Madang.Market;

/// <summary>Listings, for the modules that sell them.</summary>
/// <remarks>
/// Lock order of everything that sells: the seller's row first (<c>auctions.auction</c>), then the listing, then the wallet. So whoever ends a listing has locked
/// its auction before.
/// </remarks>
public interface IListings
{
    /// <summary>A listing in whatever state; null when there is none. Drafts too: who may see it is the caller's to decide.</summary>
    /// <param name="id">The listing.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<Listing?> Find(Guid id, CancellationToken cancellation = default);

    /// <summary>Many at once, such as those of a page; who is not there is not in the answer.</summary>
    /// <param name="ids">Their ids; the same may come twice.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<IReadOnlyDictionary<Guid, Listing>> FindMany(IReadOnlyCollection<Guid> ids, CancellationToken cancellation = default);

    /// <summary>Reads and locks a listing until the transaction ends; null when there is none.</summary>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="id">The listing.</param>
    Task<Listing?> Lock(NpgsqlTransaction transaction, Guid id);

    /// <summary>
    /// Moves a listing to another state and locks it: live to sold or unsold, sold to unsold when its sale is called off, and unsold to sold when the runner-up takes it, unless it was
    /// listed again meanwhile.
    /// </summary>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="id">The listing.</param>
    /// <param name="to"><see cref="ListingState.Sold"/> or <see cref="ListingState.Unsold"/>.</param>
    /// <returns>The listing as it is now; 404 <c>listing.unknown</c>, or 409 <c>listing.not_live</c> when somebody was faster.</returns>
    Task<Result<Listing>> End(NpgsqlTransaction transaction, Guid id, ListingState to);

    /// <summary>Brings the numbers of a live listing up to date, by which it is found and sorted. They lie in a row of their own, which no edit and no view touches.</summary>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="id">The listing.</param>
    /// <param name="standing">The numbers.</param>
    Task Show(NpgsqlTransaction transaction, Guid id, Standing standing);

    /// <summary>The same as one of several statements that make one round trip.</summary>
    /// <param name="statements">Of the open transaction; the caller executes them.</param>
    /// <param name="id">The listing.</param>
    /// <param name="standing">The numbers.</param>
    void Show(NpgsqlBatch statements, Guid id, Standing standing);

    /// <summary>The seller lowered the reserve of a live auction: what the listing was written with follows. The auction is locked.</summary>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="id">The listing.</param>
    /// <param name="reserve">In minor units; null: none any more.</param>
    Task LowerReserve(NpgsqlTransaction transaction, Guid id, long? reserve);

    /// <summary>Which of these members a seller has blocked: they may neither bid on his listings, buy nor ask.</summary>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="seller">The seller.</param>
    /// <param name="members">Who wishes to.</param>
    Task<IReadOnlySet<Guid>> BlockedBy(NpgsqlTransaction transaction, Guid seller, IReadOnlyCollection<Guid> members);
}

/// <summary>A listing, as far as who sells it needs to know. Its id is also that of its auction: relisting makes a new one.</summary>
/// <param name="Id">Stable.</param>
/// <param name="Seller">The member who offers it.</param>
/// <param name="Kind">Art or goods.</param>
/// <param name="Title">1 to 80 letters.</param>
/// <param name="Way">How it is sold.</param>
/// <param name="Price">The fixed price, in minor units; null for an auction, and while a draft has none.</param>
/// <param name="Auction">The terms of the auction; null for a fixed price, and while a draft has none. The reserve in it is the seller's secret.</param>
/// <param name="State">Where it stands.</param>
/// <param name="PublishedAt">Since when it is to be seen; null for a draft.</param>
/// <param name="PictureUrl">Its first picture as a square of 320 pixels, from the root; null while a draft has none.</param>
public sealed record Listing(
    Guid Id, Guid Seller, ListingKind Kind, string Title, SaleWay Way, long? Price, AuctionTerms? Auction, ListingState State, DateTimeOffset? PublishedAt, string? PictureUrl)
{
    /// <summary>It was listed again: there is a copy, and this one is never sold.</summary>
    public bool IsRelisted { get; init; }
}

/// <summary>What an auction starts with, as the seller wrote it. Amounts in minor units.</summary>
/// <param name="StartPrice">The least first bid.</param>
/// <param name="Reserve">Below it nothing is sold; nobody but the seller sees it; null: none.</param>
/// <param name="BuyNow">At this price it is sold at once, until there are bids; null: not offered.</param>
/// <param name="StartsAt">The first moment of a bid.</param>
/// <param name="EndsAt">The first moment that is too late.</param>
public sealed record AuctionTerms(long StartPrice, long? Reserve, long? BuyNow, DateTimeOffset StartsAt, DateTimeOffset EndsAt);

/// <summary>The numbers of a listing by which it is found and sorted.</summary>
/// <param name="Price">What it costs now, in minor units: the fixed price, or the auction's.</param>
/// <param name="Bids">How many bids were accepted and stand.</param>
/// <param name="EndsAt">When its auction ends as things are; null for a fixed price.</param>
public sealed record Standing(long Price, int Bids, DateTimeOffset? EndsAt);

/// <summary>What is offered.</summary>
public enum ListingKind
{
    /// <summary>A work of art.</summary>
    Art,

    /// <summary>Second-hand goods.</summary>
    Goods,
}

/// <summary>How a listing is sold.</summary>
public enum SaleWay
{
    /// <summary>At a fixed price, to who comes first.</summary>
    Fixed,

    /// <summary>To the highest bidder.</summary>
    Auction,
}

/// <summary>Where a listing stands.</summary>
public enum ListingState
{
    /// <summary>Its seller alone sees it.</summary>
    Draft,

    /// <summary>To be seen; an auction may be yet to start.</summary>
    Live,

    /// <summary>Somebody bought it.</summary>
    Sold,

    /// <summary>The auction ended without a sale, or the sale was called off. It can be relisted.</summary>
    Unsold,

    /// <summary>Its seller took it back.</summary>
    Withdrawn,

    /// <summary>The operator took it down.</summary>
    TakenDown,
}
