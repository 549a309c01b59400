using System.Net;
using System.Text;
using System.Text.Json;
using Madang.Images.Imaging;
using Madang.Tests.Host;
using Madang.Tests.Images;
using Xunit;

namespace Madang.Tests.Orders;

/// <summary>Complaints with pictures, the seller's side, and what the operator decides.</summary>
public sealed class ComplaintTests(OrdersHost host) : IClassFixture<OrdersHost>
{
    private async Task<(Trader Seller, Trader Buyer, Guid Order)> ShippedAsync(long price = 10_000)
    {
        var (seller, buyer) = (await host.TraderAsync(), await host.TraderAsync(price));
        var order = await buyer.BuysAsync(Trader.Shipped(await seller.SellsAsync(price)));
        await seller.ShipsAsync(order);
        return (seller, buyer, order);
    }

    private async Task<(Trader Seller, Trader Buyer, Guid Order)> DisputedAsync(long price = 10_000)
    {
        var (seller, buyer, order) = await ShippedAsync(price);
        await buyer.ComplainsAsync(order);
        return (seller, buyer, order);
    }

    [Fact]
    public async Task A_complaint_with_pictures_stops_the_order_and_both_and_the_operator_see_it()
    {
        var (seller, buyer, order) = await ShippedAsync();
        await (await buyer.TryComplainAsync(order, "not_as_described", "색이 다릅니다.\n사진을 보세요.", Pictures.Png(30, 20), Pictures.Png(20, 30))).ShouldBeAsync(HttpStatusCode.OK);

        var complaint = (await seller.SeesAsync(order)).GetProperty("complaint");
        Assert.Equal(("not_as_described", 2), (complaint.GetProperty("reason").GetString(), complaint.GetProperty("pictureUrls").GetArrayLength()));
        Assert.Contains("orders.complaint", await seller.ToldAsync(order));
        Assert.Equal("answer", (await seller.SeesAsync(order)).GetProperty("next").GetString());

        await seller.DoesAsync(order, "complaint/answer", new { text = "조명 때문에 달라 보입니다." });
        await (await seller.TryAsync(order, "complaint/answer", new { text = "다시" })).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "complaint.closed");
        await (await buyer.TryAsync(order, "complaint/answer", new { text = "내가" })).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "order.not_seller");
        Assert.Contains("orders.answered", await buyer.ToldAsync(order));

        var chief = await host.OperatorAsync();
        var queue = await (await chief.GetAsync("/api/operator/orders")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Contains(queue.GetProperty("items").EnumerateArray(), item => item.GetProperty("id").GetGuid() == order);
        var seen = await (await chief.GetAsync($"/api/operator/orders/{order}")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("조명 때문에 달라 보입니다.", seen.GetProperty("complaint").GetProperty("answer").GetString());
    }

    [Fact]
    public async Task Pictures_of_a_complaint_are_seen_by_both_sides_and_the_operator_and_by_nobody_else()
    {
        var (seller, buyer, order) = await DisputedAsync();
        var picture = await host.ScalarAsync<Guid>("select picture from orders.complaint_picture where order_id = @order", new { order });
        static string Url(JsonElement order) => order.GetProperty("complaint").GetProperty("pictureUrls")[0].GetString()!;
        var url = Url(await seller.SeesAsync(order));
        foreach (var side in new[] { seller, buyer })
        {
            var seen = await (await side.ClientAsync()).GetAsync(url);
            Assert.Equal((HttpStatusCode.OK, true, "private, no-cache"), (seen.StatusCode, seen.Content.Headers.ContentType?.MediaType?.StartsWith("image/", StringComparison.Ordinal), seen.Headers.CacheControl?.ToString().Replace("no-cache, private", "private, no-cache", StringComparison.Ordinal)));
            Assert.False(seen.Headers.Contains("Access-Control-Allow-Origin"));
        }
        using var chief = await host.OperatorAsync();
        Assert.Equal(HttpStatusCode.OK, (await chief.GetAsync(Url(await (await chief.GetAsync($"/api/operator/orders/{order}")).ShouldBeAsync(HttpStatusCode.OK)))).StatusCode);

        var other = await (await host.TraderAsync()).ClientAsync();
        await (await other.GetAsync(url)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "order.unknown");
        await (await other.GetAsync($"/api/operator/orders/{order}/complaint/pictures/1")).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.operator");
        await (await host.Stranger().GetAsync(url)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "auth.required");
        await (await (await buyer.ClientAsync()).GetAsync($"/api/orders/{order}/complaint/pictures/2")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "complaint.picture_unknown");
        // Not by the picture's own name either, whoever has learned it.
        using var program = await host.ProgramAsync("images:read", "images:write");
        foreach (var path in new[] { $"/cdn/{picture}", $"/cdn/{picture}?w=480&h=480&fit=crop", $"/cdn/{picture}/download", $"/iiif/3/{picture}/info.json", $"/iiif/3/{picture}/full/max/0/default.jpg", $"/api/images/{picture}", $"/api/images/{picture}/original", $"/api/images/{picture}/events" })
            Assert.Equal(HttpStatusCode.NotFound, (await program.GetAsync(path)).StatusCode);
        Assert.DoesNotContain(picture.ToString(), await (await program.GetAsync("/api/images?limit=200")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await (await program.PostAsync($"/api/images/{picture}/purge", null)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "image.unknown");
        await (await program.DeleteAsync($"/api/images/{picture}")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "image.unknown");
        Assert.Equal(HttpStatusCode.OK, (await (await buyer.ClientAsync()).GetAsync(url)).StatusCode);
    }

    [Fact]
    public async Task Pictures_that_are_refused_stop_nothing_and_leave_nothing_of_those_sent_with_them()
    {
        var (_, buyer, order) = await ShippedAsync();
        var huge = new byte[10_000_001];
        Pictures.Png(8, 8).CopyTo(huge, 0);
        (byte[] Picture, HttpStatusCode Status, string Code)[] refused =
        [
            (Pictures.TextNamedJpg(), HttpStatusCode.UnsupportedMediaType, "image.type_unknown"),
            (Pictures.Svg(), HttpStatusCode.UnsupportedMediaType, "image.svg_refused"),
            (Pictures.Truncated(SourceFormat.Png), HttpStatusCode.UnprocessableEntity, "image.truncated"),
            (huge, HttpStatusCode.RequestEntityTooLarge, "image.too_large"),
        ];
        foreach (var (picture, status, code) in refused)
            await (await buyer.TryComplainAsync(order, pictures: [Pictures.Png(9, 9), picture])).ShouldBeRefusedAsync(status, code);
        Assert.Equal("shipped", await buyer.StateAsync(order));
        Assert.Equal(0, await host.ScalarAsync<long>("select count(*) from images.image where created_by = @who", new { who = $"member:{buyer.Id:N}" }));
        await buyer.ComplainsAsync(order);
        Assert.Equal(1, await host.ScalarAsync<long>("select count(*) from images.image where created_by = @who and is_private and retain_until is null", new { who = $"member:{buyer.Id:N}" }));
    }

    [Theory]
    [InlineData(10_000, 10_000, 0, "refunded")]
    [InlineData(3_333, 3_333, 6_334, "released")]
    [InlineData(0, 0, 9_500, "released")]
    public async Task The_operator_decides_and_the_points_go_where_he_says(long refund, long toBuyer, long toSeller, string state)
    {
        var (seller, buyer, order) = await DisputedAsync();
        var chief = await host.TraderAsync(role: "operator");

        var resolved = await chief.ResolvesAsync(order, refund);

        Assert.Equal(state, resolved.GetProperty("state").GetString());
        Assert.Equal((toBuyer, 0), await host.PointsAsync(buyer));
        Assert.Equal((toSeller, 0), await host.PointsAsync(seller));
        foreach (var side in new[] { seller, buyer })
        {
            Assert.Contains("orders.resolved", await side.ToldAsync(order));
            Assert.Equal("사진을 보고 정했습니다.", (await side.SeesAsync(order)).GetProperty("complaint").GetProperty("note").GetString());
        }
        var (by, detail) = (await host.ScalarAsync<Guid>("select actor_id from accounts.audit where subject_id = @order", new { order }), await host.ScalarAsync<string>("select detail::text from accounts.audit where subject_id = @order", new { order }));
        Assert.Equal(chief.Id, by);
        Assert.Contains(refund.ToString(System.Globalization.CultureInfo.InvariantCulture), detail, StringComparison.Ordinal);
        Assert.Equal(state == "refunded" ? "unsold" : "sold", await (await seller.OnMarketAsync()).StateAsync((await seller.SeesAsync(order)).GetProperty("listing").GetGuid()));
    }

    [Fact]
    public async Task The_operator_decides_only_what_is_disputed_no_more_than_there_is_and_with_reasons()
    {
        var (seller, buyer, order) = await ShippedAsync();
        var chief = await host.TraderAsync(role: "operator");
        await (await chief.TryResolveAsync(order, 0)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "order.state");
        await buyer.ComplainsAsync(order);
        await (await chief.TryResolveAsync(order, 10_001)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "order.refund");
        await (await chief.TryResolveAsync(order, -1)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "order.refund");
        await (await chief.TryResolveAsync(order, 0, note: " ")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "order.note");
        await (await chief.TryResolveAsync(order, 0, note: new string('가', 501))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "order.note");
        await (await chief.TryResolveAsync(Guid.CreateVersion7(), 0)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "order.unknown");
        await (await seller.TryResolveAsync(order, 0)).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.operator");
        Assert.Equal("disputed", await buyer.StateAsync(order));
    }

    [Fact]
    public async Task An_operator_does_not_decide_his_own_case()
    {
        var (seller, chief) = (await host.TraderAsync(), await host.TraderAsync(10_000, role: "operator"));
        var order = await chief.BuysAsync(Trader.Shipped(await seller.SellsAsync()));
        await seller.ShipsAsync(order);
        await chief.ComplainsAsync(order);

        await (await chief.TryResolveAsync(order, 10_000)).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "order.own_case");

        Assert.Equal("disputed", await seller.StateAsync(order));
        Assert.Equal((0, 0), await host.PointsAsync(chief));
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from accounts.audit where subject_id = @order", new { order }));
    }

    [Fact]
    public async Task A_complaint_that_is_none_stops_nothing_and_leaves_no_picture()
    {
        var (_, buyer, order) = await ShippedAsync();
        await (await buyer.TryComplainAsync(order, "because")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "complaint.reason");
        await (await buyer.TryComplainAsync(order, text: "  ")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "complaint.text");
        await (await buyer.TryComplainAsync(order, text: new string('가', 1_001))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "complaint.text");
        await (await buyer.TryComplainAsync(order, pictures: [.. Enumerable.Range(0, 6).Select(_ => Pictures.Png(8, 8))])).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "complaint.pictures");
        await (await buyer.TryComplainAsync(order, pictures: [Pictures.Png(8, 8), Encoding.UTF8.GetBytes("%PDF-1.7 not a picture")])).ShouldBeRefusedAsync(HttpStatusCode.UnsupportedMediaType, "image.type_unknown");
        var broken = await (await buyer.ClientAsync()).PostAsync($"/api/orders/{order}/complaint", new StringContent("{", Encoding.UTF8, "application/json"));
        Assert.InRange((int)broken.StatusCode, 400, 422);
        Assert.Equal("shipped", await buyer.StateAsync(order));
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from orders.complaint_picture where order_id = @order", new { order }));
    }

    [Fact]
    public async Task A_buyer_who_is_content_after_all_confirms()
    {
        var (seller, buyer, order) = await DisputedAsync();
        await buyer.DoesAsync(order, "confirm");
        Assert.Equal((9_500, 0), await host.PointsAsync(seller));
    }

    [Fact]
    public async Task The_operator_who_is_no_member_decides_too_and_the_buyer_learns_nothing_of_the_sellers_payout()
    {
        var (seller, buyer, order) = await DisputedAsync();
        using var chief = await host.OperatorAsync();
        await (await chief.PostAsync($"/api/operator/orders/{order}/resolution", new { refund = 1, note = "조금만 돌려드립니다" })).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal((1, 0), await host.PointsAsync(buyer));
        // 9,999 less 499.95, rounded down in the seller's favour.
        Assert.Equal((9_500, 0), await host.PointsAsync(seller));
        var seen = JsonSerializer.Serialize(await buyer.SeesAsync(order));
        Assert.DoesNotContain("9500", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("499", seen, StringComparison.Ordinal);
    }
}
