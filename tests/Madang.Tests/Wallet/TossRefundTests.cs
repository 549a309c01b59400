using System.Net;
using System.Text.Json;
using Dapper;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Wallet;

/// <summary>Refunds whose answers get lost, or say less than happened: the payer gets the money or keeps the points, never both.</summary>
public sealed class TossRefundTests(WalletHost host) : IClassFixture<WalletHost>
{
    [Fact]
    public async Task Paid_back_and_the_answer_lost_then_refused_the_points_leave_and_nothing_is_sent_twice()
    {
        await using var toss = await FakeToss.StartAsync();
        var (node, member, order) = await BoughtAsync(toss);
        toss.Faults.Enqueue(new(Executes: true));
        toss.Faults.Enqueue(new(Executes: false, 403, "NOT_CANCELABLE_PAYMENT"));
        var refund = await RefundAsync(member, 12_000);
        await EndsAsync(node, refund, "done");
        Assert.Equal((18_000, 18_000), (toss.Payments[order].Balance, (await member.BalanceAsync()).Available));
        Assert.Equal(1, Cancellations(toss));
    }

    [Theory]
    [InlineData(403, "NOT_CANCELABLE_PAYMENT")]
    [InlineData(400, "REFUND_REJECTED")]
    [InlineData(400, "ALREADY_CANCELED_PAYMENT")]
    [InlineData(400, "ALREADY_REFUND_PAYMENT")]
    [InlineData(400, "PROVIDER_ERROR")]
    public async Task Refused_and_paid_back_all_the_same_is_paid_back(int status, string code)
    {
        await using var toss = await FakeToss.StartAsync();
        var (node, member, order) = await BoughtAsync(toss);
        toss.Faults.Enqueue(new(Executes: true, status, code));
        await EndsAsync(node, await RefundAsync(member, 30_000), "done");
        Assert.Equal((0, 0, 0), await member.BalanceAsync());
        Assert.Equal((0, 1), (toss.Payments[order].Balance, Cancellations(toss)));
    }

    [Fact]
    public async Task Not_paid_back_and_the_answer_lost_then_refused_the_points_are_free_again()
    {
        await using var toss = await FakeToss.StartAsync();
        var (node, member, order) = await BoughtAsync(toss);
        toss.Faults.Enqueue(new(Executes: false));
        toss.Faults.Enqueue(new(Executes: false, 403, "EXCEED_MAX_REFUND_DUE"));
        await EndsAsync(node, await RefundAsync(member, 12_000), "failed");
        Assert.Equal((30_000, 0, 30_000), await member.BalanceAsync());
        Assert.Equal((30_000, 2), (toss.Payments[order].Balance, Cancellations(toss)));
    }

    [Theory]
    [InlineData(400, "PROVIDER_ERROR")]
    [InlineData(403, "FORBIDDEN_CONSECUTIVE_REQUEST")]
    [InlineData(403, "NOT_AVAILABLE_BANK")]
    [InlineData(409, "IDEMPOTENT_REQUEST_PROCESSING")]
    [InlineData(400, "NOT_MATCHES_REFUNDABLE_AMOUNT")]
    [InlineData(400, "ALREADY_CANCELED_PAYMENT")]
    public async Task In_doubt_and_not_paid_back_the_points_stay_held_and_it_is_tried_again(int status, string code)
    {
        await using var toss = await FakeToss.StartAsync();
        var (node, member, order) = await BoughtAsync(toss);
        toss.Faults.Enqueue(new(Executes: false, status, code));
        var refund = await RefundAsync(member, 12_000);
        await EndsAsync(node, refund, "done");
        Assert.Equal((18_000, 2), (toss.Payments[order].Balance, Cancellations(toss)));
        Assert.Equal((18_000, 0, 18_000), await member.BalanceAsync());
    }

    [Fact]
    public async Task Two_refunds_of_a_charge_go_one_after_the_other_so_that_neither_is_taken_for_the_other()
    {
        await using var toss = await FakeToss.StartAsync();
        var (node, member, order) = await BoughtAsync(toss);
        // The larger one is paid back without an answer, and then the provider is down for a while.
        toss.Faults.Enqueue(new(Executes: true));
        toss.FailsAfterFault = 503;
        var first = await RefundAsync(member, 12_000);
        await Answers.EventuallyAsync(() => Task.FromResult(toss.Payments[order].Balance), balance => balance == 18_000);
        var second = await RefundAsync(member, 5_000);
        await Answers.EventuallyAsync(() => ScalarAsync<long>(node, "select count(*) from platform.work where kind = 'wallet.refund'"), jobs => jobs == 1);
        Assert.Equal((13_000, 17_000), ((await member.BalanceAsync()).Available, (await member.BalanceAsync()).Held));
        toss.Fails = 0;
        await EndsAsync(node, first, "done");
        await EndsAsync(node, second, "done");
        Assert.Equal((13_000, 2), (toss.Payments[order].Balance, Cancellations(toss)));
        Assert.Equal((13_000, 0, 13_000), await member.BalanceAsync());
    }

