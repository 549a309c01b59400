using FsCheck.Fluent;
using Madang.Auctions.Domain;
using Madang.Tests.Images;
using Xunit;

namespace Madang.Tests.Auctions;

/// <summary>Hard case 27: whatever is bid and taken back, in whatever order, the fast engine equals a naive replay of all bids.</summary>
public sealed class EnginePropertyTests
{
    private static readonly long[] Steps = [1, 499, 500, 501, 999, 1_000, 1_001, 3_000, 20_000, 150_000];

    [Fact]
    public void Case_27_the_fast_engine_equals_a_naive_replay_of_all_bids() => Property.Holds(Gen.Choose(0, int.MaxValue), seed =>
    {
        var random = new Random(seed);
        var rules = AuctionRules.Default with { MostExtensions = random.Next(4) };
        long? reserve = random.Next(2) == 0 ? null : 1_000 + random.Next(60_000);
        long? buyNow = random.Next(3) == 0 ? Math.Max(reserve ?? 0, 70_000) : null;
        var fast = Given.Of(reserve: reserve, buyNow: buyNow).Auction;
        var naive = new Naive(reserve, buyNow, rules.MostExtensions);
        var at = Given.Start.AddSeconds(-2);
        for (var step = 1; step <= 60; step++)
        {
            at += TimeSpan.FromSeconds(random.Next(3) == 0 ? random.Next(9_000) : random.Next(40));
            switch (random.Next(12))
            {
                case 0 when naive.Bids.Count > 0 && naive.Open:
                    naive.Bids.RemoveAt(random.Next(naive.Bids.Count));
                    fast = Replayed(fast, naive, rules);
                    break;
                case 1 when naive.Bids.Count > 0 && naive.Open && random.Next(3) == 0:
                    var gone = naive.Bids[random.Next(naive.Bids.Count)].Who;
                    naive.Bids.RemoveAll(bid => bid.Who == gone);
                    fast = Replayed(fast, naive, rules);
                    break;
                default:
                    var who = (char)('A' + random.Next(4));
                    var maximum = random.Next(30) == 0 ? -5 : naive.Price() + Steps[random.Next(Steps.Length)] * random.Next(1, 3) - (random.Next(4) == 0 ? 700 : 0);
                    var (blocked, free) = (random.Next(25) == 0, random.Next(12) == 0 ? 4_000 : long.MaxValue);
                    var isBuyNow = random.Next(15) == 0;
                    if (isBuyNow && buyNow is { } price && random.Next(3) > 0)
                        maximum = price;
                    var wish = new BidWish(new Guid(step, 0, 0, new byte[8]), Given.Member(who), $"{who}", isBuyNow ? BidKind.BuyNow : BidKind.Bid, maximum, at);
                    var decided = Bidding.Decide(fast, wish, blocked, free, rules);
                    Assert.Equal(naive.Try(who, maximum, at, isBuyNow, blocked, free), decided.Refusal is null);
                    fast = decided.After;
                    break;
            }
            Assert.Equal(naive.Leader() is { } leader ? Given.Member(leader) : null, fast.Lead?.Bidder);
            Assert.Equal(naive.Price(), fast.Price);
            Assert.Equal(naive.Bids.Count, fast.Bids);
            Assert.Equal((naive.End, naive.Extensions, naive.Open), (fast.EndsAt, fast.Extensions, fast.Phase == Phase.Live));
            Assert.True(fast.Lead is null ? fast.Price == fast.StartPrice : fast.Price <= fast.Lead.Maximum && fast.Price >= fast.StartPrice);
        }
        return true;
    });

