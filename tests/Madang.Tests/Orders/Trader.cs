using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Madang.Tests.Images;
using Madang.Tests.Market;

namespace Madang.Tests.Orders;

/// <summary>A member who sells and buys. Signs in anew when the clock was put forward.</summary>
public sealed class Trader(OrdersHost host, TestMember member)
{
    public static readonly object Home = new { recipient = "김서연", phone = "010-9876-5432", postcode = "04524", line1 = "서울특별시 중구 세종대로 110", line2 = "3층" };

    private TestProgram? _program;
    private DateTimeOffset _signedIn;

    public Guid Id => member.Id;

    public TestMember Member => member;

    public async Task<HttpClient> ClientAsync()
    {
        var now = host.First.Clock.GetUtcNow();
        if (_program is null || now - _signedIn > TimeSpan.FromMinutes(30))
            (_program, _signedIn) = (await member.ProgramAsync(host.First), now);
        return _program.Client;
    }

    public async Task<MarketMember> OnMarketAsync()
    {
        await ClientAsync();
        return new MarketMember(member, _program!);
    }

    /// <summary>Something live at a fixed price.</summary>
    public async Task<Guid> SellsAsync(long price = 10_000) => await (await OnMarketAsync()).ListAsync(("price", price));

    /// <summary>A draft that was never published.</summary>
    public async Task<Guid> DraftsAsync() => await (await OnMarketAsync()).NewDraftAsync();

    public static object Shipped(Guid listing, long? price = null) => new { listing, delivery = "shipping", address = Home, price };

    public static object InPerson(Guid listing) => new { listing, delivery = "in_person" };

    public async Task<HttpResponseMessage> TryBuyAsync(object wish, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/orders") { Content = JsonContent.Create(wish) };
        request.Headers.Add("Idempotency-Key", key ?? Guid.CreateVersion7().ToString());
        return await (await ClientAsync()).SendAsync(request);
    }

    public async Task<Guid> BuysAsync(object wish) => (await (await TryBuyAsync(wish)).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();

    public async Task<HttpResponseMessage> TryAsync(Guid order, string act, object? body = null) =>
        await (await ClientAsync()).PostAsync($"/api/orders/{order}/{act}", body is null ? null : JsonContent.Create(body));

    public async Task<JsonElement> DoesAsync(Guid order, string act, object? body = null) => await (await TryAsync(order, act, body)).ShouldBeAsync(HttpStatusCode.OK);

    public Task<JsonElement> ShipsAsync(Guid order) => DoesAsync(order, "shipment", new { carrier = "한진택배", trackingNumber = "5678-1234-9012" });

    public async Task<string> CodeAsync(Guid order) => (await DoesAsync(order, "code")).GetProperty("code").GetString()!;

    public async Task<HttpResponseMessage> TryComplainAsync(Guid order, string reason = "damaged", string text = "모서리가 깨져서 왔습니다.", params byte[][] pictures)
    {
        using var form = new MultipartFormDataContent { { new StringContent(reason), "reason" }, { new StringContent(text), "text" } };
        foreach (var picture in pictures)
            form.Add(new ByteArrayContent(picture), "pictures", "증거.png");
        return await (await ClientAsync()).PostAsync($"/api/orders/{order}/complaint", form);
    }

    public async Task<JsonElement> ComplainsAsync(Guid order) => await (await TryComplainAsync(order, pictures: Pictures.Png(40, 30))).ShouldBeAsync(HttpStatusCode.OK);

    public Task<HttpResponseMessage> TryReviewAsync(Guid order, int stars = 5, string? text = "좋은 거래였습니다", params string[] tags) => TryAsync(order, "review", new { stars, text, tags });

    public async Task<HttpResponseMessage> TrySeeAsync(Guid order) => await (await ClientAsync()).GetAsync($"/api/orders/{order}");

    public async Task<JsonElement> SeesAsync(Guid order) => await (await TrySeeAsync(order)).ShouldBeAsync(HttpStatusCode.OK);

    public async Task<string> StateAsync(Guid order) => (await SeesAsync(order)).GetProperty("state").GetString()!;

    public async Task<IReadOnlyList<string>> CanAsync(Guid order) => [.. (await SeesAsync(order)).GetProperty("can").EnumerateArray().Select(one => one.GetString()!)];

    /// <summary>The kinds of what this member was told about an order.</summary>
    public async Task<IReadOnlyList<string>> ToldAsync(Guid order) => [.. (await host.ScalarAsync<string[]>(
        "select coalesce(array_agg(kind order by kind), '{}') from notifications.notification where member = @Id and subject = @Subject", new { Id, Subject = order.ToString() }))!];

    /// <summary>A program of the operator's.</summary>
    public async Task<JsonElement> ResolvesAsync(Guid order, long refund) => await (await TryResolveAsync(order, refund)).ShouldBeAsync(HttpStatusCode.OK);

    public async Task<HttpResponseMessage> TryResolveAsync(Guid order, long refund, string? note = "사진을 보고 정했습니다.") =>
        await (await ClientAsync()).PostAsJsonAsync($"/api/operator/orders/{order}/resolution", new { refund, note });
}
