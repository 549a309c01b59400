using System.Net;
using System.Net.Http.Json;
using Dapper;
using Madang.Accounts;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Madang.Tests.Host;
using Madang.Wallet;
using Madang.Wallet.Domain;
using Madang.Wallet.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Wallet;

/// <summary>Unused points go back: once, and never those that somebody bids with.</summary>
public sealed class RefundTests(WalletHost host) : IClassFixture<WalletHost>
{
    [Fact]
    public async Task Unused_points_go_back_newest_charge_first_and_only_what_was_charged()
    {
        var member = await WalletMember.JoinAsync(host.First);
        var (older, newer) = (await member.BuyAsync(30_000), await member.BuyAsync(20_000));
        await host.MoveAsync(new Reward($"prize:{member.Id}", new("league:1"), member.Id, 100_000));
        Assert.Equal((150_000, 0, 50_000), await member.BalanceAsync());
        await (await member.RefundAsync(50_001)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.not_refundable");

        var refund = await (await member.RefundAsync(25_000)).ShouldBeAsync(HttpStatusCode.Created);
        Assert.Equal([(newer, 20_000), (older, 5_000)], refund.GetProperty("parts").EnumerateArray().Select(part => (part.GetProperty("charge").GetGuid(), part.GetProperty("amount").GetInt64())));
        await DoneAsync(member, refund, "done");
        Assert.Equal((125_000, 0, 25_000), await member.BalanceAsync());
        Assert.Equal("refunded", await host.ScalarAsync<string>("select state from wallet.charge where id = @newer", new { newer }));
        Assert.Equal("paid", await host.ScalarAsync<string>("select state from wallet.charge where id = @older", new { older }));
        Assert.Equal(25_000, await host.ScalarAsync<long>("select sum(refunded)::bigint from wallet.sandbox_payment where order_id in (@a, @b)", new { a = older.ToString(), b = newer.ToString() }));
        // A webhook about a payment that was paid back since changes nothing.
        await (await host.TellAsync(new { id = $"late:{newer}", type = "payment.authorised", order = newer })).ShouldBeAsync(HttpStatusCode.OK);
        await Answers.EventuallyAsync(() => host.ScalarAsync<long>("select count(*) from wallet.event where charge_id = @newer and processed_at is null", new { newer }), open => open == 0);
        Assert.Equal((125_000, 0, 25_000), await member.BalanceAsync());
        await host.CheckAsync();
    }

    [Fact]
    public async Task The_same_key_refunds_once_also_from_many_at_once()
    {
        var member = await WalletMember.JoinAsync(host.First);
        await member.BuyAsync(30_000);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => await (await member.RefundAsync(10_000, "once")).ShouldBeAsync(HttpStatusCode.Created)));
        Assert.Single(answers.Select(refund => refund.GetProperty("id").GetString()).Distinct());
        await (await member.RefundAsync(9_000, "once")).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "wallet.key_reused");
        await DoneAsync(member, answers[0], "done");
        Assert.Equal((20_000, 0, 20_000), await member.BalanceAsync());
    }

    [Fact]
    public async Task A_refund_that_races_a_hold_leaves_the_points_in_one_place()
    {
        // The weakness: points in two places at once.
        for (var round = 0; round < 8; round++)
        {
            var member = await WalletMember.JoinAsync(host.First);
            await member.BuyAsync(30_000);
            var bids = Enumerable.Range(0, 3).Select(async number => (await host.TryAsync(new HoldPoints($"{member.Id}:{number}", new($"auction:{number}"), member.Id, 30_000))).Failure is null);
            var refunds = Enumerable.Range(0, 3).Select(async _ => (await member.RefundAsync(30_000)).StatusCode == HttpStatusCode.Created);
            var all = await Task.WhenAll([.. bids, .. refunds]);
            Assert.Single(all, won => won);
            var (available, held, _) = await member.BalanceAsync();
            Assert.Equal(0, available);
            Assert.True(held is 0 or 30_000);
        }
        await host.CheckAsync();
    }

    [Fact]
    public async Task Held_points_do_not_go_back()
    {
        var member = await WalletMember.JoinAsync(host.First);
        await member.BuyAsync(30_000);
        await host.MoveAsync(new HoldPoints($"{member.Id}:bid", new("auction:1"), member.Id, 25_000));
        Assert.Equal((5_000, 25_000, 5_000), await member.BalanceAsync());
        await (await member.RefundAsync(5_001)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.insufficient");
        await (await member.RefundAsync(0)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.amount");
        await (await member.RefundAsync(-5)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.amount");
    }

    [Fact]
    public async Task Where_the_provider_is_down_the_points_stay_held_and_leave_when_it_is_back()
    {
        var gate = new FlakyProvider();
        await using var flaky = new WalletHostWith(host, gate);
        var node = await flaky.NodeAsync();
        var member = await WalletMember.JoinAsync(node);
        await member.BuyAsync(30_000);
        gate.Down = true;
        var refund = await (await member.RefundAsync(10_000)).ShouldBeAsync(HttpStatusCode.Created);
        await Answers.EventuallyAsync(() => Task.FromResult(gate.Refused), refused => refused > 0);
        Assert.Equal((20_000, 10_000, 20_000), await member.BalanceAsync());
        gate.Down = false;
        node.Clock.Advance(TimeSpan.FromMinutes(5));
        await DoneAsync(member, refund, "done");
        Assert.Equal((20_000, 0, 20_000), await member.BalanceAsync());
    }

    [Fact]
    public async Task Where_the_provider_refuses_for_good_the_points_are_free_again()
    {
        var member = await WalletMember.JoinAsync(host.First);
        var charge = await member.BuyAsync(30_000);
        // There is less to pay back than we believe.
        await host.SqlAsync("update wallet.sandbox_payment set amount = 5000 where order_id = @id", new { id = charge.ToString() });
        var refund = await (await member.RefundAsync(10_000)).ShouldBeAsync(HttpStatusCode.Created);
        await DoneAsync(member, refund, "failed");
        Assert.Equal((30_000, 0, 30_000), await member.BalanceAsync());
    }

    [Fact]
    public async Task What_went_back_at_the_providers_own_desk_does_not_go_back_again_and_its_points_leave()
    {
        var member = await WalletMember.JoinAsync(host.First);
        var charge = await member.BuyAsync(30_000);
        await host.SqlAsync("update wallet.sandbox_payment set refunded = amount where order_id = @id", new { id = charge.ToString() });
        var refund = await (await member.RefundAsync(10_000)).ShouldBeAsync(HttpStatusCode.Created);
        await DoneAsync(member, refund, "done");
        Assert.Equal((20_000, 0, 20_000), await member.BalanceAsync());
    }

    [Fact]
    public async Task A_charge_that_was_refused_stands_in_nobodys_way()
    {
        var member = await WalletMember.JoinAsync(host.First);
        var (older, newer) = (await member.BuyAsync(20_000), await member.BuyAsync(30_000));
        await host.SqlAsync("update wallet.sandbox_payment set amount = 5000 where order_id = @id", new { id = newer.ToString() });
        await DoneAsync(member, await (await member.RefundAsync(10_000)).ShouldBeAsync(HttpStatusCode.Created), "failed");
        Assert.Equal("wallet.refund_first", await HindersAsync(host.First, member.Id));

        var next = await (await member.RefundAsync(20_000)).ShouldBeAsync(HttpStatusCode.Created);
        Assert.Equal(older, Assert.Single(next.GetProperty("parts").EnumerateArray().ToList()).GetProperty("charge").GetGuid());
        await DoneAsync(member, next, "done");
        // Nothing but the refused one is left: it may be tried again, and keeps nobody who wants to leave.
        Assert.Equal((30_000, 0, 30_000), await member.BalanceAsync());
        Assert.Null(await HindersAsync(host.First, member.Id));
        await host.SqlAsync("update wallet.sandbox_payment set amount = 30000 where order_id = @id", new { id = newer.ToString() });
        await DoneAsync(member, await (await member.RefundAsync(10_000)).ShouldBeAsync(HttpStatusCode.Created), "done");
        Assert.Equal("wallet.refund_first", await HindersAsync(host.First, member.Id));
    }

    [Fact]
    public async Task A_charge_of_a_provider_that_was_switched_off_is_left_out_and_its_pending_refunds_wake_nobody()
    {
        var line = new FlakyProvider();
        await using var toss = await FakeToss.StartAsync();
        await using var flaky = new WalletHostWith(host, line);
        var before = await flaky.NodeAsync();
        var (member, waiting) = (await WalletMember.JoinAsync(before), await WalletMember.JoinAsync(before));
        await member.BuyAsync(30_000);
        await waiting.BuyAsync(30_000);
        line.Down = true;
        await (await waiting.RefundAsync(10_000)).ShouldBeAsync(HttpStatusCode.Created);
        await Answers.EventuallyAsync(() => Task.FromResult(line.Refused), refused => refused > 0);
        await before.DisposeAsync();
        await using (var connection = new NpgsqlConnection(flaky.Database))
            await connection.ExecuteAsync("delete from platform.work where kind = 'wallet.refund'");

        await using var after = new Node(flaky.Database, [new("Wallet:Sandbox", "false"), new("Wallet:Toss:SecretKey", "test_sk_loopback"), new("Wallet:Toss:Address", toss.Address)], port: null);
        var now = new WalletMember(member.Member, await member.Member.ProgramAsync(after));
        Assert.Equal((30_000, 0, 0), await now.BalanceAsync());
        Assert.Null(await HindersAsync(after, member.Id));
        await (await now.RefundAsync(10_000)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.not_refundable");
        var source = after.Services.GetRequiredService<NpgsqlDataSource>();
        var late = after.Clock.GetUtcNow().AddHours(1);
        Assert.Empty(await source.InTransaction(tx => RefundStore.PendingAsync(late, ["toss"], 100, tx)));
        Assert.Single(await source.InTransaction(tx => RefundStore.PendingAsync(late, ["toss", "sandbox"], 100, tx)));
        await after.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(tx => after.Services.GetRequiredService<WorkQueue>().Enqueue(tx, "wallet.sweep", new { }, key: "test"));
        after.Clock.Advance(TimeSpan.FromMinutes(5));
        await Answers.EventuallyAsync(() => CountAsync(after, "wallet.sweep"), jobs => jobs == 0);
        Assert.Equal(0, await CountAsync(after, "wallet.refund"));
    }

    [Fact]
    public async Task Money_leaves_only_for_who_has_proved_himself_lately_and_nobody_else_sees_the_refund()
    {
        var member = await WalletMember.JoinAsync(host.First);
        await member.BuyAsync(30_000);
        var refund = await (await member.RefundAsync(10_000)).ShouldBeAsync(HttpStatusCode.Created);
        var other = await WalletMember.JoinAsync(host.First);
        await (await other.Client.GetAsync($"/api/wallet/refunds/{refund.GetProperty("id").GetString()}")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "wallet.refund_unknown");
        await host.SqlAsync("update accounts.token_family set proved_at = proved_at - interval '11 minutes' where member_id = @Id", new { member.Id });
        await using var second = await host.NodeAsync();
        var elsewhere = second.Stranger();
        elsewhere.DefaultRequestHeaders.Authorization = member.Client.DefaultRequestHeaders.Authorization;
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/wallet/refunds") { Content = JsonContent.Create(new { amount = 1_000 }) };
        request.Headers.Add("Idempotency-Key", "k");
        await (await elsewhere.SendAsync(request)).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.proof_required");
    }

    [Fact]
    public void A_split_takes_the_newest_first_and_never_more_than_there_is()
    {
        var (a, b) = (new Refundable(Guid.CreateVersion7(), 70), new Refundable(Guid.CreateVersion7(), 50));
        Assert.Equal([a with { Left = 60 }], RefundPlan.Split(60, 100, [a, b]).Value);
        Assert.Equal([a, b with { Left = 10 }], RefundPlan.Split(80, 100, [a, b]).Value);
        Assert.Equal("wallet.insufficient", RefundPlan.Split(101, 100, [a, b]).Failure?.Code);
        Assert.Equal("wallet.not_refundable", RefundPlan.Split(121, 500, [a, b]).Failure?.Code);
        Assert.Equal([b, a with { Left = 30, Refused = true }], RefundPlan.Split(80, 100, [a with { Refused = true }, b]).Value);
        Assert.Equal(50, RefundPlan.Owed(100, [a with { Refused = true }, b]));
        Assert.Equal(100, RefundPlan.Most(100, [a, b]));
        Assert.Equal(120, RefundPlan.Most(500, [a, b]));
    }

    private static Task<string?> HindersAsync(Node node, Guid member) => node.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(async tx =>
        (await node.Services.GetServices<IPersonalData>().Single(data => data.Section == "wallet").Hinders(tx, member))?.Code);

    private static Task<long> CountAsync(Node node, string kind) => node.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(tx =>
        tx.Connection!.ExecuteScalarAsync<long>("select count(*) from platform.work where kind = @kind", new { kind }, tx));

    private static Task DoneAsync(WalletMember member, System.Text.Json.JsonElement refund, string state) => Answers.EventuallyAsync(
        async () => (await (await member.Client.GetAsync($"/api/wallet/refunds/{refund.GetProperty("id").GetString()}")).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("state").GetString(), seen => seen == state);
}
