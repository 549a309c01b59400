using System.Net;
using System.Net.Http.Json;
using System.Text;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Madang.Tests.Wallet;

/// <summary>Toss Payments, against a server that speaks its documented API on the loopback.</summary>
public sealed class TossTests(WalletHost host) : IClassFixture<WalletHost>
{
    [Fact]
    public async Task A_payment_is_created_confirmed_and_partly_cancelled_by_the_documented_calls()
    {
        await using var toss = await FakeToss.StartAsync();
        var node = await NodeAsync(toss);
        var member = await WalletMember.JoinAsync(node);
        var charge = await member.OpenChargeAsync(30_000);
        var order = charge.GetProperty("id").GetGuid().ToString("N");
        Assert.Equal(("toss", $"https://pay.toss.example/{order}"), (charge.GetProperty("provider").GetString(), charge.GetProperty("checkoutUrl").GetString()));

        toss.Payments[order].Status = "IN_PROGRESS";
        await node.Stranger().GetAsync($"/wallet/return/toss/{charge.GetProperty("id").GetString()}?paymentType=NORMAL&orderId={order}&paymentKey=key-{order}&amount=1");
        Assert.Equal("paid", (await member.ShowAsync(charge)).GetProperty("state").GetString());
        Assert.Equal((30_000, 0, 30_000), await member.BalanceAsync());

        var refund = await (await member.RefundAsync(12_000)).ShouldBeAsync(HttpStatusCode.Created);
        await Answers.EventuallyAsync(async () => await (await member.Client.GetAsync($"/api/wallet/refunds/{refund.GetProperty("id").GetString()}")).JsonAsync(), seen => seen.GetProperty("state").GetString() == "done");
        Assert.Equal(("PARTIAL_CANCELED", 18_000), (toss.Payments[order].Status, toss.Payments[order].Balance));
        Assert.Equal((18_000, 0, 18_000), await member.BalanceAsync());
        // Who we are, and that each call that moves money has a key of its own.
        Assert.All(toss.Calls, call => Assert.Equal("Basic " + Convert.ToBase64String("test_sk_loopback:"u8.ToArray()), call.Authorization));
        Assert.All(toss.Calls.Where(call => call.Method == "POST"), call => Assert.True(Guid.TryParse(call.Key, out _)));
        Assert.Equal(["/v1/payments", "/v1/payments/confirm", $"/v1/payments/key-{order}/cancel"], toss.Calls.Where(call => call.Method == "POST").Select(call => call.Path));
    }

    [Fact]
    public async Task A_webhook_is_not_believed_and_the_api_is_asked_back()
    {
        await using var toss = await FakeToss.StartAsync();
        var node = await NodeAsync(toss);
        var member = await WalletMember.JoinAsync(node);
        var charge = await member.OpenChargeAsync(30_000);
        var order = charge.GetProperty("id").GetGuid().ToString("N");
        async Task<bool> TellAsync(string status, string transmission)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/api/wallet/webhooks/toss")
            {
                Content = JsonContent.Create(new { eventType = "PAYMENT_STATUS_CHANGED", createdAt = "2026-11-21T00:00:00.000000", data = new { paymentKey = $"key-{order}", orderId = order, status, totalAmount = 30_000 } }),
            };
            request.Headers.Add("tosspayments-webhook-transmission-id", transmission);
            return (await (await node.Stranger().SendAsync(request)).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("taken").GetBoolean();
        }

        Assert.True(await TellAsync("DONE", "t1"));
        Assert.False(await TellAsync("DONE", "t1"));
        await Answers.EventuallyAsync(() => Task.FromResult(toss.Calls.Count(call => call.Method == "GET")), asked => asked > 0);
        Assert.Equal("pending", (await member.ShowAsync(charge)).GetProperty("state").GetString());
        Assert.Equal((0, 0, 0), await member.BalanceAsync());

        toss.Payments[order].Status = "DONE";
        toss.Payments[order].Approved = true;
        Assert.True(await TellAsync("DONE", "t2"));
        await member.EventuallyAsync(charge, "paid");
        // As it was seen in the wild: ABORTED arrives for a payment that is done.
        Assert.True(await TellAsync("ABORTED", "t3"));
        Assert.Equal((30_000, 0, 30_000), await member.BalanceAsync());
        foreach (var body in new[] { "{}", "[]", "null", "nonsense", "{\"data\":{\"orderId\":5}}", "{\"data\":[]}" })
            await (await node.Stranger().PostAsync("/api/wallet/webhooks/toss", new StringContent(body, Encoding.UTF8, "application/json"))).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "wallet.webhook");
        Assert.False((await (await node.Stranger().PostAsJsonAsync("/api/wallet/webhooks/toss", new { eventType = "PAYMENT_STATUS_CHANGED", data = new { orderId = "another-shop-order" } })).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("taken").GetBoolean());
    }

