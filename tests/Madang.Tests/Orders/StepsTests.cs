using System.Net;
using System.Text.Json;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Orders;

/// <summary>Every step through the API: by the right one and the wrong one, in time and out of it, and where the points are at each end.</summary>
public sealed class StepsTests(OrdersHost host) : IClassFixture<OrdersHost>
{
    private async Task<(Trader Seller, Trader Buyer, Guid Order)> BoughtAsync(long price = 10_000, bool inPerson = false)
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(price));
        var listing = await seller.SellsAsync(price);
        return (seller, buyer, await buyer.BuysAsync(inPerson ? Trader.InPerson(listing) : Trader.Shipped(listing)));
    }

    [Fact]
    public async Task Shipped_delivered_confirmed_and_the_seller_is_paid_less_the_fee()
    {
        var (seller, buyer, order) = await BoughtAsync(30_000);
        var revenue = await host.RevenueAsync();
        Assert.Equal(["ship", "cancel"], await seller.CanAsync(order));
        Assert.Equal(["choose_delivery"], await buyer.CanAsync(order));

        await seller.ShipsAsync(order);
        Assert.Equal(["say_delivered", "confirm", "complain"], await buyer.CanAsync(order));
        Assert.Equal("5678-1234-9012", (await buyer.SeesAsync(order)).GetProperty("shipment").GetProperty("trackingNumber").GetString());
        await seller.DoesAsync(order, "delivered");
        var ended = await buyer.DoesAsync(order, "confirm");

        Assert.Equal(("released", "confirmed"), (ended.GetProperty("state").GetString(), ended.GetProperty("ending").GetString()));
        Assert.Equal((28_500, 0), await host.PointsAsync(seller));
        Assert.Equal((0, 0), await host.PointsAsync(buyer));
        Assert.Equal(revenue + 1_500, await host.RevenueAsync());
        Assert.Equal(["orders.bought", "orders.completed", "orders.delivered", "orders.review_asked", "orders.shipped"], await buyer.ToldAsync(order));
        Assert.Equal(["orders.paid_out", "orders.review_asked", "orders.sold"], await seller.ToldAsync(order));
        Assert.Equal(["paid", "shipped", "delivered", "confirmed", "released"], (await seller.SeesAsync(order)).GetProperty("events").EnumerateArray().Select(one => one.GetProperty("kind").GetString()));
        // The address is nothing to the seller any more.
        Assert.False((await seller.SeesAsync(order)).TryGetProperty("address", out _));
        Assert.True((await buyer.SeesAsync(order)).TryGetProperty("address", out _));
    }

    [Fact]
    public async Task In_person_the_code_of_the_buyer_pays_the_seller()
    {
        var (seller, buyer, order) = await BoughtAsync(inPerson: true);
        await (await seller.TryAsync(order, "code")).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "order.not_buyer");
        var code = await buyer.CodeAsync(order);
        Assert.Matches("^[0-9]{6}$", code);
        Assert.DoesNotContain(code, JsonSerializer.Serialize(await seller.SeesAsync(order)), StringComparison.Ordinal);
        Assert.DoesNotContain("code_shown", JsonSerializer.Serialize(await seller.SeesAsync(order)), StringComparison.Ordinal);

        var wrong = code == "111111" ? "222222" : "111111";
        var problem = await (await seller.TryAsync(order, "hand-over", new { code = wrong })).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "order.code_wrong");
        Assert.Equal(4, problem.GetProperty("triesLeft").GetInt32());
        await (await buyer.TryAsync(order, "hand-over", new { code })).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "order.not_seller");
        await seller.DoesAsync(order, "hand-over", new { code = $"{code[..3]} {code[3..]}" });

        Assert.Equal((9_500, 0), await host.PointsAsync(seller));
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from orders.order where id = @order and code_hash is not null", new { order }));
    }

    [Fact]
    public async Task Codes_are_guessed_at_five_times_also_at_once()
    {
        var (seller, buyer, order) = await BoughtAsync(inPerson: true);
        var code = int.Parse(await buyer.CodeAsync(order), System.Globalization.CultureInfo.InvariantCulture);

        var guesses = await Task.WhenAll(Enumerable.Range(1, 12).Select(step => seller.TryAsync(order, "hand-over", new { code = ((code + step) % 1_000_000).ToString("D6", System.Globalization.CultureInfo.InvariantCulture) })));

        Assert.Equal(5, guesses.Count(answer => answer.StatusCode is HttpStatusCode.UnprocessableEntity));
        Assert.Equal(7, guesses.Count(answer => answer.StatusCode is HttpStatusCode.Conflict));
        await (await seller.TryAsync(order, "hand-over", new { code = code.ToString("D6", System.Globalization.CultureInfo.InvariantCulture) })).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "order.code_spent");
        await seller.DoesAsync(order, "hand-over", new { code = await buyer.CodeAsync(order) });
    }

    [Fact]
    public async Task The_seller_calls_it_off_before_shipping_and_the_thing_may_be_offered_again()
    {
        var (seller, buyer, order) = await BoughtAsync();
        var listing = (await seller.SeesAsync(order)).GetProperty("listing").GetGuid();
        await (await buyer.TryAsync(order, "cancel")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "order.too_early");

        var ended = await seller.DoesAsync(order, "cancel");

        Assert.Equal(("cancelled", "cancelled_by_seller"), (ended.GetProperty("state").GetString(), ended.GetProperty("ending").GetString()));
        Assert.Equal((10_000, 0), await host.PointsAsync(buyer));
        Assert.Equal((0, 0), await host.PointsAsync(seller));
        Assert.Equal("unsold", await (await seller.OnMarketAsync()).StateAsync(listing));
        Assert.Contains("orders.cancelled", await buyer.ToldAsync(order));
        await (await buyer.TryReviewAsync(order)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "review.too_early");
        // Relisted, it is another listing, and sold once more.
        var again = (await (await (await seller.ClientAsync()).PostAsync($"/api/listings/{listing}/relist", null)).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        await buyer.BuysAsync(Trader.Shipped(again));
    }

    [Fact]
    public async Task A_step_at_the_wrong_time_is_told_where_the_order_stands()
    {
        var (seller, buyer, order) = await BoughtAsync();
        foreach (var act in new[] { "delivered", "confirm", "code" })
        {
            var problem = await (await buyer.TryAsync(order, act)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "order.state");
            Assert.Equal("paid", problem.GetProperty("state").GetString());
        }
        await (await seller.TryAsync(order, "hand-over", new { code = "123456" })).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "order.state");
        await (await buyer.TryComplainAsync(order)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "order.state");
        await seller.ShipsAsync(order);
        await (await seller.TryAsync(order, "cancel")).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "order.state");
        await buyer.DoesAsync(order, "confirm");
        foreach (var act in new[] { "delivered", "confirm", "cancel", "code" })
            await (await buyer.TryAsync(order, act)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "order.ended");
    }

    [Fact]
    public async Task The_wrong_side_and_strangers_do_nothing()
    {
        var (seller, buyer, order) = await BoughtAsync();
        var other = await host.TraderAsync();
        var shipment = new { carrier = "CJ", trackingNumber = "1" };
        await (await buyer.TryAsync(order, "shipment", shipment)).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "order.not_seller");
        await (await seller.TryAsync(order, "confirm")).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "order.not_buyer");
        await (await seller.TryComplainAsync(order)).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "order.not_buyer");
        await (await seller.TryAsync(order, "delivery", new { delivery = "in_person" })).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "order.not_buyer");
        foreach (var act in new[] { "delivered", "confirm", "cancel", "code" })
            await (await other.TryAsync(order, act)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "order.unknown");
        await (await other.TryAsync(order, "shipment", shipment)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "order.unknown");
        await (await other.TryReviewAsync(order)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "order.unknown");
        await (await other.TryComplainAsync(order)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "order.unknown");
        await (await other.TryAsync(order, "complaint/answer", new { text = "x" })).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "order.unknown");
        Assert.Equal("paid", await buyer.StateAsync(order));
    }

    [Theory]
    [InlineData(null, "1", "order.carrier")]
    [InlineData("  ", "1", "order.carrier")]
    [InlineData("a\nb", "1", "order.carrier")]
    [InlineData("CJ", null, "order.tracking")]
    [InlineData("CJ", "<script>", "order.tracking")]
    [InlineData("CJ", "12345678901234567890123456789012345678901", "order.tracking")]
    public async Task A_shipment_that_is_none_ships_nothing(string? carrier, string? trackingNumber, string code)
    {
        var (seller, _, order) = await BoughtAsync();
        await (await seller.TryAsync(order, "shipment", new { carrier, trackingNumber })).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, code);
        Assert.Equal("paid", await seller.StateAsync(order));
    }

    [Fact]
    public async Task A_tracking_number_is_corrected()
    {
        var (seller, buyer, order) = await BoughtAsync();
        await seller.ShipsAsync(order);
        await seller.DoesAsync(order, "shipment", new { carrier = "우체국택배", trackingNumber = "6000123456789" });
        Assert.Equal("우체국택배", (await buyer.SeesAsync(order)).GetProperty("shipment").GetProperty("carrier").GetString());
    }

    [Fact]
    public async Task An_auctions_winner_says_where_to_send_it_first()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(60_000));
        var order = await host.SoldByAuctionAsync(await seller.SellsAsync(), seller, buyer, price: 40_000, hold: 55_000);
        Assert.Equal((20_000, 0), await host.PointsAsync(buyer));
        Assert.Equal(["orders.won"], await buyer.ToldAsync(order));
        Assert.Equal(["orders.sold_waiting"], await seller.ToldAsync(order));
        Assert.Equal(("auction_win", "choose_delivery"), ((await buyer.SeesAsync(order)).GetProperty("source").GetString(), (await buyer.SeesAsync(order)).GetProperty("next").GetString()));
        await (await seller.TryAsync(order, "shipment", new { carrier = "CJ", trackingNumber = "1" })).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "order.no_delivery");

        await buyer.DoesAsync(order, "delivery", new { delivery = "shipping", address = Trader.Home });
        Assert.Equal("04524", (await seller.SeesAsync(order)).GetProperty("address").GetProperty("postcode").GetString());
        Assert.Contains("orders.delivery_chosen", await seller.ToldAsync(order));
        await buyer.DoesAsync(order, "delivery", new { delivery = "in_person" });
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from orders.address where order_id = @order", new { order }));
        await seller.DoesAsync(order, "hand-over", new { code = await buyer.CodeAsync(order) });
        Assert.Equal((38_000, 0), await host.PointsAsync(seller));
    }

    [Theory]
    [InlineData(Madang.Auctions.SoldBy.BuyNow, "buy_now")]
    [InlineData(Madang.Auctions.SoldBy.SecondChance, "second_chance")]
    public async Task Every_way_of_selling_leads_to_the_same_order(Madang.Auctions.SoldBy by, string source)
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(10_000));
        var order = await host.SoldByAuctionAsync(await seller.SellsAsync(), seller, buyer, 10_000, by);
        Assert.Equal(source, (await buyer.SeesAsync(order)).GetProperty("source").GetString());
        await seller.DoesAsync(order, "cancel");
        Assert.Equal((10_000, 0), await host.PointsAsync(buyer));
    }

    [Fact]
    public async Task Lists_show_each_side_its_own_a_page_at_a_time()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(100_000));
        var orders = new List<Guid>();
        for (var i = 0; i < 3; i++)
            orders.Add(await buyer.BuysAsync(Trader.Shipped(await seller.SellsAsync(1_000))));
        await buyer.BuysAsync(Trader.Shipped(await (await host.TraderAsync()).SellsAsync(1_000)));
        await seller.ShipsAsync(orders[0]);
        await buyer.DoesAsync(orders[0], "confirm");

        var seen = new List<Guid>();
        for (string? after = ""; after is not null;)
        {
            var page = await (await (await seller.ClientAsync()).GetAsync($"/api/orders?role=seller&limit=2&after={after}")).ShouldBeAsync(HttpStatusCode.OK);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()));
            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        Assert.Equal(Enumerable.Reverse(orders), seen);
        async Task<int> CountAsync(Trader trader, string query) => (await (await (await trader.ClientAsync()).GetAsync($"/api/orders?{query}")).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("items").GetArrayLength();
        Assert.Equal((4, 0, 3, 1), (await CountAsync(buyer, ""), await CountAsync(buyer, "role=seller"), await CountAsync(buyer, "state=open"), await CountAsync(buyer, "state=ended")));
        foreach (var (query, code, status) in new[] { ("role=x", "order.role", 422), ("state=x", "order.filter", 422), ("limit=0", "order.limit", 422), ("after=x", "cursor.invalid", 400) })
            await (await (await buyer.ClientAsync()).GetAsync($"/api/orders?{query}")).ShouldBeRefusedAsync((HttpStatusCode)status, code);
    }

    [Fact]
    public async Task The_database_itself_lets_no_final_order_move_and_no_history_change()
    {
        var (seller, buyer, order) = await BoughtAsync();
        await seller.ShipsAsync(order);
        await buyer.DoesAsync(order, "confirm");
        foreach (var sql in new[]
        {
            "update orders.order set state = 'paid', ended_at = null, ending = null, paid_out = 0, fee = 0, due_at = now() where id = @order",
            "update orders.order set refunded = refunded where id = @order and false; update orders.order set paid_out = paid_out - 1, fee = fee + 1 where id = @order",
            "update orders.order set price = price + 1 where id = @order",
            "update orders.order set buyer_id = seller_id where id = @order",
            "delete from orders.order where id = @order",
            "update orders.event set at = now() where order_id = @order",
            "delete from orders.event where order_id = @order",
        })
        {
            await Assert.ThrowsAsync<Npgsql.PostgresException>(() => host.ScalarAsync<int>(sql, new { order }));
        }
    }
}