    [Fact]
    public async Task After_sixteen_days_when_the_key_is_forgotten_the_money_does_not_go_back_twice()
    {
        await using var toss = await FakeToss.StartAsync();
        var (node, member, order) = await BoughtAsync(toss);
        toss.Faults.Enqueue(new(Executes: true, Forgets: true));
        toss.FailsAfterFault = 503;
        await RefundAsync(member, 12_000);
        await Answers.EventuallyAsync(() => Task.FromResult(toss.Payments[order].Balance), balance => balance == 18_000);
        node.Clock.Advance(TimeSpan.FromDays(16));
        toss.Fails = 0;
        await SweepAsync(node);
        await Answers.EventuallyAsync(() => ScalarAsync<string>(node, "select state from wallet.refund_part"), state => state == "done");
        Assert.Equal((18_000, 1), (toss.Payments[order].Balance, Cancellations(toss)));
        Assert.Equal(12_000, await ScalarAsync<long>(node, "select refunded from wallet.charge"));
    }

    [Fact]
    public async Task Every_attempt_says_what_it_believes_is_left_and_has_another_key_when_hours_have_passed()
    {
        await using var toss = await FakeToss.StartAsync();
        var (node, member, order) = await BoughtAsync(toss);
        toss.Faults.Enqueue(new(Executes: false, 400, "PROVIDER_ERROR"));
        await RefundAsync(member, 12_000);
        await Answers.EventuallyAsync(() => Task.FromResult(Cancellations(toss)), sent => sent == 1);
        node.Clock.Advance(TimeSpan.FromHours(2));
        await SweepAsync(node);
        await Answers.EventuallyAsync(() => ScalarAsync<string>(node, "select state from wallet.refund_part"), state => state == "done");
        var sent = toss.Calls.Where(call => call.Path.EndsWith("/cancel", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, sent.Select(call => call.Key).Distinct().Count());
        Assert.All(sent, call => Assert.Equal(30_000, JsonDocument.Parse(call.Body).RootElement.GetProperty("refundableAmount").GetInt64()));
        Assert.Equal(18_000, toss.Payments[order].Balance);
    }

    private async Task<(Node Node, WalletMember Member, string Order)> BoughtAsync(FakeToss toss)
    {
        var node = await toss.NodeAsync(host);
        var member = await WalletMember.JoinAsync(node);
        var charge = await member.OpenChargeAsync(30_000);
        var order = charge.GetProperty("id").GetGuid().ToString("N");
        toss.Payments[order].Status = "IN_PROGRESS";
        await node.Stranger().GetAsync($"/wallet/return/toss/{charge.GetProperty("id").GetString()}");
        Assert.Equal((30_000, 0, 30_000), await member.BalanceAsync());
        return (node, member, order);
    }

    private static async Task<string> RefundAsync(WalletMember member, long amount) =>
        (await (await member.RefundAsync(amount)).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetString()!;

    /// <summary>Waits for the end of a refund of one part, the jobs' pauses put forward, and looks through the books.</summary>
    private static async Task EndsAsync(Node node, string refund, string state)
    {
        await Answers.EventuallyAsync(async () =>
        {
            node.Clock.Advance(TimeSpan.FromMilliseconds(250));
            return await ScalarAsync<string>(node, $"select state from wallet.refund_part where refund_id = '{refund}'");
        }, seen => seen != "pending");
        Assert.Equal(state, await ScalarAsync<string>(node, $"select state from wallet.refund_part where refund_id = '{refund}'"));
        Assert.Equal(0, await ScalarAsync<long>(node, "select count(*) from wallet.check()"));
    }

    private static int Cancellations(FakeToss toss) => toss.Calls.Count(call => call.Path.EndsWith("/cancel", StringComparison.Ordinal));

    private static Task SweepAsync(Node node) => node.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(tx =>
        node.Services.GetRequiredService<WorkQueue>().Enqueue(tx, "wallet.sweep", new { }, runAt: DateTimeOffset.UnixEpoch));

    private static async Task<T?> ScalarAsync<T>(Node node, string sql)
    {
        await using var connection = await node.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(sql);
    }
}
