using Madang.Market;
using Madang.Platform.Web;

namespace Madang.Auctions.Domain;

/// <summary>With which terms an auction may begin.</summary>
internal static class Terms
{
    public static Failure? Refusal(AuctionTerms? terms, DateTimeOffset now, AuctionRules rules)
    {
        if (terms is null)
            return new("auction.terms", "An auction needs a start price, a start and an end.");
        if (terms.StartPrice is < 1 or > AuctionRules.MostAmount)
            return new("auction.start_price", $"A start price is a whole amount from 1 to {AuctionRules.MostAmount}.");
        if (terms.Reserve is { } reserve && (reserve < terms.StartPrice || reserve > AuctionRules.MostAmount))
            return new("auction.reserve", "A reserve is not below the start price.");
        if (terms.BuyNow is { } buyNow)
        {
            if (buyNow > AuctionRules.MostAmount || buyNow < LeastBuyNow(terms.StartPrice))
                return new("auction.buy_now", $"A buy-now price is at least {AuctionRules.BuyNowPercent} % of the start price: {LeastBuyNow(terms.StartPrice)}.")
                {
                    Extra = new Dictionary<string, object?> { ["least"] = LeastBuyNow(terms.StartPrice) },
                };
            if (terms.Reserve > buyNow)
                return new("auction.buy_now_reserve", "A buy-now price is not below the reserve.");
        }
        var from = terms.StartsAt > now ? terms.StartsAt : now;
        if (terms.EndsAt <= terms.StartsAt || terms.EndsAt - from < rules.ShortestRun)
            return new("auction.too_short", $"An auction runs for {rules.ShortestRun.TotalMinutes:0} minutes at least.");
        if (terms.EndsAt - from > rules.LongestRun || terms.StartsAt - now > rules.LongestRun)
            return new("auction.too_long", $"An auction starts within {rules.LongestRun.TotalDays:0} days and runs for as many at most.");
        return null;
    }

    /// <summary>130 %, rounded up.</summary>
    public static long LeastBuyNow(long startPrice) => checked(((startPrice * AuctionRules.BuyNowPercent) + 99) / 100);
}
