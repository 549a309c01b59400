using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Madang.Market;
using Madang.Platform.Work;
using Madang.Tests.Auctions;
using Madang.Tests.Host;
using Madang.Tests.Market;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Madang.Tests.Orders;

/// <summary>The whole of a sale by programs alone: everything that the pages do, the API does. Only points are given, and the clock is put forward.</summary>
public sealed class FromListingToReviewsTests(OrdersHost host) : IClassFixture<OrdersHost>
{
    [Fact]
    public async Task A_picture_is_listed_found_bid_for_extended_won_paid_from_the_hold_shipped_confirmed_and_reviewed_by_both()
    {
        var (seller, buyer, rival) = (await host.TraderAsync(), await host.TraderAsync(300_000), await host.TraderAsync(300_000));
        var end = host.First.Clock.GetUtcNow().AddDays(1);
        var auction = await (await seller.OnMarketAsync()).ListAsync(
            ("title", "새벽 강가의 달항아리"), ("way", "auction"), ("price", null), ("auction", new { startPrice = 10_000, endsAt = end }));
        await seller.SellsAsync();

        var found = await (await (await buyer.ClientAsync()).GetAsync($"/api/listings?q={Uri.EscapeDataString("항아리")}&submitted=true")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(auction, Assert.Single(found.GetProperty("items").EnumerateArray()).GetProperty("id").GetGuid());

        await using var sellers = await LiveAuctionTests.Watcher.OpenAsync(await seller.ClientAsync(), auction);
        await using var buyers = await LiveAuctionTests.Watcher.OpenAsync(await buyer.ClientAsync(), auction);
        Assert.True((await BidAsync(buyer, auction, 30_000)).GetProperty("leading").GetBoolean());
        await BidAsync(rival, auction, 20_000);
        Assert.Equal((270_000, 30_000), await host.PointsAsync(buyer));
        await BidAsync(rival, auction, 42_000);
        foreach (var watcher in new[] { sellers, buyers })
            await UntilAsync(watcher, live => live.GetProperty("price").GetInt64() == 31_000);
        Assert.Equal((300_000, 0), await host.PointsAsync(buyer));

        // A hundred seconds before the end.
        host.First.Clock.Advance(end - host.First.Clock.GetUtcNow() - TimeSpan.FromSeconds(100));
        await BidAsync(buyer, auction, 80_000);
        foreach (var watcher in new[] { sellers, buyers })
        {
            var longer = await UntilAsync(watcher, live => live.GetProperty("extensions").GetInt32() == 1);
            Assert.Equal(43_000, longer.GetProperty("price").GetInt64());
            Assert.True(longer.GetProperty("endsAt").GetDateTimeOffset() > end);
        }
        host.First.Clock.Advance(TimeSpan.FromMinutes(2) + TimeSpan.FromSeconds(13));
        await Answers.EventuallyAsync(async () =>
        {
            await host.First.Services.GetRequiredService<Worker>().StartDue(CancellationToken.None, CancellationToken.None);
            return (await AuctionAsync(buyer, auction)).GetProperty("live").GetProperty("state").GetString();
        }, state => state == "sold");
        foreach (var watcher in new[] { sellers, buyers })
            await UntilAsync(watcher, live => live.GetProperty("state").GetString() == "sold");
        await (await TryBidAsync(rival, auction, 200_000)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.ended");

        // Paid from the hold, and the rest of the maximum is free again.
        Assert.Equal((257_000, 0), await host.PointsAsync(buyer));
        Assert.Equal((0, 0), await host.PointsAsync(seller));
        var order = (await AuctionAsync(buyer, auction)).GetProperty("mine").GetProperty("order").GetGuid();
        Assert.Equal(order, (await AuctionAsync(seller, auction)).GetProperty("selling").GetProperty("order").GetGuid());
        Assert.False((await AuctionAsync(rival, auction)).GetProperty("mine").TryGetProperty("order", out _));
        await (await rival.TrySeeAsync(order)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "order.unknown");

        var revenue = await host.RevenueAsync();
        await buyer.DoesAsync(order, "delivery", new { delivery = "shipping", address = Trader.Home });
        await seller.ShipsAsync(order);
        await buyer.DoesAsync(order, "delivered");
        await buyer.DoesAsync(order, "confirm");
        Assert.Equal((40_850, 0), await host.PointsAsync(seller));
        Assert.Equal(revenue + 2_150, await host.RevenueAsync());

        await (await buyer.TryReviewAsync(order, 5, "안개의 빛이 사진보다 훨씬 좋습니다", "well_packed")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.False((await seller.SeesAsync(order)).GetProperty("reviews").TryGetProperty("theirs", out _));
        await (await seller.TryReviewAsync(order, 5, "시원시원한 거래였습니다", "easy_confirm")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("안개의 빛이 사진보다 훨씬 좋습니다", (await seller.SeesAsync(order)).GetProperty("reviews").GetProperty("theirs").GetProperty("text").GetString());
        Assert.Equal("sold", await (await buyer.OnMarketAsync()).StateAsync(auction));
        Assert.Equal((257_000, 0), await host.PointsAsync(buyer));
        Assert.Equal((300_000, 0), await host.PointsAsync(rival));
        Assert.Empty(await Auctioned.ProblemsAsync(host.Database));
    }

    private static async Task<HttpResponseMessage> TryBidAsync(Trader trader, Guid auction, long maximum)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/auctions/{auction}/bids") { Content = JsonContent.Create(new { maximum }) };
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        return await (await trader.ClientAsync()).SendAsync(request);
    }

    private static async Task<JsonElement> BidAsync(Trader trader, Guid auction, long maximum) => await (await TryBidAsync(trader, auction, maximum)).ShouldBeAsync(HttpStatusCode.Created);

    private static async Task<JsonElement> AuctionAsync(Trader trader, Guid auction) => await (await (await trader.ClientAsync()).GetAsync($"/api/auctions/{auction}")).ShouldBeAsync(HttpStatusCode.OK);

    /// <summary>Reads what a watcher is told until it is this.</summary>
    private static async Task<JsonElement> UntilAsync(LiveAuctionTests.Watcher watcher, Func<JsonElement, bool> expected)
    {
        while (true)
        {
            var told = await watcher.TextAsync();
            var live = JsonDocument.Parse(told[told.IndexOf('{', StringComparison.Ordinal)..]).RootElement;
            if (expected(live))
                return live;
        }
    }
}
