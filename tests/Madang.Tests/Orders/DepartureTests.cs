using System.Net;
using System.Net.Http.Json;
using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Madang.Tests.Servers;
using Xunit;

namespace Madang.Tests.Orders;

/// <summary>Members who wish to leave, and what stays of them; and mail that is down while things are sold.</summary>
public sealed class DepartureTests(OrdersHost host) : IClassFixture<OrdersHost>
{
    private static async Task<HttpResponseMessage> TryLeaveAsync(Trader trader, Node node)
    {
        using var browser = await trader.Member.BrowserAsync(node);
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/me") { Content = JsonContent.Create(new { loginId = trader.Member.LoginId }) };
        return await browser.SendAsync(request);
    }

    [Fact]
    public async Task Nobody_leaves_while_an_order_is_open_and_history_and_reviews_stay_without_the_person()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(10_000));
        var order = await buyer.BuysAsync(Trader.Shipped(await seller.SellsAsync()));
        await seller.ShipsAsync(order);
        await buyer.ComplainsAsync(order);
        foreach (var side in new[] { seller, buyer })
            await (await TryLeaveAsync(side, host.First)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, side == buyer ? "wallet.under_way" : "orders.open");
        await buyer.DoesAsync(order, "confirm");
        await (await buyer.TryReviewAsync(order, 5, "고맙습니다")).ShouldBeAsync(HttpStatusCode.OK);
        await (await seller.TryReviewAsync(order)).ShouldBeAsync(HttpStatusCode.OK);

        var left = await TryLeaveAsync(buyer, host.First);
        Assert.True(left.IsSuccessStatusCode, await left.Content.ReadAsStringAsync());

        var seen = await seller.SeesAsync(order);
        Assert.False(seen.GetProperty("buyer").TryGetProperty("nickname", out _));
        Assert.Equal("고맙습니다", seen.GetProperty("reviews").GetProperty("theirs").GetProperty("text").GetString());
        Assert.Equal("", seen.GetProperty("complaint").GetProperty("text").GetString());
        Assert.Equal(0, seen.GetProperty("complaint").GetProperty("pictureUrls").GetArrayLength());
        Assert.DoesNotContain(buyer.Member.Nickname, seen.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from orders.address where order_id = @order", new { order }));
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from orders.order where id = @order and (tracking_number is not null or key is not null)", new { order }));
    }

    [Fact]
    public async Task A_seller_who_takes_his_thing_back_and_leaves_while_somebody_buys_it_has_sold_it_or_is_gone()
    {
        for (var round = 0; round < 6; round++)
        {
            var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(10_000));
            var listing = await seller.SellsAsync();
            var (selling, _) = (await seller.ClientAsync(), await buyer.ClientAsync());
            using var browser = await seller.Member.BrowserAsync(host.First);
            var leaving = round % 2 == 0 ? LeaveAsync() : null;
            var buying = buyer.TryBuyAsync(Trader.Shipped(listing));
            var (left, bought) = (await (leaving ?? LeaveAsync()), await buying);

            if (bought.StatusCode is HttpStatusCode.Created)
            {
                await left.ShouldBeRefusedAsync(HttpStatusCode.Conflict, "orders.open");
                var order = (await bought.JsonAsync()).GetProperty("id").GetGuid();
                await seller.ShipsAsync(order);
                await buyer.DoesAsync(order, "confirm");
                Assert.Equal((9_500, 0), await host.PointsAsync(seller));
            }
            else
            {
                await bought.ShouldBeRefusedAsync(HttpStatusCode.Conflict, "listing.not_live");
                Assert.True(left.IsSuccessStatusCode, await left.Content.ReadAsStringAsync());
                Assert.Equal((10_000, 0), await host.PointsAsync(buyer));
                Assert.Equal(0, await host.ScalarAsync<long>("select count(*) from orders.order where listing_id = @listing", new { listing }));
            }

            async Task<HttpResponseMessage> LeaveAsync()
            {
                await selling.PostAsync($"/api/listings/{listing}/withdraw", null);
                using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/me") { Content = JsonContent.Create(new { loginId = seller.Member.LoginId }) };
                return await browser.SendAsync(request);
            }
        }
    }

    [Fact]
    public async Task A_seller_who_leaves_in_the_very_moment_of_a_purchase_is_held_back_by_what_he_sells_or_has_sold()
    {
        for (var round = 0; round < 6; round++)
        {
            var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(10_000));
            var listing = await seller.SellsAsync();
            await buyer.ClientAsync();
            using var browser = await seller.Member.BrowserAsync(host.First);
            var buying = buyer.TryBuyAsync(Trader.Shipped(listing));
            do
                Assert.Contains(await LeaveAsync(), new[] { "market.live_listings", "orders.open" });
            while (!buying.IsCompleted);
            await (await buying).ShouldBeAsync(HttpStatusCode.Created);
            Assert.Equal("orders.open", await LeaveAsync());

            async Task<string?> LeaveAsync()
            {
                using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/me") { Content = JsonContent.Create(new { loginId = seller.Member.LoginId }) };
                return (await (await browser.SendAsync(request)).ShouldBeAsync(HttpStatusCode.Conflict)).GetProperty("code").GetString();
            }
        }
    }

    [Fact]
    public async Task What_one_wrote_who_leaves_is_shown_and_he_is_told_nothing_any_more()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(10_000));
        var order = await buyer.BuysAsync(Trader.InPerson(await seller.SellsAsync()));
        await seller.DoesAsync(order, "hand-over", new { code = await buyer.CodeAsync(order) });
        await (await buyer.TryReviewAsync(order, 4, "좋았습니다")).ShouldBeAsync(HttpStatusCode.OK);

        var left = await TryLeaveAsync(buyer, host.First);
        Assert.True(left.IsSuccessStatusCode, await left.Content.ReadAsStringAsync());

        Assert.Equal("좋았습니다", (await seller.SeesAsync(order)).GetProperty("reviews").GetProperty("theirs").GetProperty("text").GetString());
        Assert.Equal(1, await host.ScalarAsync<int>("select reviews from orders.reputation where member_id = @Id", new { seller.Id }));
        await (await seller.TryReviewAsync(order)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "review.closed");
        Assert.Empty(await buyer.ToldAsync(order));
    }

    [Fact]
    public async Task What_is_kept_of_a_member_is_in_the_export_and_nothing_of_others()
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(10_000));
        var order = await buyer.BuysAsync(Trader.Shipped(await seller.SellsAsync()));
        async Task<string> ExportAsync(Trader trader)
        {
            using var browser = await trader.Member.BrowserAsync(host.First);
            return (await (await browser.GetAsync("/api/me/export")).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("orders").GetRawText();
        }

        var (mine, theirs) = (await ExportAsync(buyer), await ExportAsync(seller));

        Assert.Contains("세종대로", mine, StringComparison.Ordinal);
        Assert.Contains(order.ToString(), theirs, StringComparison.Ordinal);
        Assert.DoesNotContain("세종대로", theirs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_server_that_is_down_hinders_nothing()
    {
        var node = await host.NodeAsync([new("Mail:Smtp:Host", "127.0.0.1"), new("Mail:Smtp:Port", LocalPorts.Free(1)[0].ToString(System.Globalization.CultureInfo.InvariantCulture)), new("Mail:From", "Madang <madang@example.com>"), new("Mail:Smtp:Tls", "false")]);
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(10_000));
        var listing = await seller.SellsAsync();
        using var program = await buyer.Member.ProgramAsync(node);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/orders") { Content = JsonContent.Create(Trader.InPerson(listing)) };
        request.Headers.Add("Idempotency-Key", "mail-is-down");
        var order = (await (await program.Client.SendAsync(request)).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        await seller.DoesAsync(order, "hand-over", new { code = await buyer.CodeAsync(order) });
        Assert.Equal((9_500, 0), await host.PointsAsync(seller));
        Assert.Contains("orders.paid_out", await seller.ToldAsync(order));
    }
}
