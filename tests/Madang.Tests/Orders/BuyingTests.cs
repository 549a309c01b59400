using System.Net;
using System.Net.Http.Json;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Orders;

/// <summary>Buying at a fixed price: one sale only, paid into escrow, or nothing at all.</summary>
public sealed class BuyingTests(OrdersHost host) : IClassFixture<OrdersHost>
{
    [Fact]
    public async Task What_is_bought_is_sold_paid_into_escrow_and_told_to_both()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(50_000));
        var listing = await seller.SellsAsync(30_000);

        var answer = await buyer.TryBuyAsync(Trader.Shipped(listing, price: 30_000));
        var order = await answer.ShouldBeAsync(HttpStatusCode.Created);

        var id = order.GetProperty("id").GetGuid();
        Assert.Equal($"/api/orders/{id}", answer.Headers.Location?.ToString());
        Assert.Equal(("paid", "buyer", "fixed_price", "shipping"), (Text(order, "state"), Text(order, "role"), Text(order, "source"), Text(order, "delivery")));
        Assert.Equal(30_000, order.GetProperty("money").GetProperty("inEscrow").GetInt64());
        Assert.False(order.GetProperty("money").TryGetProperty("fee", out _), "what the house keeps is not the buyer's to know");
        Assert.Equal((20_000, 0), await host.PointsAsync(buyer));
        Assert.Equal("sold", await (await seller.OnMarketAsync()).StateAsync(listing));
        Assert.Equal(["orders.bought"], await buyer.ToldAsync(id));
        Assert.Equal(["orders.sold"], await seller.ToldAsync(id));
        var sold = await seller.SeesAsync(id);
        Assert.Equal(28_500, sold.GetProperty("money").GetProperty("payout").GetInt64());
        Assert.Equal("김서연", Text(sold.GetProperty("address"), "recipient"));
        Assert.Equal("ship", Text(sold, "next"));
    }

    [Fact]
    public async Task Of_ten_who_buy_at_once_one_does_and_nine_are_told_that_it_is_sold()
    {
        var seller = await host.TraderAsync();
        var listing = await seller.SellsAsync(10_000);
        var buyers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => host.TraderAsync(10_000)));
        await Task.WhenAll(buyers.Select(buyer => buyer.ClientAsync()));

        var answers = await Task.WhenAll(buyers.Select(buyer => buyer.TryBuyAsync(Trader.Shipped(listing))));

        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.Created);
        foreach (var answer in answers.Where(answer => answer.StatusCode is not HttpStatusCode.Created))
            await answer.ShouldBeRefusedAsync(HttpStatusCode.Conflict, "listing.sold");
        Assert.Equal(9, (await Task.WhenAll(buyers.Select(host.PointsAsync))).Count(points => points == (10_000, 0)));
    }

    [Fact]
    public async Task One_buyer_who_asks_ten_times_under_one_key_has_one_order()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(100_000));
        var wish = Trader.Shipped(await seller.SellsAsync(10_000));
        await buyer.ClientAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => buyer.TryBuyAsync(wish, "once")));

        var ids = await Task.WhenAll(answers.Select(async answer => (await answer.ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid()));
        Assert.Single(ids.Distinct());
        Assert.Equal((90_000, 0), await host.PointsAsync(buyer));
        await (await buyer.TryBuyAsync(Trader.InPerson(await seller.SellsAsync()), "once")).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "order.key_reused");
    }

    [Fact]
    public async Task Two_listings_at_once_under_one_key_are_one_order()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(100_000));
        var listings = new[] { await seller.SellsAsync(10_000), await seller.SellsAsync(10_000) };
        await buyer.ClientAsync();

        var answers = await Task.WhenAll(listings.Select(listing => buyer.TryBuyAsync(Trader.Shipped(listing), "both")));

        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.Created);
        await answers.Single(answer => answer.StatusCode is not HttpStatusCode.Created).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "order.key_reused");
        Assert.Equal((90_000, 0), await host.PointsAsync(buyer));
    }

    [Fact]
    public async Task One_who_buys_two_things_with_points_for_one_gets_one()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(10_000));
        var listings = new[] { await seller.SellsAsync(10_000), await seller.SellsAsync(10_000), await seller.SellsAsync(10_000) };
        await buyer.ClientAsync();

        var answers = await Task.WhenAll(listings.Select(listing => buyer.TryBuyAsync(Trader.Shipped(listing))));

        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.Created);
        Assert.Equal(2, answers.Count(answer => answer.StatusCode is HttpStatusCode.UnprocessableEntity));
        Assert.Equal((0, 0), await host.PointsAsync(buyer));
    }

    [Fact]
    public async Task Without_points_nothing_is_bought_and_the_way_to_charge_is_shown()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(9_999));
        var listing = await seller.SellsAsync(10_000);

        var problem = await (await buyer.TryBuyAsync(Trader.Shipped(listing), "later")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.insufficient");

        Assert.Equal(("/wallet", 9_999L, 10_000L), (Text(problem, "charge"), problem.GetProperty("available").GetInt64(), problem.GetProperty("needed").GetInt64()));
        Assert.Equal("live", await (await seller.OnMarketAsync()).StateAsync(listing));
        await host.GiveAsync(buyer.Id, 1);
        // A refusal leaves the key free.
        await (await buyer.TryBuyAsync(Trader.Shipped(listing), "later")).ShouldBeAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Nobody_buys_his_own_nor_what_is_a_draft_withdrawn_or_unknown()
    {
        var (seller, buyer) = (await host.TraderAsync(50_000), await host.TraderAsync(50_000));
        var (listing, gone) = (await seller.SellsAsync(), await seller.SellsAsync());
        await (await (await seller.ClientAsync()).PostAsync($"/api/listings/{gone}/withdraw", null)).ShouldBeAsync(HttpStatusCode.OK);

        await (await seller.TryBuyAsync(Trader.Shipped(listing))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "order.own_listing");
        await (await buyer.TryBuyAsync(Trader.Shipped(gone))).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "listing.not_live");
        await (await buyer.TryBuyAsync(Trader.Shipped(await seller.DraftsAsync()))).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "listing.unknown");
        await (await buyer.TryBuyAsync(Trader.Shipped(Guid.CreateVersion7()))).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "listing.unknown");
        Assert.Equal((50_000, 0), await host.PointsAsync(buyer));
    }

    [Fact]
    public async Task Whom_the_seller_blocked_buys_nothing()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(50_000));
        var listing = await seller.SellsAsync();
        await host.ScalarAsync<int>("insert into market.block (member_id, blocked_id, at) values (@Seller, @Buyer, now())", new { Seller = seller.Id, Buyer = buyer.Id });

        await (await buyer.TryBuyAsync(Trader.Shipped(listing))).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "order.blocked");

        Assert.Equal("live", await (await seller.OnMarketAsync()).StateAsync(listing));
    }

    [Fact]
    public async Task A_price_that_changed_since_it_was_seen_buys_nothing()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(50_000));
        var listing = await seller.SellsAsync(12_000);

        var problem = await (await buyer.TryBuyAsync(Trader.Shipped(listing, price: 10_000))).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "listing.price_changed");

        Assert.Equal(12_000, problem.GetProperty("price").GetInt64());
    }

    [Fact]
    public async Task A_price_that_is_changed_while_it_is_bought_is_paid_as_it_was_seen_or_not_at_all()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(200_000));
        for (var round = 0; round < 6; round++)
        {
            var listing = await seller.SellsAsync(10_000);
            var picture = (await (await seller.OnMarketAsync()).ShowAsync(listing)).GetProperty("pictures")[0].GetProperty("id").GetGuid();
            await buyer.ClientAsync();

            var bought = buyer.TryBuyAsync(Trader.Shipped(listing, price: 10_000));
            var changed = (await seller.ClientAsync()).PutAsJsonAsync($"/api/listings/{listing}", Market.MarketMember.Words(picture, ("price", 15_000)));

            var (sale, edit) = (await bought, await changed);
            if (sale.StatusCode is HttpStatusCode.Created)
                Assert.Equal(HttpStatusCode.Conflict, edit.StatusCode);
            else
                await sale.ShouldBeRefusedAsync(HttpStatusCode.Conflict, "listing.price_changed");
            Assert.Equal(sale.StatusCode is HttpStatusCode.Created ? 10_000 : 15_000, await host.ScalarAsync<long>("select price from market.listing where id = @listing", new { listing }));
        }
    }

    [Fact]
    public async Task It_is_sent_to_an_address_of_the_own_book_and_of_nobody_elses()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(50_000));
        async Task<Guid> AddressAsync(Trader trader) => (await (await (await trader.ClientAsync()).PostAsJsonAsync(
            "/api/me/addresses", new { label = "집", recipient = "이도현", phone = "010-1111-2222", postcode = "48058", line1 = "부산광역시 해운대구 센텀중앙로 90" })).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        var listing = await seller.SellsAsync();

        await (await buyer.TryBuyAsync(new { listing, delivery = "shipping", addressId = await AddressAsync(seller) })).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "address.unknown");
        var order = await buyer.BuysAsync(new { listing, delivery = "shipping", addressId = await AddressAsync(buyer) });

        Assert.Equal("이도현", Text((await seller.SeesAsync(order)).GetProperty("address"), "recipient"));
    }

    [Fact]
    public async Task Case_24_an_address_is_unreadable_in_the_database_and_unseen_by_strangers_and_operators()
    {
        var (seller, buyer, other, chief) = (await host.TraderAsync(), await host.TraderAsync(50_000), await host.TraderAsync(), await host.TraderAsync(role: "operator"));
        var order = await buyer.BuysAsync(Trader.Shipped(await seller.SellsAsync()));

        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from orders.address where position('세종대로'::bytea in sealed) > 0 or position('98765432'::bytea in sealed) > 0"));
        await (await other.TrySeeAsync(order)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "order.unknown");
        await (await chief.TrySeeAsync(order)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "order.unknown");
        var seen = await (await (await chief.ClientAsync()).GetAsync($"/api/operator/orders/{order}")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.False(seen.TryGetProperty("address", out _));
        await (await (await other.ClientAsync()).GetAsync($"/api/operator/orders/{order}")).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.operator");
    }

    [Fact]
    public async Task Who_wishes_nonsense_is_told_so_and_nothing_happens()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(50_000));
        var listing = await seller.SellsAsync();
        foreach (var (wish, code) in new (object, string)[]
        {
            (new { listing }, "order.delivery"),
            (new { listing, delivery = "drone" }, "order.delivery"),
            (new { listing, delivery = "Shipping" }, "order.delivery"),
            (new { listing, delivery = "shipping" }, "order.address"),
            (new { listing, delivery = "shipping", address = new { recipient = "" } }, "member.name"),
            (new { listing, delivery = "shipping", address = new { recipient = "a\0b", phone = "010-1234-5678", postcode = "04524", line1 = "x" } }, "member.name"),
            (new { listing, delivery = "shipping", address = new { recipient = "김", phone = "1", postcode = "04524", line1 = "x" } }, "member.phone"),
            (new { listing, delivery = "shipping", address = new { recipient = "김", phone = "010-1234-5678", postcode = "04524", line1 = new string('가', 201) } }, "member.address"),
        })
        {
            await (await buyer.TryBuyAsync(wish)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, code);
        }
        var client = await buyer.ClientAsync();
        await (await client.PostAsJsonAsync("/api/orders", Trader.InPerson(listing))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "order.key");
        await (await buyer.TryBuyAsync(Trader.InPerson(listing), new string('k', 201))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "order.key");
        foreach (var broken in new object[] { new { listing = "x" }, new { listing, delivery = 7 }, new { listing, price = "many" }, Array.Empty<int>() })
            Assert.Equal(HttpStatusCode.BadRequest, (await buyer.TryBuyAsync(broken)).StatusCode);
        await (await host.Stranger().PostAsJsonAsync("/api/orders", Trader.InPerson(listing))).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "auth.required");
        Assert.Equal("live", await (await seller.OnMarketAsync()).StateAsync(listing));
        Assert.Equal((50_000, 0), await host.PointsAsync(buyer));
    }

    [Fact]
    public async Task A_price_is_bounded()
    {
        var seller = await (await host.TraderAsync()).OnMarketAsync();
        var dear = await seller.NewDraftAsync(("price", 1_000_000_001L));
        await (await seller.PublishAsync(dear)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "listing.price");
    }

    private static string Text(System.Text.Json.JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
