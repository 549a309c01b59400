using Dapper;
using Madang.Accounts;
using Madang.Images;
using Madang.Market.Domain;
using Madang.Market.Storage;
using Madang.Platform.Web;
using Npgsql;

namespace Madang.Market.Features;

/// <summary>A listing with all around it, as the one who looks may see it: a draft and what was taken down only by its seller and the operator, the reserve by its seller alone.</summary>
internal sealed class ShowListing(NpgsqlDataSource source, ListingStore store, Sellers sellers, IPictures pictures)
{
    public async Task<Result<ListingResource>> HandleAsync(Guid id, Caller? caller, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { } row)
            return ListingFailures.Unknown;
        var mine = caller?.MemberId == row.SellerId;
        if (!row.IsPublic && !mine && caller is not { IsOperator: true })
            return ListingFailures.Unknown;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var numbers = await Numbers.OfAsync(connection, id, caller?.MemberId, cancellation);
        await connection.CloseAsync();
        var content = row.Content;
        return new ListingResource(
            row.Id, await sellers.FindAsync(row.SellerId, cancellation), row.Stands, content.Kind, content.Title, content.Description, content.Category, content.Condition, content.Hashtags,
            [.. content.Pictures.Select(picture => UploadPictures.Resource(pictures, picture))], content.Way, content.Price,
            content.Way is SaleWay.Auction
                ? new AuctionTermsResource(content.Auction.StartPrice, mine ? content.Auction.Reserve : null, content.Auction.BuyNow, content.Auction.StartsAt, content.Auction.EndsAt)
                : null,
            numbers.Price is { } price ? new Standing(price, numbers.Bids, numbers.EndsAt) : null, numbers.Likes, numbers.Views, numbers.Liked,
            row.CreatedAt, row.PublishedAt, row.EndedAt, row.RelistedFrom, row.TakenDownReason);
    }
}

/// <summary>Sellers as buyers see them.</summary>
internal sealed class Sellers(IMembers members, IReputations reputations)
{
    public async Task<SellerResource> FindAsync(Guid id, CancellationToken cancellation)
    {
        var member = await members.Find(id, cancellation);
        var known = (await reputations.Of([id], cancellation)).GetValueOrDefault(id) ?? Reputation.Newcomer;
        return new SellerResource(id, member?.Nickname, member?.PictureUrl, known.Trust, known.Reviews, known.Sales);
    }
}

/// <summary>Where no module keeps reviews everybody is a newcomer.</summary>
internal sealed class NoReputations : IReputations
{
    public Task<IReadOnlyDictionary<Guid, Reputation>> Of(IReadOnlyCollection<Guid> members, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyDictionary<Guid, Reputation>>(members.Distinct().ToDictionary(member => member, _ => Reputation.Newcomer));
}

/// <summary>A member's own listings, the newest first, drafts and all.</summary>
internal sealed class MyListings(NpgsqlDataSource source, Cards cards)
{
    public async Task<ListingPage> ListAsync(Guid seller, IReadOnlyCollection<ListingState> states, Cursor? after, int limit, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var rows = (await connection.QueryAsync<CardRow>(new(
            $"""
             select {CardRow.Columns} from {CardRow.Tables}
             where l.seller_id = @seller and (@states = '{"{}"}' or l.state = any(@states)) and (@Id::uuid is null or l.id < @Id)
             order by l.id desc limit @take
             """,
            new { seller, states = states.Select(state => state.Code()).ToArray(), after?.Id, take = limit + 1 }, cancellationToken: cancellation))).AsList();
        await connection.CloseAsync();
        var shown = await cards.OfAsync([.. rows.Take(limit)], seller, cancellation);
        // The id grows with time and is the whole key; the time in the cursor is for its form alone.
        return new ListingPage(shown, rows.Count > limit ? new Cursor(rows[limit - 1].UpdatedAt, rows[limit - 1].Id).ToString() : null);
    }
}
