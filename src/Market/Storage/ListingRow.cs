using Madang.Market.Domain;

namespace Madang.Market.Storage;

/// <summary>A listing as it is kept.</summary>
internal sealed class ListingRow
{
    public const string Columns =
        """
        l.id, l.seller_id, l.state, l.kind, l.way, l.title, l.description, l.category, l.condition, l.hashtags, l.price, l.start_price, l.reserve, l.buy_now, l.starts_at, l.ends_at,
        l.relisted_from, l.created_at, l.updated_at, l.published_at, l.ended_at, l.taken_down_reason, l.version,
        array(select p.picture_id from market.listing_picture p where p.listing_id = l.id order by p.position) as pictures,
        exists (select from market.listing c where c.relisted_from = l.id) as is_relisted
        """;

    public required Guid Id { get; init; }

    public required Guid SellerId { get; init; }

    public required string State { get; init; }

    public required string Kind { get; init; }

    public required string Way { get; init; }

    public required string Title { get; init; }

    public required string Description { get; init; }

    public string? Category { get; init; }

    public string? Condition { get; init; }

    public required string[] Hashtags { get; init; }

    public long? Price { get; init; }

    public long? StartPrice { get; init; }

    public long? Reserve { get; init; }

    public long? BuyNow { get; init; }

    public DateTimeOffset? StartsAt { get; init; }

    public DateTimeOffset? EndsAt { get; init; }

    public Guid? RelistedFrom { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? PublishedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public string? TakenDownReason { get; init; }

    /// <summary>Another one with every writing of its words.</summary>
    public required Guid Version { get; init; }

    public required Guid[] Pictures { get; init; }

    /// <summary>There is a copy of it that was listed later.</summary>
    public bool IsRelisted { get; init; }

    public ListingState Stands => Codes.Read<ListingState>(State);

    /// <summary>Whether everybody may see it: also what is over stays to be seen, as people have its address.</summary>
    public bool IsPublic => Stands is not (ListingState.Draft or ListingState.TakenDown);

    public ListingContent Content => new(
        Codes.Read<ListingKind>(Kind), Title, Description, Category, Condition is null ? null : Codes.Read<Condition>(Condition), Hashtags, Pictures,
        Codes.Read<SaleWay>(Way), Price, new DraftTerms(StartPrice, Reserve, BuyNow, StartsAt, EndsAt));
}