    [Fact]
    public async Task Errors_are_told_apart_refusals_are_final_and_outages_delay()
    {
        await using var toss = await FakeToss.StartAsync();
        var node = await NodeAsync(toss);
        var member = await WalletMember.JoinAsync(node);
        foreach (var status in new[] { 500, 503, 429, 401 })
        {
            toss.Fails = status;
            await (await member.ChargeAsync(10_000, $"k{status}")).ShouldBeRefusedAsync(HttpStatusCode.ServiceUnavailable, "wallet.provider_unavailable");
        }
        toss.Fails = 400;
        await (await member.ChargeAsync(10_000)).ShouldBeRefusedAsync(HttpStatusCode.BadGateway, "wallet.provider_refused");
        toss.Fails = 0;
        var charge = await member.OpenChargeAsync(10_000, "k500");
        var order = charge.GetProperty("id").GetGuid().ToString("N");
        // The amount was changed at the counter: what Toss would take is not what was asked for.
        toss.Payments[order].Total = 100;
        toss.Payments[order].Status = "IN_PROGRESS";
        await node.Stranger().GetAsync($"/wallet/return/toss/{charge.GetProperty("id").GetString()}");
        Assert.Equal("mismatch", (await member.ShowAsync(charge)).GetProperty("failure").GetString());
        Assert.DoesNotContain(toss.Calls, call => call.Path.EndsWith("confirm", StringComparison.Ordinal));

        foreach (var (status, state) in new[] { ("ABORTED", "failed"), ("EXPIRED", "cancelled"), ("CANCELED", "cancelled") })
        {
            var next = await member.OpenChargeAsync(10_000);
            toss.Payments[next.GetProperty("id").GetGuid().ToString("N")].Status = status;
            await node.Stranger().GetAsync($"/wallet/return/toss/{next.GetProperty("id").GetString()}");
            Assert.Equal(state, (await member.ShowAsync(next)).GetProperty("state").GetString());
        }
        Assert.Equal((0, 0, 0), await member.BalanceAsync());
    }

    [Fact]
    public async Task The_days_payments_are_read_from_the_list_of_transactions_and_compared()
    {
        await using var toss = await FakeToss.StartAsync();
        var node = await NodeAsync(toss);
        var (member, chief) = (await WalletMember.JoinAsync(node), await WalletMember.JoinAsync(node, "operator"));
        var charge = await member.OpenChargeAsync(30_000);
        var order = charge.GetProperty("id").GetGuid().ToString("N");
        toss.Payments[order].Status = "IN_PROGRESS";
        await node.Stranger().GetAsync($"/wallet/return/toss/{charge.GetProperty("id").GetString()}");
        var unknown = Guid.CreateVersion7().ToString("N");
        toss.Payments[unknown] = new FakeToss.Payment { Order = unknown, Total = 5_000, Balance = 5_000, Status = "DONE", Approved = true };
        var day = TimeZoneInfo.ConvertTimeBySystemTimeZoneId(node.Clock.GetUtcNow(), "Asia/Seoul").ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var made = await (await chief.Client.PostAsJsonAsync("/api/operator/wallet/reconciliations", new { provider = "toss", day })).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal((30_000, 35_000), (made.GetProperty("ours").GetInt64(), made.GetProperty("theirs").GetInt64()));
        Assert.Equal("missing_here", Assert.Single(made.GetProperty("differences").EnumerateArray().ToList()).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task With_a_real_provider_the_sandbox_is_on_only_when_it_is_asked_for()
    {
        await using var toss = await FakeToss.StartAsync();
        var node = await NodeAsync(toss, new KeyValuePair<string, string>("Wallet:Sandbox", "auto"));
        Assert.Equal(["toss"], node.Services.GetServices<Madang.Wallet.IPaymentProvider>().Select(provider => provider.Name));
    }

    private Task<Node> NodeAsync(FakeToss toss, params KeyValuePair<string, string>[] settings) => toss.NodeAsync(host, settings);
}