    [Fact]
    public void Bids_in_any_order_end_with_the_highest_maximum_at_no_more_than_a_step_above_the_second() => Property.Holds(Gen.Choose(0, int.MaxValue), seed =>
    {
        var random = new Random(seed);
        var given = Given.Of();
        var highest = new Dictionary<char, long>();
        for (var i = 0; i < 30; i++)
        {
            var (who, maximum) = ((char)('A' + random.Next(5)), 1_000L + random.Next(200_000));
            if (given.Bids(who, maximum) is null)
                highest[who] = Math.Max(highest.GetValueOrDefault(who), maximum);
        }
        var ranked = highest.OrderByDescending(one => one.Value).ToList();
        Assert.Equal(ranked[0].Value, given.Auction.Lead!.Maximum);
        if (ranked.Count > 1)
            Assert.True(given.Auction.Price <= Math.Min(ranked[0].Value, ranked[1].Value + Increments.Default.At(ranked[1].Value)));
        return true;
    });

    private static Auction Replayed(Auction fast, Naive naive, AuctionRules rules) =>
        fast.Replayed([.. naive.Bids.Select(bid => new StandingBid(Guid.Empty, Given.Member(bid.Who), bid.Maximum, $"{bid.Who}"))], rules.Increments);

    /// <summary>The rules said once more, as plainly as they can be: everything is worked out from the whole list of bids, every time.</summary>
    private sealed class Naive(long? reserve, long? buyNow, int mostExtensions)
    {
        private bool _bought;

        public List<(char Who, long Maximum)> Bids { get; } = [];

        public DateTimeOffset End { get; private set; } = Given.End;

        public int Extensions { get; private set; }

        public bool Open => !_bought;

        public char? Leader() => _bought ? Bids[^1].Who : LeaderOf(Bids);

        public long Price() => _bought ? buyNow!.Value : PriceOf(Bids);

        public bool Try(char who, long maximum, DateTimeOffset at, bool isBuyNow, bool blocked, long free)
        {
            if (_bought || at < Given.Start || at >= End || blocked || maximum <= 0 || maximum > 1_000_000_000_000 || free < maximum)
                return false;
            var top = Bids.Count == 0 ? 0 : Bids.Max(bid => bid.Maximum);
            if (isBuyNow)
            {
                var offered = buyNow is not null && (reserve is null ? Bids.Count == 0 : top < reserve);
                if (!offered || maximum != buyNow)
                    return false;
                Bids.Add((who, maximum));
                _bought = true;
                return true;
            }
            if (Bids.Count > 0 && Leader() == who ? maximum <= top : maximum < (Bids.Count == 0 ? 1_000 : Price() + Step(Price())))
                return false;
            var before = Leader();
            Bids.Add((who, maximum));
            if (Leader() != before && at + TimeSpan.FromMinutes(2) > End && Extensions < mostExtensions)
                (End, Extensions) = (at + TimeSpan.FromMinutes(2), Extensions + 1);
            return true;
        }

        private static char? LeaderOf(IReadOnlyList<(char Who, long Maximum)> bids) =>
            bids.Count == 0 ? null : bids.First(bid => bid.Maximum == bids.Max(one => one.Maximum)).Who;

        // Bid by bid: what the highest and the best of the others say, and never less than before.
        private long PriceOf(IReadOnlyList<(char Who, long Maximum)> bids)
        {
            var price = 1_000L;
            for (var count = 1; count <= bids.Count; count++)
            {
                var so = bids.Take(count).ToList();
                var (leader, last) = (LeaderOf(so), so[^1].Who);
                var top = so.Max(bid => bid.Maximum);
                var others = so.Where(bid => bid.Who != leader).Select(bid => bid.Maximum).ToList();
                var raisesOwn = LeaderOf(so.Take(count - 1).ToList()) == last;
                if (others.Count > 0 && !raisesOwn)
                    price = Math.Max(price, Math.Min(top, others.Max() + Step(others.Max())));
                if (reserve is { } hidden && top >= hidden)
                    price = Math.Max(price, hidden);
            }
            return price;
        }

        private static long Step(long price) => price switch
        {
            < 10_000 => 500,
            < 50_000 => 1_000,
            < 100_000 => 2_000,
            < 500_000 => 5_000,
            < 1_000_000 => 10_000,
            < 5_000_000 => 50_000,
            _ => 100_000,
        };
    }
}
