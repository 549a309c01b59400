using Madang.Accounts;
using Madang.Images;
using Madang.Market.Domain;
using Madang.Market.Storage;

namespace Madang.Market.Features;

/// <summary>A listing in a list.</summary>
/// <param name="Id">Stable.</param>
/// <param name="SellerId">Who offers it.</param>
/// <param name="Seller">The seller's nickname; absent when the seller left.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Kind">Art or goods.</param>
/// <param name="Way">Fixed price or auction.</param>
/// <param name="Title">Its title; empty in a draft without one.</param>
/// <param name="Category">The code of its category.</param>
/// <param name="Hashtags">Without their signs.</param>
/// <param name="Price">What it costs now, in minor units.</param>
/// <param name="Bids">How many bids stand.</param>
/// <param name="StartsAt">When its auction starts.</param>
/// <param name="EndsAt">When its auction ends as things are.</param>
/// <param name="Likes">How many members like it.</param>
/// <param name="Views">How often it was looked at.</param>
/// <param name="Liked">Whether you like it.</param>
/// <param name="PublishedAt">Since when it is to be seen.</param>
/// <param name="PictureUrl">Its first picture as a square of 320 pixels.</param>
/// <param name="LargePictureUrl">The same, of 640 pixels.</param>
public sealed record ListingCard(
    Guid Id, Guid SellerId, string? Seller, ListingState State, ListingKind Kind, SaleWay Way, string Title, string? Category, IReadOnlyList<string> Hashtags, long? Price, int Bids,
    DateTimeOffset? StartsAt, DateTimeOffset? EndsAt, int Likes, long Views, bool Liked, DateTimeOffset? PublishedAt, string? PictureUrl, string? LargePictureUrl);

/// <summary>A page of listings.</summary>
/// <param name="Items">The listings.</param>
/// <param name="Next">What to send as <c>after</c> for the next page; absent on the last.</param>
public sealed record ListingPage(IReadOnlyList<ListingCard> Items, string? Next);

/// <summary>Makes cards of rows: names and pictures come from the modules that keep them, in one question each.</summary>
internal sealed class Cards(IMembers members, IPictures pictures, LikeStore likes)
{
    public async Task<IReadOnlyList<ListingCard>> OfAsync(IReadOnlyList<CardRow> rows, Guid? viewer, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return [];
        var sellers = await members.FindMany([.. rows.Select(row => row.SellerId)], cancellation);
        var liked = viewer is { } member ? await likes.AmongAsync(member, [.. rows.Select(row => row.Id)], cancellation) : new HashSet<Guid>();
        return [.. rows.Select(row => new ListingCard(
            row.Id, row.SellerId, sellers.GetValueOrDefault(row.SellerId)?.Nickname, row.Stands, Codes.Read<ListingKind>(row.Kind), Codes.Read<SaleWay>(row.Way), row.Title, row.Category,
            row.Hashtags, row.Price, row.Bids, row.StartsAt, row.EndsAt, row.Likes, row.Views, liked.Contains(row.Id), row.PublishedAt,
            row.Picture is { } picture ? pictures.SquareUrl(picture, MarketListings.CoverSide) : null, row.Picture is { } large ? pictures.SquareUrl(large, 640) : null))];
    }
}
