using System.Net;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Orders;

/// <summary>Two things at once: one happens, the other is told, and the points move once.</summary>
public sealed class RacesTests(OrdersHost host) : IClassFixture<OrdersHost>
{
    private const int Rounds = 6;

    private async Task<(Trader Seller, Trader Buyer, Guid Order)> BoughtAsync()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(10_000));
        return (seller, buyer, await buyer.BuysAsync(Trader.Shipped(await seller.SellsAsync())));
    }

    [Fact]
    public async Task Shipping_and_calling_it_off()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (seller, buyer, order) = await BoughtAsync();
            var answers = await Task.WhenAll(seller.TryAsync(order, "shipment", new { carrier = "CJ", trackingNumber = "1" }), seller.TryAsync(order, "cancel"));
            Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.OK);
            Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.Conflict);
            var shipped = await buyer.StateAsync(order) == "shipped";
            Assert.Equal((shipped ? 0 : 10_000, 0), await host.PointsAsync(buyer));
        }
    }

    [Fact]
    public async Task Confirming_and_complaining()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (seller, buyer, order) = await BoughtAsync();
            await seller.ShipsAsync(order);
            var answers = await Task.WhenAll(buyer.TryAsync(order, "confirm"), buyer.TryComplainAsync(order));
            // A complaint may come first and be ended by the confirmation; what is confirmed takes no complaint.
            Assert.Equal(HttpStatusCode.OK, answers[0].StatusCode);
            Assert.Contains(answers[1].StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.Conflict });
            Assert.Equal("released", await buyer.StateAsync(order));
            Assert.Equal((9_500, 0), await host.PointsAsync(seller));
        }
    }

    [Fact]
    public async Task Confirming_ten_times_pays_once()
    {
        var (seller, buyer, order) = await BoughtAsync();
        await seller.ShipsAsync(order);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => buyer.TryAsync(order, "confirm")));
        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.OK);
        Assert.Equal(9, answers.Count(answer => answer.StatusCode is HttpStatusCode.Conflict));
        Assert.Equal((9_500, 0), await host.PointsAsync(seller));
    }

    [Fact]
    public async Task The_clock_and_a_complaint()
    {
        var orders = new List<(Trader Seller, Trader Buyer, Guid Order)>();
        for (var round = 0; round < Rounds; round++)
        {
            var one = await BoughtAsync();
            await one.Seller.ShipsAsync(one.Order);
            await one.Buyer.DoesAsync(one.Order, "delivered");
            orders.Add(one);
        }
        host.First.Clock.Advance(TimeSpan.FromDays(7) + TimeSpan.FromMinutes(1));
        await Task.WhenAll(orders.Select(one => one.Buyer.ClientAsync()));

        var complaints = orders.Select(one => one.Buyer.TryComplainAsync(one.Order)).ToList();
        await host.AdvanceAsync();

        foreach (var (one, answer) in orders.Zip(await Task.WhenAll(complaints)))
        {
            var disputed = answer.StatusCode is HttpStatusCode.OK;
            Assert.Equal(disputed ? "disputed" : "released", await one.Buyer.StateAsync(one.Order));
            Assert.Equal((disputed ? 0 : 9_500, 0), await host.PointsAsync(one.Seller));
        }
    }

    [Fact]
    public async Task Two_operators_decide_differently()
    {
        var chiefs = await Task.WhenAll(host.TraderAsync(role: "operator"), host.TraderAsync(role: "operator"));
        for (var round = 0; round < Rounds; round++)
        {
            var (seller, buyer, order) = await BoughtAsync();
            await seller.ShipsAsync(order);
            await buyer.ComplainsAsync(order);
            var answers = await Task.WhenAll(chiefs[0].TryResolveAsync(order, 10_000), chiefs[1].TryResolveAsync(order, 0));
            Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.OK);
            await answers.Single(answer => answer.StatusCode is not HttpStatusCode.OK).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "order.ended");
            Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from accounts.audit where subject_id = @order and action = 'order.resolve'", new { order }));
            Assert.Equal(10_000 - (await host.PointsAsync(seller) is (0, 0) ? 0 : 500), (await host.PointsAsync(buyer)).Available + (await host.PointsAsync(seller)).Available);
        }
    }

    [Fact]
    public async Task Two_who_buy_from_each_other_at_once_wait_for_nobody_for_ever()
    {
        var (one, other) = (await host.TraderAsync(100_000), await host.TraderAsync(100_000));
        var (mine, theirs) = (new List<Guid>(), new List<Guid>());
        for (var i = 0; i < 4; i++)
        {
            mine.Add(await one.SellsAsync());
            theirs.Add(await other.SellsAsync());
        }

        var orders = await Task.WhenAll(theirs.Select(listing => one.BuysAsync(Trader.Shipped(listing))).Concat(mine.Select(listing => other.BuysAsync(Trader.Shipped(listing)))));
        await Task.WhenAll(orders.Select((order, place) => (place < 4 ? other : one).ShipsAsync(order)));
        await Task.WhenAll(orders.Select((order, place) => (place < 4 ? one : other).DoesAsync(order, "confirm")));

        Assert.Equal((98_000, 0), await host.PointsAsync(one));
        Assert.Equal((98_000, 0), await host.PointsAsync(other));
        Assert.Equal(4, await host.ScalarAsync<int>("select sales from orders.reputation where member_id = @Id", new { one.Id }));
    }

    [Fact]
    public async Task Buying_and_confirming_of_the_same_member_at_once_wait_for_each_other_in_one_order()
    {
        var (buyer, seller) = (await host.TraderAsync(200_000), await host.TraderAsync());
        for (var round = 0; round < Rounds; round++)
        {
            var order = await buyer.BuysAsync(Trader.Shipped(await seller.SellsAsync()));
            await seller.ShipsAsync(order);
            var listing = await seller.SellsAsync();
            var answers = await Task.WhenAll(buyer.TryBuyAsync(Trader.Shipped(listing)), buyer.TryAsync(order, "confirm"));
            Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (answers[0].StatusCode, answers[1].StatusCode));
        }
    }

    [Fact]
    public async Task Both_review_at_once_and_both_are_shown()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (seller, buyer, order) = await BoughtAsync();
            await seller.ShipsAsync(order);
            await buyer.DoesAsync(order, "confirm");
            foreach (var answer in await Task.WhenAll(seller.TryReviewAsync(order), buyer.TryReviewAsync(order), buyer.TryReviewAsync(order, 1)))
                Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.Conflict });
            Assert.Equal(2, await host.ScalarAsync<int>("select count(*) from orders.review where order_id = @order and shown_at is not null", new { order }));
        }
    }
}
