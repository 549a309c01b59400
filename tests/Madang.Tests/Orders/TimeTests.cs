using System.Net;
using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Orders;

/// <summary>What time does to orders, by the job that does it; the host's clock is put forward.</summary>
public sealed class TimeTests(OrdersHost host) : IClassFixture<OrdersHost>
{
    private async Task<(Trader Seller, Trader Buyer, Guid Order)> ShippedAsync()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(10_000));
        var order = await buyer.BuysAsync(Trader.Shipped(await seller.SellsAsync()));
        await seller.ShipsAsync(order);
        return (seller, buyer, order);
    }

    [Fact]
    public async Task Seven_days_after_delivery_a_purchase_confirms_itself_once_on_two_nodes()
    {
        var (seller, buyer, order) = await ShippedAsync();
        await buyer.DoesAsync(order, "delivered");
        await host.WaitAsync(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(5));
        Assert.Equal("delivered", await buyer.StateAsync(order));
        var other = await host.NodeAsync();
        host.First.Clock.Advance(TimeSpan.FromMinutes(10));
        other.Clock.Advance(host.First.Clock.GetUtcNow() - other.Clock.GetUtcNow());

        await Task.WhenAll(host.AdvanceAsync(), host.AdvanceAsync(other), host.AdvanceAsync());

        var seen = await buyer.SeesAsync(order);
        Assert.Equal(("released", "auto_confirmed"), (seen.GetProperty("state").GetString(), seen.GetProperty("ending").GetString()));
        Assert.Equal((9_500, 0), await host.PointsAsync(seller));
        Assert.Single((await seller.ToldAsync(order)), "orders.paid_out");
    }

    [Fact]
    public async Task What_nobody_says_has_arrived_counts_as_delivered_after_ten_days_and_a_complaint_stops_it()
    {
        var (seller, buyer, order) = await ShippedAsync();
        await host.WaitAsync(TimeSpan.FromDays(10) + TimeSpan.FromMinutes(1));
        Assert.Equal("delivered", await buyer.StateAsync(order));
        Assert.Contains("orders.delivered", await buyer.ToldAsync(order));
        await buyer.ComplainsAsync(order);

        await host.WaitAsync(TimeSpan.FromDays(100));

        Assert.Equal("disputed", await buyer.StateAsync(order));
        Assert.Equal((0, 0), await host.PointsAsync(seller));
    }

    [Fact]
    public async Task A_seller_who_does_not_ship_is_reminded_the_buyer_may_cancel_and_then_it_is_called_off()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(20_000));
        var (patient, hasty) = (await buyer.BuysAsync(Trader.Shipped(await seller.SellsAsync())), await buyer.BuysAsync(Trader.Shipped(await seller.SellsAsync())));
        // Three business days end within six days, unless holidays are set.
        await host.WaitAsync(TimeSpan.FromDays(6));
        Assert.Contains("orders.late", await buyer.ToldAsync(patient));
        Assert.Contains("orders.overdue", await seller.ToldAsync(patient));
        Assert.Equal("cancel", (await buyer.SeesAsync(hasty)).GetProperty("next").GetString());
        await buyer.DoesAsync(hasty, "cancel");
        Assert.Equal((10_000, 0), await host.PointsAsync(buyer));

        await host.WaitAsync(TimeSpan.FromDays(14));

        Assert.Equal("cancelled", await buyer.StateAsync(patient));
        Assert.Equal((20_000, 0), await host.PointsAsync(buyer));
        Assert.Equal("unsold", await (await seller.OnMarketAsync()).StateAsync((await buyer.SeesAsync(patient)).GetProperty("listing").GetGuid()));
        // Two sales that fell through cost trust.
        Assert.True(await host.ScalarAsync<decimal>("select trust from orders.reputation where member_id = @Id", new { seller.Id }) < 36.5m);
    }

    [Fact]
    public async Task A_winner_who_never_says_where_is_reminded_and_then_the_sale_is_off()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(10_000));
        var order = await host.SoldByAuctionAsync(await seller.SellsAsync(), seller, buyer, 10_000);
        await host.WaitAsync(TimeSpan.FromDays(3) + TimeSpan.FromMinutes(1));
        Assert.Contains("orders.choose", await buyer.ToldAsync(order));
        await (await buyer.TryAsync(order, "cancel")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "order.too_early");

        await host.WaitAsync(TimeSpan.FromDays(11));

        Assert.Equal("never_chosen", (await buyer.SeesAsync(order)).GetProperty("ending").GetString());
        Assert.Equal((10_000, 0), await host.PointsAsync(buyer));
    }

    [Fact]
    public async Task A_seller_suspended_in_the_middle_ships_nothing_and_the_buyer_gets_everything_back()
    {
        var (seller, buyer, chief) = (await host.TraderAsync(), await host.TraderAsync(10_000), await host.OperatorAsync());
        var order = await buyer.BuysAsync(Trader.Shipped(await seller.SellsAsync()));
        await (await chief.SendAsync(new(HttpMethod.Put, $"/api/operator/members/{seller.Id}/suspension") { Content = System.Net.Http.Json.JsonContent.Create(new { reason = "시험으로 멈춥니다" }) })).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal(HttpStatusCode.Unauthorized, (await seller.TryAsync(order, "shipment", new { carrier = "CJ", trackingNumber = "1" })).StatusCode);

        host.First.Clock.Advance(TimeSpan.FromDays(6));
        await buyer.DoesAsync(order, "cancel");

        Assert.Equal((10_000, 0), await host.PointsAsync(buyer));
    }

    [Fact]
    public async Task Some_weeks_after_its_end_an_order_forgets_where_it_went_and_keeps_what_it_was()
    {
        var (seller, buyer, order) = await ShippedAsync();
        await buyer.ComplainsAsync(order);
        await buyer.DoesAsync(order, "confirm");
        await host.WaitAsync(TimeSpan.FromDays(29));
        Assert.True((await buyer.SeesAsync(order)).TryGetProperty("address", out _));

        await host.WaitAsync(TimeSpan.FromDays(2));

        var seen = await buyer.SeesAsync(order);
        Assert.False(seen.TryGetProperty("address", out _));
        Assert.False(seen.TryGetProperty("shipment", out _));
        Assert.Equal(0, seen.GetProperty("complaint").GetProperty("pictureUrls").GetArrayLength());
        Assert.Equal("released", seen.GetProperty("state").GetString());
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from orders.address where order_id = @order", new { order }));
    }

    [Fact]
    public async Task One_review_alone_is_shown_after_two_weeks_and_then_none_is_written()
    {
        var (seller, buyer, order) = await ShippedAsync();
        await buyer.DoesAsync(order, "confirm");
        await (await buyer.TryReviewAsync(order, 1, "느렸어요", "slow")).ShouldBeAsync(HttpStatusCode.OK);
        await host.WaitAsync(TimeSpan.FromDays(13));
        Assert.False((await seller.SeesAsync(order)).GetProperty("reviews").TryGetProperty("theirs", out _));

        await host.WaitAsync(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));

        Assert.Equal(1, (await seller.SeesAsync(order)).GetProperty("reviews").GetProperty("theirs").GetProperty("stars").GetInt32());
        await (await seller.TryReviewAsync(order)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "review.closed");
        Assert.Contains("orders.reviews_shown", await seller.ToldAsync(order));
    }
}
