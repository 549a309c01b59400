using Madang.Market.Domain;
using Madang.Platform.Web;

namespace Madang.Market.Features;

/// <summary>What a seller writes of a listing. Of a draft anything may be missing.</summary>
/// <param name="Kind">Art or goods.</param>
/// <param name="Title">At most 80 letters, one line.</param>
/// <param name="Description">At most 5000 letters.</param>
/// <param name="Category">A code of <c>GET /api/market/categories</c>, below the kind's.</param>
/// <param name="Condition">In what state goods are.</param>
/// <param name="Hashtags">1 to 10, with or without their signs.</param>
/// <param name="Pictures">1 to 12 in order, by their ids from <c>POST /api/listings/pictures</c>.</param>
/// <param name="Way">Fixed price or auction.</param>
/// <param name="Price">The fixed price, in minor units.</param>
/// <param name="Auction">The terms of an auction.</param>
public sealed record ListingRequest(
    ListingKind Kind, string? Title, string? Description, string? Category, Condition? Condition, IReadOnlyList<string>? Hashtags, IReadOnlyList<Guid>? Pictures,
    SaleWay Way, long? Price, AuctionTermsRequest? Auction)
{
    internal Result<ListingContent> Read() => ListingContent.Read(
        Kind, Title, Description, Category, Condition, Hashtags, Pictures, Way, Price,
        Auction is null ? null : new DraftTerms(Auction.StartPrice, Auction.Reserve, Auction.BuyNow, Auction.StartsAt, Auction.EndsAt));
}

/// <summary>The terms of an auction, amounts in minor units.</summary>
/// <param name="StartPrice">The least first bid.</param>
/// <param name="Reserve">Below it nothing is sold. Nobody but you sees it.</param>
/// <param name="BuyNow">At this price it is sold at once.</param>
/// <param name="StartsAt">Left out: when it is published.</param>
/// <param name="EndsAt">The first moment that is too late.</param>
public sealed record AuctionTermsRequest(long? StartPrice, long? Reserve, long? BuyNow, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt);

/// <summary>A listing with all that is to be seen of it.</summary>
/// <param name="Id">Stable; also the auction's id.</param>
/// <param name="Seller">Who offers it.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Kind">Art or goods.</param>
/// <param name="Title">Its title.</param>
/// <param name="Description">Plain text.</param>
/// <param name="Category">The code of its category.</param>
/// <param name="Condition">In what state goods are.</param>
/// <param name="Hashtags">Without their signs.</param>
/// <param name="Pictures">In order.</param>
/// <param name="Way">Fixed price or auction.</param>
/// <param name="Price">The fixed price.</param>
/// <param name="Auction">The terms of the auction.</param>
/// <param name="Standing">What it costs now; absent for a draft.</param>
/// <param name="Likes">How many members like it.</param>
/// <param name="Views">How often it was looked at, once a person and day.</param>
/// <param name="Liked">Whether you like it.</param>
/// <param name="CreatedAt">When its draft was made.</param>
/// <param name="PublishedAt">Since when it is to be seen.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="RelistedFrom">The listing that this one is a copy of.</param>
/// <param name="TakenDownReason">Why the operator took it down; for its seller.</param>
public sealed record ListingResource(
    Guid Id, SellerResource Seller, ListingState State, ListingKind Kind, string Title, string Description, string? Category, Condition? Condition, IReadOnlyList<string> Hashtags,
    IReadOnlyList<PictureResource> Pictures, SaleWay Way, long? Price, AuctionTermsResource? Auction, Standing? Standing, int Likes, long Views, bool Liked,
    DateTimeOffset CreatedAt, DateTimeOffset? PublishedAt, DateTimeOffset? EndedAt, Guid? RelistedFrom, string? TakenDownReason);

/// <summary>The terms of an auction as others see them.</summary>
/// <param name="StartPrice">The least first bid.</param>
/// <param name="Reserve">For the seller alone; absent for everybody else, whether there is one or not.</param>
/// <param name="BuyNow">At this price it is sold at once, while that is offered.</param>
/// <param name="StartsAt">The first moment of a bid; absent in a draft: when it is published.</param>
/// <param name="EndsAt">When it was to end; see the standing for when it does.</param>
public sealed record AuctionTermsResource(long? StartPrice, long? Reserve, long? BuyNow, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt);

/// <summary>Who sells.</summary>
/// <param name="Id">The member.</param>
/// <param name="Nickname">Absent when the member left.</param>
/// <param name="PictureUrl">A square picture of 96 pixels.</param>
/// <param name="Trust">The trust score in degrees, from 36.5 at the beginning.</param>
/// <param name="Reviews">How many reviews of the member are to be seen.</param>
/// <param name="Sales">How many sales went through.</param>
public sealed record SellerResource(Guid Id, string? Nickname, string? PictureUrl, decimal Trust, int Reviews, int Sales);

/// <summary>A picture.</summary>
/// <param name="Id">For <c>pictures</c> of a listing.</param>
/// <param name="Url">At most 1280 pixels wide, from the root.</param>
/// <param name="SquareUrl">A square of 320 pixels.</param>
public sealed record PictureResource(Guid Id, string Url, string SquareUrl);
