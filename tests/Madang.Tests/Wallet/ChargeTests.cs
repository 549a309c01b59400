using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Madang.Tests.Host;
using Madang.Wallet.Domain;
using Xunit;

namespace Madang.Tests.Wallet;

/// <summary>Buying points: who is believed, and what happens when things come late, twice, in the wrong order or not at all.</summary>
public sealed class ChargeTests(WalletHost host) : IClassFixture<WalletHost>
{
    [Fact]
    public async Task Paid_at_the_checkout_the_points_are_there_when_the_browser_is_back()
    {
        var member = await WalletMember.JoinAsync(host.First);
        Assert.Equal((0, 0, 0), await member.BalanceAsync());
        var charge = await member.OpenChargeAsync(30_000);
        Assert.Equal("pending", charge.GetProperty("state").GetString());
        var back = await member.AtCheckoutAsync(charge, "approve");
        var landed = await host.Stranger().GetAsync(back);
        Assert.Equal($"/wallet/charges/{charge.GetProperty("id").GetString()}", landed.Headers.Location?.ToString());
        Assert.Equal("paid", (await member.ShowAsync(charge)).GetProperty("state").GetString());
        Assert.Equal((30_000, 0, 30_000), await member.BalanceAsync());
    }

    [Fact]
    public async Task The_client_is_not_believed_about_money()
    {
        // The weakness: the client said what it had paid.
        var member = await WalletMember.JoinAsync(host.First);
        var charge = await member.OpenChargeAsync(30_000);
        var id = charge.GetProperty("id").GetString();
        foreach (var claim in new[] { $"/wallet/return/sandbox/{id}", $"/wallet/return/sandbox/{id}?paymentKey=mine&orderId={id}&amount=30000&status=paid" })
            await member.Client.GetAsync(claim);
        foreach (var said in new object[] { new { id = "e1", type = "payment.paid", order = id }, new { id = "e2", type = "payment.authorised", order = id, amount = 30_000, state = "paid" } })
            await (await host.TellAsync(said)).ShouldBeAsync(HttpStatusCode.OK);
        await Answers.EventuallyAsync(() => host.ScalarAsync<long>("select count(*) from wallet.event where charge_id = @id::uuid and processed_at is not null", new { id }), done => done == 2);
        Assert.Equal("pending", (await member.ShowAsync(charge)).GetProperty("state").GetString());
        Assert.Equal((0, 0, 0), await member.BalanceAsync());
    }

    [Fact]
    public async Task Pay_and_close_the_browser_and_the_webhook_alone_brings_the_points()
    {
        var member = await WalletMember.JoinAsync(host.First);
        var charge = await member.OpenChargeAsync(10_000);
        Assert.EndsWith("?left=1", await member.AtCheckoutAsync(charge, "leave"), StringComparison.Ordinal);
        await member.EventuallyAsync(charge, "paid");
        Assert.Equal((10_000, 0, 10_000), await member.BalanceAsync());
    }

    [Fact]
    public async Task Declined_is_failed_and_brings_nothing()
    {
        var member = await WalletMember.JoinAsync(host.First);
        var charge = await member.OpenChargeAsync(10_000);
        await member.Client.GetAsync(await member.AtCheckoutAsync(charge, "decline"));
        var failed = await member.ShowAsync(charge);
        Assert.Equal(("failed", "declined"), (failed.GetProperty("state").GetString(), failed.GetProperty("failure").GetString()));
        Assert.False(failed.TryGetProperty("checkoutUrl", out _));
        Assert.Equal((0, 0, 0), await member.BalanceAsync());
    }

