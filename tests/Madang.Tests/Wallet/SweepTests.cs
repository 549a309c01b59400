using System.Net;
using Dapper;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Wallet;

/// <summary>What nobody tells: lost webhooks, lost answers, browsers that never come back.</summary>
public sealed class SweepTests(WalletHost host) : IClassFixture<WalletHost>
{
    [Fact]
    public async Task Money_that_was_taken_when_the_answer_got_lost_is_found_and_credited_once()
    {
        var line = new FlakyProvider();
        await using var flaky = new WalletHostWith(host, line);
        var node = await flaky.NodeAsync();
        var member = await WalletMember.JoinAsync(node);
        var charge = await member.OpenChargeAsync(30_000);
        line.LosesAnswers = true;
        // Agreed to at the counter, but no webhook is sent.
        await ScalarAsync<object>(flaky, "update wallet.sandbox_payment set state = 'authorised'");
        await member.Client.GetAsync($"/wallet/return/sandbox/{charge.GetProperty("id").GetString()}");
        Assert.Equal("pending", (await member.ShowAsync(charge)).GetProperty("state").GetString());
        Assert.Equal("paid", await SandboxStateAsync(flaky, charge));
        line.LosesAnswers = false;
        node.Clock.Advance(TimeSpan.FromMinutes(2));
        await SweepAsync(node);
        await member.EventuallyAsync(charge, "paid");
        Assert.Equal((30_000, 0, 30_000), await member.BalanceAsync());
    }

    [Fact]
    public async Task Whatever_the_provider_says_while_it_is_down_the_charge_waits()
    {
        var line = new FlakyProvider();
        await using var flaky = new WalletHostWith(host, line);
        var node = await flaky.NodeAsync();
        var member = await WalletMember.JoinAsync(node);
        line.Down = true;
        var refused = await member.ChargeAsync(10_000, "again");
        await refused.ShouldBeRefusedAsync(HttpStatusCode.ServiceUnavailable, "wallet.provider_unavailable");
        line.Down = false;
        var charge = await member.OpenChargeAsync(10_000, "again");
        line.Down = true;
        await member.Client.GetAsync(await member.AtCheckoutAsync(charge, "approve"));
        node.Clock.Advance(TimeSpan.FromHours(2));
        await SweepAsync(node);
        Assert.Equal("pending", await ScalarAsync<string>(flaky, "select state from wallet.charge"));
        line.Down = false;
        node.Clock.Advance(TimeSpan.FromMinutes(15));
        await SweepAsync(node);
        await Answers.EventuallyAsync(() => ScalarAsync<string>(flaky, "select state from wallet.charge"), state => state == "paid");
    }

    [Fact]
    public async Task Nobody_paid_and_it_is_given_up_and_a_payment_that_comes_after_that_is_taken_all_the_same()
    {
        var line = new FlakyProvider();
        await using var flaky = new WalletHostWith(host, line);
        var node = await flaky.NodeAsync(new KeyValuePair<string, string>("Wallet:CheckoutMinutes", "5"));
        var member = await WalletMember.JoinAsync(node);
        var charge = await member.OpenChargeAsync(10_000);
        var id = charge.GetProperty("id").GetString();
        node.Clock.Advance(TimeSpan.FromMinutes(6));
        await SweepAsync(node);
        await Answers.EventuallyAsync(() => ScalarAsync<string>(flaky, "select state || ' ' || failure from wallet.charge"), state => state == "cancelled expired");

        // The provider took the money after all, and its webhook is late by more than the charge waited.
        await ScalarAsync<object>(flaky, "update wallet.sandbox_payment set state = 'paid', paid_at = now()");
        await (await node.Stranger().GetAsync($"/wallet/return/sandbox/{id}")).ShouldBeAsync(HttpStatusCode.Redirect);
        Assert.Equal("paid", await ScalarAsync<string>(flaky, "select state from wallet.charge"));
        Assert.Empty(await ProblemsAsync(flaky));
    }

    [Fact]
    public async Task A_charge_that_was_given_up_is_asked_about_once_more_a_day_later_without_any_webhook()
    {
        var line = new FlakyProvider();
        await using var flaky = new WalletHostWith(host, line);
        var node = await flaky.NodeAsync(new KeyValuePair<string, string>("Wallet:CheckoutMinutes", "5"));
        var member = await WalletMember.JoinAsync(node);
        var (late, never) = (await member.OpenChargeAsync(10_000), await member.OpenChargeAsync(20_000));
        node.Clock.Advance(TimeSpan.FromMinutes(6));
        await SweepAsync(node);
        await Answers.EventuallyAsync(() => ScalarAsync<long>(flaky, "select count(*) from wallet.charge where failure = 'expired'"), ended => ended == 2);
        // A look in between, as when the payer comes back, is not the last.
        await node.Stranger().GetAsync($"/wallet/return/sandbox/{late.GetProperty("id").GetString()}");
        Assert.Equal(2, await ScalarAsync<long>(flaky, "select count(*) from wallet.charge where look_at is not null"));
        // On a day that no reconciliation looks at, which would find it too.
        await ScalarAsync<object>(flaky, $"update wallet.sandbox_payment set state = 'paid', paid_at = now() - interval '90 days' where order_id = '{late.GetProperty("id").GetString()}'");
        node.Clock.Advance(TimeSpan.FromHours(25));
        await SweepAsync(node);
        await Answers.EventuallyAsync(() => ScalarAsync<string>(flaky, $"select state from wallet.charge where id = '{late.GetProperty("id").GetString()}'"), state => state == "paid");
        await Answers.EventuallyAsync(() => ScalarAsync<long>(flaky, "select count(*) from wallet.charge where look_at is not null"), waiting => waiting == 0);
        Assert.Equal("cancelled", await ScalarAsync<string>(flaky, $"select state from wallet.charge where id = '{never.GetProperty("id").GetString()}'"));
        Assert.Empty(await ProblemsAsync(flaky));
    }

    private static async Task SweepAsync(Node node)
    {
        await node.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(tx =>
            node.Services.GetRequiredService<WorkQueue>().Enqueue(tx, "wallet.sweep", new { }, runAt: DateTimeOffset.UnixEpoch));
        await Answers.EventuallyAsync(
            async () => await node.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(tx =>
                tx.Connection!.ExecuteScalarAsync<long>("select count(*) from platform.work where kind = 'wallet.sweep' and died_at is null", transaction: tx)),
            left => left == 0);
    }

    private static Task<string?> SandboxStateAsync(WalletHostWith flaky, System.Text.Json.JsonElement charge) =>
        ScalarAsync<string>(flaky, $"select state from wallet.sandbox_payment where order_id = '{charge.GetProperty("id").GetString()}'");

    private static async Task<T?> ScalarAsync<T>(WalletHostWith flaky, string sql)
    {
        await using var connection = new NpgsqlConnection(flaky.Database);
        return await connection.ExecuteScalarAsync<T>(sql);
    }

    private static async Task<IEnumerable<string>> ProblemsAsync(WalletHostWith flaky)
    {
        await using var connection = new NpgsqlConnection(flaky.Database);
        return await connection.QueryAsync<string>("select problem from wallet.check()");
    }
}
