using System.Net;
using Dapper;
using Madang.Tests.Host;
using Madang.Wallet;
using Madang.Wallet.Domain;
using Madang.Wallet.Providers;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Wallet;

/// <summary>Two guards of charging: nothing is taken that its payer has not agreed to, and what is paid stays paid.</summary>
public sealed class ChargeGuardTests(WalletHost host) : IClassFixture<WalletHost>
{
    [Theory]
    [InlineData("ready", PaymentStage.Open)]
    [InlineData("failed", PaymentStage.Failed)]
    public async Task The_sandbox_takes_no_money_that_its_payer_has_not_agreed_to(string state, PaymentStage stage)
    {
        var member = await WalletMember.JoinAsync(host.First);
        var order = (await member.OpenChargeAsync(10_000)).GetProperty("id").GetGuid();
        await host.SqlAsync("update wallet.sandbox_payment set state = @state where order_id = @order", new { state, order = order.ToString() });
        var sandbox = host.First.Services.GetRequiredService<SandboxProvider>();
        var payment = $"sbx_{order:N}";
        Assert.Equal(stage, (await sandbox.Confirm(order, payment, 10_000, CancellationToken.None))?.Stage);

        // Agreed to, and neither for another amount nor for another order; then for just this.
        await host.SqlAsync("update wallet.sandbox_payment set state = 'authorised' where order_id = @order", new { order = order.ToString() });
        Assert.Equal(PaymentStage.Authorised, (await sandbox.Confirm(order, payment, 9_999, CancellationToken.None))?.Stage);
        Assert.Null(await sandbox.Confirm(Guid.CreateVersion7(), payment, 10_000, CancellationToken.None));
        Assert.Equal(PaymentStage.Authorised, (await sandbox.Find(order, CancellationToken.None))?.Stage);
        Assert.Equal(PaymentStage.Paid, (await sandbox.Confirm(order, payment, 10_000, CancellationToken.None))?.Stage);
    }

    [Fact]
    public async Task Who_declined_at_the_counter_cannot_agree_afterwards()
    {
        var member = await WalletMember.JoinAsync(host.First);
        var charge = await member.OpenChargeAsync(10_000);
        await member.AtCheckoutAsync(charge, "decline");
        await member.Client.GetAsync(await member.AtCheckoutAsync(charge, "approve"));
        Assert.Equal("failed", (await member.ShowAsync(charge)).GetProperty("state").GetString());
        Assert.Equal((0, 0, 0), await member.BalanceAsync());
    }

    [Fact]
    public void Whatever_the_provider_says_of_a_paid_charge_nothing_is_done()
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(50);
        foreach (var state in new[] { ChargeState.Paid, ChargeState.Refunded })
        {
            var charge = new Charge(Guid.CreateVersion7(), Guid.CreateVersion7(), 100, "KRW", state, now.AddDays(-1));
            Assert.IsType<ChargeDecision.Wait>(ChargeRules.Decide(charge, null, now, TimeSpan.Zero));
            foreach (var stage in Enum.GetValues<PaymentStage>())
                foreach (var refunded in new[] { 0, 100 })
                    foreach (var order in new[] { charge.Id, Guid.Empty })
                        Assert.IsType<ChargeDecision.Wait>(ChargeRules.Decide(charge, new("p", order, stage, 100, "KRW", refunded), now, TimeSpan.Zero));
        }
    }

    [Theory]
    [InlineData("paid")]
    [InlineData("failed")]
    public async Task An_answer_that_arrives_after_the_charge_was_paid_by_another_look_changes_nothing(string late)
    {
        var line = new FlakyProvider();
        await using var flaky = new WalletHostWith(host, line);
        var node = await flaky.NodeAsync();
        var member = await WalletMember.JoinAsync(node);
        var charge = await member.OpenChargeAsync(10_000);
        var back = $"/wallet/return/sandbox/{charge.GetProperty("id").GetString()}";
        await ScalarAsync<object>(flaky, late == "paid" ? Paid : "update wallet.sandbox_payment set state = 'failed'");
        var paidAt = default(DateTime);
        line.AfterFind = async () =>
        {
            await ScalarAsync<object>(flaky, Paid);
            await node.Stranger().GetAsync(back);
            paidAt = await ScalarAsync<DateTime>(flaky, "select paid_at from wallet.charge where state = 'paid'");
            node.Clock.Advance(TimeSpan.FromMinutes(10));
        };
        await node.Stranger().GetAsync(back);
        Assert.NotEqual(default, paidAt);
        Assert.Equal(paidAt, await ScalarAsync<DateTime>(flaky, "select paid_at from wallet.charge where state = 'paid' and failure is null"));
        Assert.Equal(1, await ScalarAsync<long>(flaky, "select count(*) from wallet.transfer where kind = 'charge'"));
        Assert.Equal((10_000, 0, 10_000), await member.BalanceAsync());
    }

    [Fact]
    public async Task A_checkout_that_is_refused_after_it_was_paid_leaves_the_charge_paid()
    {
        var line = new FlakyProvider();
        await using var flaky = new WalletHostWith(host, line);
        var node = await flaky.NodeAsync();
        var member = await WalletMember.JoinAsync(node);
        line.AfterOpening = async order =>
        {
            await ScalarAsync<object>(flaky, Paid);
            await node.Stranger().GetAsync($"/wallet/return/sandbox/{order}");
        };
        await (await member.ChargeAsync(10_000)).ShouldBeRefusedAsync(HttpStatusCode.BadGateway, "wallet.provider_refused");
        Assert.Equal("paid", await ScalarAsync<string>(flaky, "select state from wallet.charge"));
        Assert.Equal((10_000, 0, 10_000), await member.BalanceAsync());
    }

    [Fact]
    public async Task A_paid_charge_is_not_asked_about_any_more()
    {
        var line = new FlakyProvider();
        await using var flaky = new WalletHostWith(host, line);
        var node = await flaky.NodeAsync();
        var member = await WalletMember.JoinAsync(node);
        var charge = await member.BuyAsync(10_000);
        line.Down = true;
        await (await node.Stranger().GetAsync($"/wallet/return/sandbox/{charge}")).ShouldBeAsync(HttpStatusCode.Redirect);
        Assert.Equal(0, line.Refused);
    }

    private const string Paid = "update wallet.sandbox_payment set state = 'paid', paid_at = now()";

    private static async Task<T?> ScalarAsync<T>(WalletHostWith flaky, string sql)
    {
        await using var connection = new NpgsqlConnection(flaky.Database);
        return await connection.ExecuteScalarAsync<T>(sql);
    }
}
