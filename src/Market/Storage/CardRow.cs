using Madang.Market.Domain;

namespace Madang.Market.Storage;

/// <summary>What a list shows of a listing. There is no reserve in it.</summary>
internal sealed class CardRow
{
    public const string Columns =
        """
        l.id, l.seller_id, l.state, l.kind, l.way, l.title, l.category, l.hashtags, coalesce(s.price, l.price, l.start_price) as price, coalesce(s.bids, 0) as bids,
        coalesce(s.ends_at, l.ends_at) as ends_at, l.starts_at, coalesce(i.likes, 0) as likes, coalesce(i.views, 0) as views, l.published_at, l.updated_at,
        (select p.picture_id from market.listing_picture p where p.listing_id = l.id order by p.position limit 1) as picture
        """;

    public const string Tables = "market.listing l left join market.standing s on s.listing_id = l.id left join market.interest i on i.listing_id = l.id";

    public required Guid Id { get; init; }

    public required Guid SellerId { get; init; }

    public required string State { get; init; }

    public required string Kind { get; init; }

    public required string Way { get; init; }

    public required string Title { get; init; }

    public string? Category { get; init; }

    public required string[] Hashtags { get; init; }

    public long? Price { get; init; }

    public int Bids { get; init; }

    public DateTimeOffset? EndsAt { get; init; }

    public DateTimeOffset? StartsAt { get; init; }

    public int Likes { get; init; }

    public long Views { get; init; }

    public DateTimeOffset? PublishedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public Guid? Picture { get; init; }

    public ListingState Stands => Codes.Read<ListingState>(State);
}
