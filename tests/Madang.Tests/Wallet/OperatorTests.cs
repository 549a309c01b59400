using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Madang.Tests.Host;
using Madang.Wallet;
using Madang.Wallet.Domain;
using Xunit;

namespace Madang.Tests.Wallet;

/// <summary>What the operator sees and may do: correct by adding, never by changing, and on the record.</summary>
public sealed class OperatorTests(WalletHost host) : IClassFixture<WalletHost>
{
    [Fact]
    public async Task A_correction_is_a_movement_with_a_reason_on_the_record_and_the_member_is_told()
    {
        var (member, chief) = (await WalletMember.JoinAsync(host.First), await WalletMember.JoinAsync(host.First, "operator"));
        var made = await (await AdjustAsync(chief, member.Id, 7_000, "두 번 결제된 것을 돌려드림", "a1")).ShouldBeAsync(HttpStatusCode.Created);
        Assert.Equal(7_000, made.GetProperty("available").GetInt64());
        // The same again is the same; another amount under the key is a conflict.
        Assert.Equal(made.GetProperty("transfer").GetString(), (await (await AdjustAsync(chief, member.Id, 7_000, "두 번 결제된 것을 돌려드림", "a1")).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("transfer").GetString());
        await (await AdjustAsync(chief, member.Id, 8_000, "두 번 결제된 것을 돌려드림", "a1")).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "wallet.key_reused");
        await (await AdjustAsync(chief, member.Id, 7_000, "another reason", "a1")).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "wallet.key_reused");
        await AdjustAsync(chief, member.Id, -2_000, "그중 일부는 맞았음");
        await (await AdjustAsync(chief, member.Id, -5_001, "too much")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.insufficient");
        Assert.Equal((5_000, 0, 0), await member.BalanceAsync());

        Assert.Equal(2, await host.ScalarAsync<long>("select count(*) from accounts.audit where action = 'wallet.adjust' and subject_id = @Id and actor_id = @Chief and detail->>'reason' is not null", new { member.Id, Chief = chief.Id }));
        Assert.Equal(2, await host.ScalarAsync<long>("select count(*) from notifications.notification where member = @Id and kind = 'wallet.adjusted'", new { member.Id }));
        var history = await (await member.Client.GetAsync("/api/wallet/history")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal([("adjust", -2_000L, "그중 일부는 맞았음"), ("adjust", 7_000L, "두 번 결제된 것을 돌려드림")],
            history.GetProperty("items").EnumerateArray().Select(item => (item.GetProperty("kind").GetString()!, item.GetProperty("available").GetInt64(), item.GetProperty("title").GetString()!)));
    }

    [Fact]
    public async Task Two_operators_keys_are_two_and_the_longest_key_will_do()
    {
        var member = await WalletMember.JoinAsync(host.First);
        var key = new string('k', 200);
        foreach (var chief in new[] { await WalletMember.JoinAsync(host.First, "operator"), await WalletMember.JoinAsync(host.First, "operator") })
            for (var time = 0; time < 2; time++)
                await (await AdjustAsync(chief, member.Id, 1_000, "the same words", key)).ShouldBeAsync(HttpStatusCode.Created);
        Assert.Equal((2_000, 0, 0), await member.BalanceAsync());
    }

    [Fact]
    public async Task A_correction_needs_an_operator_a_reason_a_member_and_an_amount()
    {
        var (member, chief) = (await WalletMember.JoinAsync(host.First), await WalletMember.JoinAsync(host.First, "operator"));
        await (await AdjustAsync(member, member.Id, 1_000_000, "because I can")).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.operator");
        foreach (var reason in new[] { null, "", "  x ", new string('x', 201), "line\nbreak" })
            await (await AdjustAsync(chief, member.Id, 1_000, reason)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.reason");
        await (await AdjustAsync(chief, Guid.CreateVersion7(), 1_000, "nobody")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "wallet.member_unknown");
        foreach (var amount in new[] { 0, long.MaxValue, long.MinValue })
            await (await AdjustAsync(chief, member.Id, amount, "a strange amount")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.amount");
        foreach (var path in new[] { "/api/operator/wallet", "/api/operator/wallet/events", "/api/operator/wallet/reconciliations", $"/api/operator/wallet/members/{chief.Id}" })
            await (await member.Client.GetAsync(path)).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.operator");
    }

    [Fact]
    public async Task The_books_beside_the_providers_agree_and_each_difference_is_named_and_healed_where_it_can_be()
    {
        var (member, chief) = (await WalletMember.JoinAsync(host.First), await WalletMember.JoinAsync(host.First, "operator"));
        var (first, second, third) = (await member.BuyAsync(10_000), await member.BuyAsync(20_000), await member.BuyAsync(30_000));
        var refund = await (await member.RefundAsync(30_000)).ShouldBeAsync(HttpStatusCode.Created);
        await Answers.EventuallyAsync(() => host.ScalarAsync<string>("select state from wallet.charge where id = @third", new { third }), state => state == "refunded");
        var day = TimeZoneInfo.ConvertTimeBySystemTimeZoneId(host.First.Clock.GetUtcNow(), "Asia/Seoul").ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var good = await ReconcileAsync(chief, day);
        Assert.Empty(good.GetProperty("differences").EnumerateArray());
        Assert.Equal(good.GetProperty("ours").GetInt64(), good.GetProperty("theirs").GetInt64());
        Assert.NotEqual(default, refund);

        // The provider's books change behind our back; and one payment we were never told of.
        await host.SqlAsync("update wallet.sandbox_payment set refunded = 4000 where order_id = @first; ", new { first = first.ToString() });
        await host.SqlAsync("update wallet.sandbox_payment set amount = 25000 where order_id = @second", new { second = second.ToString() });
        var missed = (await member.OpenChargeAsync(15_000)).GetProperty("id").GetGuid();
        await host.SqlAsync("update wallet.sandbox_payment set state = 'paid', paid_at = now() where order_id = @missed", new { missed = missed.ToString() });
        var bad = await ReconcileAsync(chief, day);
        var differences = bad.GetProperty("differences").EnumerateArray().ToDictionary(one => one.GetProperty("charge").GetGuid(), one => one.GetProperty("kind").GetString());
        Assert.Equal("refunded", differences[first]);
        Assert.Equal("amount", differences[second]);
        Assert.Equal("missing_here", differences[missed]);
        Assert.Equal(3, differences.Count);

        await Answers.EventuallyAsync(() => host.ScalarAsync<string>("select state from wallet.charge where id = @missed", new { missed }), state => state == "paid");
        var healed = await ReconcileAsync(chief, day);
        Assert.Equal(2, healed.GetProperty("differences").GetArrayLength());
        Assert.Contains((await (await chief.Client.GetAsync("/api/operator/wallet/reconciliations")).JsonAsync()).EnumerateArray(), one => one.GetProperty("differences").GetArrayLength() == 2);
        await host.SqlAsync("update wallet.sandbox_payment set refunded = 0 where order_id = @first", new { first = first.ToString() });
        await host.SqlAsync("update wallet.sandbox_payment set amount = 20000 where order_id = @second", new { second = second.ToString() });

        foreach (var (provider, asked) in new[] { ("nobody", day), ("sandbox", "2999-01-01"), ("sandbox", "0001-01-01") })
            Assert.Contains((await chief.Client.PostAsJsonAsync("/api/operator/wallet/reconciliations", new { provider, day = asked })).StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.UnprocessableEntity });
    }

    [Fact]
    public async Task Events_and_books_are_shown()
    {
        var (member, chief) = (await WalletMember.JoinAsync(host.First), await WalletMember.JoinAsync(host.First, "operator"));
        var charge = await member.OpenChargeAsync(10_000);
        await member.AtCheckoutAsync(charge, "leave");
        await member.EventuallyAsync(charge, "paid");
        var events = await Answers.EventuallyAsync(
            async () => await (await chief.Client.GetAsync("/api/operator/wallet/events?limit=1")).ShouldBeAsync(HttpStatusCode.OK),
            seen => seen.GetProperty("items")[0].TryGetProperty("outcome", out var outcome) && outcome.GetString() == "paid");
        Assert.Equal(charge.GetProperty("id").GetString(), events.GetProperty("items")[0].GetProperty("charge").GetString());
        var ledger = await (await chief.Client.GetAsync("/api/operator/wallet")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Empty(ledger.GetProperty("problems").EnumerateArray());
        Assert.Equal(0, ledger.GetProperty("members").GetInt64() + ledger.GetProperty("escrow").GetInt64() + ledger.GetProperty("revenue").GetInt64() - ledger.GetProperty("providers").GetInt64());
        Assert.Equal(10_000, (await (await chief.Client.GetAsync($"/api/operator/wallet/members/{member.Id}")).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("available").GetInt64());
    }

    [Fact]
    public void Two_books_that_agree_have_no_difference_and_a_refund_under_way_is_none()
    {
        var (a, b) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        ProviderPayment Their(Guid order, long amount, long refunded, PaymentStage stage = PaymentStage.Paid) => new("p", order, stage, amount, "KRW", refunded);
        Assert.Empty(Reconciliation.Compare([new(a, "p", 100, 40, 0), new(b, "p", 50, 0, 20)], [Their(a, 100, 40), Their(b, 50, 20)]));
        Assert.Equal("missing_there", Assert.Single(Reconciliation.Compare([new(a, "p", 100, 0, 0)], [Their(a, 100, 0, PaymentStage.Failed)])).Kind);
        Assert.Equal("missing_there", Assert.Single(Reconciliation.Compare([new(a, "p", 100, 0, 0)], [])).Kind);
        Assert.Empty(Reconciliation.Compare([], [Their(a, 100, 0, PaymentStage.Open)]));
    }

    private static Task<HttpResponseMessage> AdjustAsync(WalletMember by, Guid member, long amount, string? reason, string? key = null) =>
        by.PostAsync("/api/operator/wallet/adjustments", new { member, amount, reason }, key);

    private static async Task<JsonElement> ReconcileAsync(WalletMember by, string day) =>
        await (await by.Client.PostAsJsonAsync("/api/operator/wallet/reconciliations", new { provider = "sandbox", day })).ShouldBeAsync(HttpStatusCode.OK);
}