    [Fact]
    public async Task Webhook_and_redirect_at_the_same_time_and_many_of_each_credit_once()
    {
        var member = await WalletMember.JoinAsync(host.First);
        for (var round = 0; round < 5; round++)
        {
            var charge = await member.OpenChargeAsync(10_000);
            var id = charge.GetProperty("id").GetString();
            var back = await member.AtCheckoutAsync(charge, "approve");
            await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
            {
                if (number % 2 == 0)
                    await host.Stranger().GetAsync(back);
                else
                    await (await host.TellAsync(new { id = $"{id}:{number}", type = "payment.authorised", order = id })).ShouldBeAsync(HttpStatusCode.OK);
            }));
            await member.EventuallyAsync(charge, "paid");
        }
        Assert.Equal((50_000, 0, 50_000), await member.BalanceAsync());
        await host.CheckAsync();
    }

    [Fact]
    public async Task A_webhook_before_the_redirect_and_out_of_order_ones_after_it_change_nothing_twice()
    {
        var member = await WalletMember.JoinAsync(host.First);
        var charge = await member.OpenChargeAsync(10_000);
        var id = charge.GetProperty("id").GetString();
        var back = await member.AtCheckoutAsync(charge, "leave");
        await member.EventuallyAsync(charge, "paid");
        // Late and out of order: it failed, it was only opened. The provider says paid when asked, and paid is paid.
        foreach (var type in new[] { "payment.failed", "payment.ready" })
            await (await host.TellAsync(new { id = $"{id}:{type}", type, order = id })).ShouldBeAsync(HttpStatusCode.OK);
        await Answers.EventuallyAsync(() => host.ScalarAsync<long>("select count(*) from wallet.event where charge_id = @id::uuid and processed_at is null", new { id }), open => open == 0);
        await host.Stranger().GetAsync($"/wallet/return/sandbox/{id}");
        Assert.Equal("paid", (await member.ShowAsync(charge)).GetProperty("state").GetString());
        Assert.Equal((10_000, 0, 10_000), await member.BalanceAsync());
        Assert.NotNull(back);
    }

    [Fact]
    public async Task A_webhook_that_is_delivered_again_is_kept_once()
    {
        var member = await WalletMember.JoinAsync(host.First);
        var charge = await member.OpenChargeAsync(10_000);
        var id = charge.GetProperty("id").GetString();
        var message = new { id = $"{id}:twice", type = "payment.ready", order = id };
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ => (await (await host.TellAsync(message)).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("taken").GetBoolean()));
        Assert.Single(answers, taken => taken);
        Assert.Equal(1, await host.ScalarAsync<long>("select count(*) from wallet.event where charge_id = @id::uuid", new { id }));
    }

    [Fact]
    public async Task A_bad_old_or_missing_signature_is_refused_and_leaves_nothing()
    {
        var member = await WalletMember.JoinAsync(host.First);
        var charge = await member.OpenChargeAsync(10_000);
        var id = charge.GetProperty("id").GetString();
        var body = JsonSerializer.SerializeToUtf8Bytes(new { id = "x", type = "payment.authorised", order = id });
        var now = host.First.Clock.GetUtcNow();
        var good = WebhookSignature.Sign(await host.SecretAsync(), now, body);
        var other = JsonSerializer.SerializeToUtf8Bytes(new { id = "y", type = "payment.authorised", order = id });
        foreach (var (sent, signature) in new[]
        {
            (body, "nonsense"), (body, "t=,v1="), (body, "t=99999999999999999999,v1=00"), (body, good[..^1]), (body, good.Replace("v1=", "v0=", StringComparison.Ordinal)), (other, good),
            (body, WebhookSignature.Sign(new byte[32], now, body)),
            // Played again after ten minutes, and from a clock that is ahead.
            (body, WebhookSignature.Sign(await host.SecretAsync(), now.AddMinutes(-10), body)), (body, WebhookSignature.Sign(await host.SecretAsync(), now.AddMinutes(10), body)),
            // The time was changed under the signature.
            (body, good.Replace("t=", "t=1", StringComparison.Ordinal)), (body, new string('v', 5000)),
        })
            await (await host.TellAsync(sent, signature)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "wallet.signature");
        var unsigned = await host.Stranger().PostAsync("/api/wallet/webhooks/sandbox", new ByteArrayContent(body));
        await unsigned.ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "wallet.signature");
        Assert.Equal(0, await host.ScalarAsync<long>("select count(*) from wallet.event where charge_id = @id::uuid", new { id }));
        await (await host.TellAsync(body, good)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_huge_or_broken_webhook_is_refused_by_name()
    {
        await (await host.TellAsync(new byte[70_000], "t=1,v1=0")).ShouldBeRefusedAsync(HttpStatusCode.RequestEntityTooLarge, "request.too_large");
        var streamed = new HttpRequestMessage(HttpMethod.Post, "/api/wallet/webhooks/sandbox") { Content = new StreamContent(new EndlessStream(200_000)) };
        streamed.Headers.TransferEncodingChunked = true;
        await (await host.Stranger().SendAsync(streamed)).ShouldBeRefusedAsync(HttpStatusCode.RequestEntityTooLarge, "request.too_large");
        foreach (var body in new[] { "", "null", "[]", "{}", "{\"id\":\"x\"}", "{\"id\":\"x\",\"type\":\"y\",\"order\":\"z\"}", "\u0000", "{\"id\":1}" })
            await (await host.TellAsync(Encoding.UTF8.GetBytes(body))).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "wallet.webhook");
        await (await host.Stranger().PostAsJsonAsync("/api/wallet/webhooks/nobody", new { })).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "wallet.provider_unknown");
        // Signed, and about nobody's charge: taken note of, that they stop telling it.
        Assert.False((await (await host.TellAsync(new { id = "z", type = "payment.paid", order = Guid.CreateVersion7() })).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("taken").GetBoolean());
    }

    [Theory]
    [InlineData("update wallet.sandbox_payment set amount = amount - 1, state = 'authorised' where order_id = @id", "ready")]
    [InlineData("update wallet.sandbox_payment set amount = amount * 10, state = 'paid', paid_at = now() where order_id = @id", "paid")]
    [InlineData("update wallet.sandbox_payment set currency = 'USD', state = 'authorised' where order_id = @id", "authorised")]
    [InlineData("update wallet.sandbox_payment set state = 'paid', paid_at = now(), refunded = 1 where order_id = @id", "refunded")]
    public async Task A_payment_of_another_amount_or_currency_credits_nothing_and_is_found_by_the_reconciliation(string sql, string what)
    {
        var member = await WalletMember.JoinAsync(host.First);
        var charge = await member.OpenChargeAsync(30_000);
        await host.SqlAsync(sql, new { id = charge.GetProperty("id").GetString() });
        await member.Client.GetAsync($"/wallet/return/sandbox/{charge.GetProperty("id").GetString()}");
        var failed = await member.ShowAsync(charge);
        Assert.Equal(("failed", "mismatch"), (failed.GetProperty("state").GetString(), failed.GetProperty("failure").GetString()));
        Assert.Equal((0, 0, 0), await member.BalanceAsync());
        Assert.NotEmpty(what);
    }

    [Fact]
    public async Task Two_charges_with_one_key_are_one_and_with_another_amount_a_conflict()
    {
        var member = await WalletMember.JoinAsync(host.First);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => member.OpenChargeAsync(20_000, "once")));
        Assert.Single(answers.Select(charge => charge.GetProperty("id").GetString()).Distinct());
        Assert.Equal(1, await host.ScalarAsync<long>("select count(*) from wallet.charge where member_id = @Id", new { member.Id }));
        await (await member.ChargeAsync(20_001, "once")).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "wallet.key_reused");
        // Another member's key is another key.
        var other = await WalletMember.JoinAsync(host.First);
        await other.OpenChargeAsync(5_000, "once");
    }

    [Fact]
    public async Task What_is_asked_for_is_checked()
    {
        var member = await WalletMember.JoinAsync(host.First);
        foreach (var amount in new[] { 0, -1, 999, 1_000_001, long.MaxValue, long.MinValue })
            await (await member.ChargeAsync(amount)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.charge_amount");
        foreach (var amount in new object[] { "10000", 10_000.5, 1e30, true })
            Assert.Equal(HttpStatusCode.BadRequest, (await member.ChargeAsync(amount)).StatusCode);
        foreach (var key in new[] { "", " ", "한글", new string('k', 201) })
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/api/wallet/charges") { Content = JsonContent.Create(new { amount = 10_000 }) };
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
            await (await member.Client.SendAsync(request)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.key");
        }
        await (await member.PostAsync("/api/wallet/charges", new { amount = 10_000, provider = "nobody" })).ShouldBeRefusedAsync(HttpStatusCode.ServiceUnavailable, "wallet.no_provider");
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Stranger().PostAsJsonAsync("/api/wallet/charges", new { amount = 10_000 })).StatusCode);
    }

    [Fact]
    public async Task Limits_hold_against_many_at_once()
    {
        var member = await WalletMember.JoinAsync(host.First);
        var answers = await Task.WhenAll(Enumerable.Range(0, 14).Select(_ => member.ChargeAsync(1_000)));
        Assert.Equal(10, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        var refused = answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        await refused.ShouldBeRefusedAsync(HttpStatusCode.TooManyRequests, "wallet.too_many_open");

        var rich = await WalletMember.JoinAsync(host.First);
        answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => rich.ChargeAsync(1_000_000)));
        Assert.Equal(5, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        await answers.First(answer => answer.StatusCode != HttpStatusCode.Created).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.daily_limit");
    }

    [Fact]
    public async Task Somebody_elses_charge_is_nobodys_to_see_or_to_pay()
    {
        var (member, other) = (await WalletMember.JoinAsync(host.First), await WalletMember.JoinAsync(host.First));
        var charge = await member.OpenChargeAsync(10_000);
        await (await other.Client.GetAsync($"/api/wallet/charges/{charge.GetProperty("id").GetString()}")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "wallet.charge_unknown");
        Assert.Equal(HttpStatusCode.NotFound, (await other.Client.PostAsync($"{charge.GetProperty("checkoutUrl").GetString()}/approve", null)).StatusCode);
    }

    [Fact]
    public async Task Without_the_setting_there_is_no_sandbox_and_no_charging()
    {
        // Not for long: it would take the other tests' jobs, and cannot do them.
        await using var node = await host.NodeAsync([new("Wallet:Sandbox", "false")]);
        var member = await WalletMember.JoinAsync(node);
        await (await member.ChargeAsync(10_000)).ShouldBeRefusedAsync(HttpStatusCode.ServiceUnavailable, "wallet.no_provider");
        await (await node.Stranger().PostAsJsonAsync("/api/wallet/webhooks/sandbox", new { })).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "wallet.provider_unknown");
        Assert.Equal(HttpStatusCode.NotFound, (await member.Client.PostAsync("/wallet/sandbox/sbx_1/approve", null)).StatusCode);
    }

    private sealed class EndlessStream(int length) : MemoryStream(new byte[length])
    {
        public override bool CanSeek => false;
    }
}
