using Madang.Auctions.Domain;

namespace Madang.Auctions.Storage;

/// <summary>An auction's row: what the rules know, and what is kept beside it.</summary>
internal sealed record AuctionRow(Auction State, string Title, DateTimeOffset PlannedEnd, long Entries, int Outages, Guid? Hold, Guid? Order, DateTimeOffset? OpenedAt, DateTimeOffset? ClosedAt)
{
    public Guid Id => State.Id;

    /// <summary>Over, in this way, at this time.</summary>
    public AuctionRow Closed(Phase phase, DateTimeOffset now, Guid? hold = null, Guid? order = null) =>
        this with { State = State with { Phase = phase }, Hold = hold, Order = order, ClosedAt = now };
}

/// <summary>A bid on record.</summary>
internal sealed class BidRow
{
    public const string Accepted = "accepted";

    public const string Columns = "id, auction_id, number, bidder_id, mask, kind, maximum, key, outcome, figure, price_after, received_at, decided_at, undone_at, undone_why";

    public required Guid Id { get; init; }

    public required Guid AuctionId { get; init; }

    public required long Number { get; init; }

    public required Guid BidderId { get; init; }

    public required string Mask { get; init; }

    public required string Kind { get; init; }

    public required long Maximum { get; init; }

    public required string Key { get; init; }

    public required string Outcome { get; init; }

    public long? Figure { get; init; }

    public required long PriceAfter { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required DateTimeOffset DecidedAt { get; init; }

    public DateTimeOffset? UndoneAt { get; init; }

    public string? UndoneWhy { get; init; }

    public bool IsAccepted => Outcome == Accepted;

    public bool Stands => IsAccepted && UndoneAt is null;

    public static string Word(BidKind kind) => kind == BidKind.BuyNow ? "buy_now" : "bid";
}

/// <summary>A second chance: <c>open</c>, <c>accepted</c>, <c>declined</c>, <c>expired</c> or <c>withdrawn</c>.</summary>
internal sealed record OfferRow(Guid AuctionId, Guid BidId, Guid BidderId, long Price, string State, DateTimeOffset OfferedAt, DateTimeOffset Until, DateTimeOffset? EndedAt)
{
    public bool IsOpenAt(DateTimeOffset now) => State == "open" && now < Until;
}
