using Madang.Auctions.Domain;

namespace Madang.Tests.Auctions;

/// <summary>An auction of the engine's tests: starts at 1,000, runs for a day; bidders are called A to F.</summary>
internal sealed class Given
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    public static readonly DateTimeOffset End = Start.AddDays(1);

    private readonly List<StandingBid> _standing = [];
    private int _bids;

    public Auction Auction { get; private set; } = new() { Id = Id(1000), Seller = Id(999), StartPrice = 1_000, Price = 1_000, StartsAt = Start, EndsAt = End };

    public AuctionRules Rules { get; init; } = AuctionRules.Default;

    public static Given Of(long start = 1_000, long? reserve = null, long? buyNow = null)
    {
        var given = new Given();
        given.Auction = given.Auction with { StartPrice = start, Price = start, Reserve = reserve, BuyNow = buyNow };
        return given;
    }

    public static Guid Member(char name) => Id(name);

    /// <summary>A bid of an hour after the start, unless the test says when; gives the code of its refusal, or null.</summary>
    public string? Bids(char name, long maximum, DateTimeOffset? at = null, BidKind kind = BidKind.Bid, bool blocked = false, long free = long.MaxValue)
    {
        var wish = new BidWish(Id(2000 + ++_bids), Member(name), $"{name}***", kind, maximum, at ?? Start.AddHours(1));
        var decision = Bidding.Decide(Auction, wish, blocked, free, Rules);
        Auction = decision.After;
        if (decision.Refusal is null)
            _standing.Add(new(wish.Id, wish.Bidder, wish.Maximum, wish.Mask));
        return decision.Refusal?.Code;
    }

    /// <summary>The nth accepted bid is undone.</summary>
    public void Undo(params int[] nth)
    {
        foreach (var index in nth.OrderDescending())
            _standing.RemoveAt(index);
        Auction = Auction.Replayed(_standing, Rules.Increments);
    }

    public void UndoAllOf(char name)
    {
        _standing.RemoveAll(bid => bid.Bidder == Member(name));
        Auction = Auction.Replayed(_standing, Rules.Increments);
    }

    /// <summary>Who leads, at which price.</summary>
    public (char? Leader, long Price) Now => (Auction.Lead is { } lead ? (char)BitConverter.ToInt32(lead.Bidder.ToByteArray()) : null, Auction.Price);

    private static Guid Id(int number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
}
