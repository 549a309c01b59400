using System.Net;
using System.Text.Json;
using Madang.Market;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Madang.Tests.Orders;

/// <summary>Reviews that nobody writes in answer to the other's, and the trust that grows of them.</summary>
public sealed class ReviewTests(OrdersHost host) : IClassFixture<OrdersHost>
{
    private async Task<(Trader Seller, Trader Buyer, Guid Order)> DoneAsync(Trader? from = null, Trader? to = null)
    {
        var (seller, buyer) = (from ?? await host.TraderAsync(), to ?? await host.TraderAsync());
        await host.GiveAsync(buyer.Id, 10_000);
        var order = await buyer.BuysAsync(Trader.Shipped(await seller.SellsAsync()));
        await seller.ShipsAsync(order);
        await buyer.DoesAsync(order, "confirm");
        return (seller, buyer, order);
    }

    private async Task<Reputation> ReputationAsync(Trader trader) => (await host.First.Services.GetRequiredService<IReputations>().Of([trader.Id]))[trader.Id];

    private async Task<JsonElement> ReviewsAsync(Trader trader, string query = "") => await (await host.Stranger().GetAsync($"/api/orders/reviews/{trader.Id}{query}")).ShouldBeAsync(HttpStatusCode.OK);

    [Fact]
    public async Task What_one_writes_nobody_sees_until_the_other_has_written()
    {
        var (seller, buyer, order) = await DoneAsync();
        var mine = await (await buyer.TryReviewAsync(order, 5, "포장이 꼼꼼했어요", "well_packed", "kind")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(5, mine.GetProperty("reviews").GetProperty("mine").GetProperty("stars").GetInt32());

        Assert.DoesNotContain("포장", (await seller.SeesAsync(order)).GetRawText(), StringComparison.Ordinal);
        Assert.Equal(0, (await ReviewsAsync(seller)).GetProperty("items").GetArrayLength());
        Assert.Equal(0, (await ReputationAsync(seller)).Reviews);

        await (await seller.TryReviewAsync(order, 4, "빠른 확정 감사합니다", "easy_confirm")).ShouldBeAsync(HttpStatusCode.OK);

        Assert.Equal("포장이 꼼꼼했어요", (await seller.SeesAsync(order)).GetProperty("reviews").GetProperty("theirs").GetProperty("text").GetString());
        Assert.Equal(4, (await buyer.SeesAsync(order)).GetProperty("reviews").GetProperty("theirs").GetProperty("stars").GetInt32());
        var shown = (await ReviewsAsync(seller)).GetProperty("items")[0];
        Assert.Equal((buyer.Member.Nickname, "buyer"), (shown.GetProperty("by").GetProperty("nickname").GetString(), shown.GetProperty("side").GetString()));
        Assert.Equal(new Reputation(37.7m, 1, 1), await ReputationAsync(seller));
        Assert.Contains("orders.reviews_shown", await buyer.ToldAsync(order));
    }

    [Fact]
    public async Task A_newcomer_has_the_warmth_that_all_start_with() => Assert.Equal(Reputation.Newcomer, await ReputationAsync(await host.TraderAsync()));

    [Fact]
    public async Task Each_side_writes_once_and_after_the_end()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(10_000));
        var order = await buyer.BuysAsync(Trader.Shipped(await seller.SellsAsync()));
        await (await buyer.TryReviewAsync(order)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "review.too_early");
        await seller.ShipsAsync(order);
        await buyer.DoesAsync(order, "confirm");
        Assert.Equal("review", (await buyer.SeesAsync(order)).GetProperty("next").GetString());
        await (await buyer.TryReviewAsync(order)).ShouldBeAsync(HttpStatusCode.OK);
        await (await buyer.TryReviewAsync(order, 1)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "review.written");
        Assert.False((await buyer.SeesAsync(order)).TryGetProperty("next", out _));
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => host.ScalarAsync<int>("update orders.review set stars = 1 where order_id = @order", new { order }));
    }

    [Theory]
    [InlineData(0, "", null, "review.stars")]
    [InlineData(6, "", null, "review.stars")]
    [InlineData(5, "\u0000", null, "review.text")]
    [InlineData(5, "좋아요\uFFFE", null, "review.text")]
    [InlineData(5, "", "kind,kind,kind,kind,kind,kind", "review.tags")]
    [InlineData(5, "", "punctual", "review.tags")] // said of buyers
    [InlineData(5, "", "<b>", "review.tags")]
    public async Task A_review_that_is_none_is_not_kept(int stars, string text, string? tags, string code)
    {
        var (_, buyer, order) = await DoneAsync();
        await (await buyer.TryReviewAsync(order, stars, text, tags?.Split(',') ?? [])).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, code);
        await (await buyer.TryReviewAsync(order, 5, new string('가', 1_001))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "review.text");
        await (await buyer.TryReviewAsync(order, 5, string.Concat(Enumerable.Repeat("👩‍🎨", 100)))).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_pair_of_friends_warms_itself_three_times_and_no_more()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync());
        var trust = new List<decimal>();
        for (var i = 0; i < 5; i++)
        {
            var (_, _, order) = await DoneAsync(seller, buyer);
            await (await buyer.TryReviewAsync(order)).ShouldBeAsync(HttpStatusCode.OK);
            await (await seller.TryReviewAsync(order, 5, null)).ShouldBeAsync(HttpStatusCode.OK);
            trust.Add((await ReputationAsync(seller)).Trust);
        }
        Assert.Equal(trust.Order(), trust);
        Assert.True(trust[2] > trust[1]);
        Assert.Equal((trust[2], trust[2]), (trust[3], trust[4]));
        Assert.Equal((5, 5), ((await ReputationAsync(seller)).Reviews, (await ReputationAsync(seller)).Sales));

        var first = await ReviewsAsync(seller, "?limit=3");
        var rest = await ReviewsAsync(seller, $"?limit=3&after={first.GetProperty("next").GetString()}");
        Assert.Equal((3, 2), (first.GetProperty("items").GetArrayLength(), rest.GetProperty("items").GetArrayLength()));
        Assert.False(rest.TryGetProperty("next", out _));
        await (await host.Stranger().GetAsync($"/api/orders/reviews/{seller.Id}?limit=51")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "review.limit");
    }

    [Fact]
    public async Task The_seller_is_known_for_it_on_the_market()
    {
        var (seller, buyer, order) = await DoneAsync();
        await (await buyer.TryReviewAsync(order)).ShouldBeAsync(HttpStatusCode.OK);
        await (await seller.TryReviewAsync(order)).ShouldBeAsync(HttpStatusCode.OK);
        var listing = await (await seller.OnMarketAsync()).ShowAsync(await seller.SellsAsync());
        Assert.Equal(37.7m, listing.GetProperty("seller").GetProperty("trust").GetDecimal());
    }
}
