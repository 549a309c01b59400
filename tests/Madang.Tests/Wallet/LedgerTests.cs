using System.Collections.Concurrent;
using Dapper;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Wallet;
using Npgsql;
using Xunit;

namespace Madang.Tests.Wallet;

/// <summary>The ledger as other modules use it, and what the database itself forbids.</summary>
public sealed class LedgerTests(WalletHost host) : IClassFixture<WalletHost>
{
    private static readonly Reference For = new("auction:1", "푸른 달항아리");

    [Fact]
    public async Task A_sale_from_hold_to_payout_moves_points_once_and_sums_to_zero()
    {
        var (buyer, seller) = (await host.WithPointsAsync(100_000), await host.WithPointsAsync(0));
        var hold = await host.MoveAsync(new HoldPoints($"{buyer}:1", For, buyer, 30_000));
        Assert.Equal((70_000, 30_000), await host.BalanceAsync(buyer));
        await host.MoveAsync(new ChangeHold($"{buyer}:2", For, buyer, hold.Hold!.Value, 50_000));
        Assert.Equal((50_000, 50_000), await host.BalanceAsync(buyer));
        await host.MoveAsync(new CaptureHold($"{buyer}:3", For, buyer, hold.Hold.Value, 45_000));
        Assert.Equal((55_000, 0), await host.BalanceAsync(buyer));
        await host.MoveAsync(new RefundBuyer($"{buyer}:4", For, buyer, hold.Hold.Value, 5_000));
        await host.MoveAsync(new PayOut($"{buyer}:5", For, buyer, hold.Hold.Value, 40_000, seller, Fee: 4_000));
        Assert.Equal((60_000, 0), await host.BalanceAsync(buyer));
        Assert.Equal((36_000, 0), await host.BalanceAsync(seller));
        Assert.Equal("wallet.hold_closed", (await host.TryAsync(new PayOut($"{buyer}:6", For, buyer, hold.Hold.Value, 1, seller))).Failure?.Code);
        await host.CheckAsync();
    }

    [Fact]
    public async Task The_same_key_moves_once_and_with_other_content_it_is_refused_by_name()
    {
        var member = await host.WithPointsAsync(1_000);
        var wish = new HoldPoints($"{member}:1", For, member, 400);
        var first = await host.MoveAsync(wish);
        var again = await host.MoveAsync(wish);
        Assert.Equal(first with { Repeated = true }, again);
        Assert.Equal((600, 400), await host.BalanceAsync(member));

        foreach (var other in new Movement[] { wish with { Amount = 401 }, wish with { For = new("auction:2") }, new Reward(wish.Key, For, member, 400), wish with { Member = Guid.CreateVersion7() } })
        {
            var refused = (await host.TryAsync(other)).Failure;
            Assert.Equal(("wallet.key_reused", 409), (refused?.Code, refused?.Status));
        }
        // The hold was closed since: the answer to the repeat is the same still.
        await host.MoveAsync(new ReleaseHold($"{member}:2", For, member, first.Hold!.Value));
        Assert.Equal(again, await host.MoveAsync(wish));
        Assert.Equal((1_000, 0), await host.BalanceAsync(member));
    }

    [Fact]
    public async Task Two_with_one_key_at_the_same_time_move_once()
    {
        var member = await host.WithPointsAsync(1_000_000);
        for (var round = 0; round < 10; round++)
        {
            var wish = new HoldPoints($"{member}:{round}", For, member, 10);
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.MoveAsync(wish)));
            Assert.Single(answers.Select(answer => answer.Transfer).Distinct());
            Assert.Single(answers, answer => !answer.Repeated);
        }
        Assert.Equal((999_900, 100), await host.BalanceAsync(member));
    }

    [Fact]
    public async Task Of_two_members_who_use_one_key_at_the_same_time_one_is_refused_by_name()
    {
        for (var round = 0; round < 10; round++)
        {
            var members = new[] { await host.WithPointsAsync(100), await host.WithPointsAsync(100) };
            var answers = await Task.WhenAll(members.Select(async member =>
            {
                try
                {
                    return (await host.TryAsync(new HoldPoints($"shared:{members[0]}", For, member, 10))).Failure;
                }
                catch (FailureException refused)
                {
                    return refused.Failure;
                }
            }));
            Assert.Equal("wallet.key_reused", Assert.Single(answers.OfType<Failure>()).Code);
        }
    }

    [Fact]
    public async Task Balances_do_not_lose_updates_across_two_auctions()
    {
        // The weakness: two auctions read one balance, and both held what was there once.
        for (var round = 0; round < 10; round++)
        {
            var member = await host.WithPointsAsync(100);
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(auction => host.TryAsync(new HoldPoints($"{member}:{auction}", new($"auction:{auction}"), member, 60))));
            Assert.Single(answers, answer => answer.Failure is null);
            Assert.All(answers.Where(answer => answer.Failure is not null), answer => Assert.Equal("wallet.insufficient", answer.Failure!.Code));
            Assert.Equal((40, 60), await host.BalanceAsync(member));
        }
    }

    [Fact]
    public async Task Money_is_not_of_32_bits()
    {
        var member = await host.WithPointsAsync(5_000_000_000);
        await host.MoveAsync(new HoldPoints($"{member}:1", For, member, 4_500_000_000));
        Assert.Equal((500_000_000, 4_500_000_000), await host.BalanceAsync(member));
    }

    [Fact]
    public async Task Whoever_crosses_over_in_many_directions_at_once_loses_nothing_and_does_not_deadlock()
    {
        var members = new List<Guid>();
        for (var i = 0; i < 6; i++)
            members.Add(await host.WithPointsAsync(1_000));
        var newcomers = Enumerable.Range(0, 6).Select(_ => Guid.CreateVersion7()).ToArray();
        await Parallel.ForEachAsync(Enumerable.Range(0, 120), new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (number, _) =>
        {
            var random = new Random(number);
            var all = members.Concat(newcomers).ToArray();
            var movements = Enumerable.Range(0, 5).Select(i => (Movement)new HoldPoints($"cross:{number}:{i}", For, all[random.Next(all.Length)], random.Next(1, 20))).ToList();
            movements.Add(new Reward($"cross:{number}:r", For, all[random.Next(all.Length)], 3));
            await host.Source.InTransaction(tx => host.Wallet.Move(tx, movements));
        });
        await host.CheckAsync();
    }

    [Fact]
    public async Task A_batch_decides_each_after_those_before_it_and_a_refusal_stops_no_other()
    {
        var member = await host.WithPointsAsync(100);
        var answers = await host.Source.InTransaction(tx => host.Wallet.Move(tx,
        [
            new HoldPoints($"{member}:1", For, member, 80), new HoldPoints($"{member}:2", For, member, 80), new HoldPoints($"{member}:3", For, member, 20),
            new HoldPoints($"{member}:1", For, member, 80),
        ]));
        Assert.Equal([null, "wallet.insufficient", null, null], answers.Select(answer => answer.Failure?.Code));
        Assert.Equal(answers[0].Value.Transfer, answers[3].Value.Transfer);
        Assert.Equal((0, 100), await host.BalanceAsync(member));
    }

    [Fact]
    public async Task An_auctions_lane_decides_in_memory_and_all_or_none_is_undone_together()
    {
        var (leader, challenger) = (await host.WithPointsAsync(100), await host.WithPointsAsync(50));
        var held = await host.MoveAsync(new HoldPoints($"{leader}:1", For, leader, 60));
        await host.Source.InTransaction(async tx =>
        {
            var batch = await host.Wallet.Open(tx, new WalletScope([leader, challenger], [$"{challenger}:1", $"{challenger}:2", $"{leader}:2"], [held.Hold!.Value]));
            Assert.Equal(50, batch.Available(challenger));
            // More than the challenger has: the leader keeps the lead.
            Assert.Equal("wallet.insufficient", batch.TryAll(
                new ReleaseHold($"{leader}:2", For, leader, held.Hold.Value), new HoldPoints($"{challenger}:1", For, challenger, 70)).Failure?.Code);
            Assert.Equal(40, batch.Available(leader));
            Assert.Null(batch.TryAll(
                new ReleaseHold($"{leader}:2", For, leader, held.Hold.Value), new HoldPoints($"{challenger}:2", For, challenger, 50)).Failure);
            await batch.Write();
        });
        Assert.Equal((100, 0), await host.BalanceAsync(leader));
        Assert.Equal((0, 50), await host.BalanceAsync(challenger));
    }

    [Fact]
    public async Task Who_is_only_looked_at_is_not_locked_and_cannot_be_moved()
    {
        var (locked, seen) = (await host.WithPointsAsync(100), await host.WithPointsAsync(50));
        await host.Source.InTransaction(async tx =>
        {
            var batch = await host.Wallet.Open(tx, new WalletScope([locked], [], []) { Seen = [seen, Guid.CreateVersion7()] });
            Assert.Equal((100, 50, 0), (batch.Available(locked), batch.Available(seen), batch.Available(Guid.CreateVersion7())));
            // A transaction of its own goes through while ours is open.
            await host.MoveAsync(new HoldPoints($"{seen}:1", For, seen, 20));
            Assert.Throws<InvalidOperationException>(() => batch.Try(new HoldPoints($"{seen}:2", For, seen, 10)));
        });
        Assert.Equal((30, 20), await host.BalanceAsync(seen));
    }

    [Fact]
    public async Task The_lane_answers_everybody_and_one_poisoned_wish_hurts_nobody_else()
    {
        var member = await host.WithPointsAsync(1_000);
        var stranger = await host.WithPointsAsync(10);
        await host.MoveAsync(new HoldPoints("taken-by-a-stranger", For, stranger, 1));
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(number => host.Wallet.Move(new HoldPoints(number == 30 ? "taken-by-a-stranger" : $"{member}:{number}", For, member, 20))));
        Assert.Equal(50, answers.Count(answer => answer.Failure is null));
        Assert.Equal("wallet.key_reused", answers[30].Failure?.Code);
        Assert.Equal(9, answers.Count(answer => answer.Failure?.Code == "wallet.insufficient"));
        Assert.Equal((0, 1_000), await host.BalanceAsync(member));
    }

    [Fact]
    public async Task What_a_transaction_rolls_back_never_was()
    {
        var member = await host.WithPointsAsync(100);
        var wish = new HoldPoints($"{member}:1", For, member, 80);
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Source.InTransaction(async tx =>
        {
            Assert.Null((await host.Wallet.Move(tx, wish)).Failure);
            throw new InvalidOperationException("the bid was refused");
        }));
        Assert.Equal((100, 0), await host.BalanceAsync(member));
        Assert.False((await host.MoveAsync(wish)).Repeated);
    }

    [Theory]
    [InlineData("update wallet.entry set amount = amount + 1", "append_only")]
    [InlineData("delete from wallet.entry", "append_only")]
    [InlineData("truncate wallet.entry", "append_only")]
    [InlineData("update wallet.transfer set amount = 1", "append_only")]
    [InlineData("delete from wallet.transfer", "append_only")]
    [InlineData("update wallet.account set balance = balance + 1000 where kind = 'available'", "append_only")]
    [InlineData("delete from wallet.hold", "append_only")]
    [InlineData("insert into wallet.entry select account_id, number + 1, transfer_id, 5, balance_after + 5 from wallet.entry order by number desc limit 1", "entries_sum_to_zero")]
    [InlineData("insert into wallet.entry select id, entries + 1, gen_random_uuid(), 5, balance + 5 from wallet.account where kind = 'revenue'", "entries_sum_to_zero")]
    [InlineData("with a as (select * from wallet.account where kind in ('revenue', 'available') order by kind desc limit 2) insert into wallet.entry select id, entries + 1, (select id from wallet.transfer limit 1), case kind when 'revenue' then -5 else 5 end, 7 from a", "entries_follow")]
    [InlineData("with a as (select * from wallet.account where kind = 'revenue') insert into wallet.entry select id, entries + n, '00000000-0000-0000-0000-000000000001', 10 * n - 15, balance + case n when 1 then -5 else 0 end from a, generate_series(1, 2) n", "entry_of_transfer")]
    public async Task The_database_itself_refuses(string sql, string constraint)
    {
        var member = await host.WithPointsAsync(100);
        await host.MoveAsync(new HoldPoints($"{member}:1", For, member, 10));
        await using var connection = new NpgsqlConnection(host.Database);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync(sql));
        Assert.Equal(constraint, refused.ConstraintName);
    }

    [Fact]
    public async Task An_overdraft_is_refused_by_the_database_too_and_so_is_a_held_balance_without_its_hold()
    {
        var member = await host.WithPointsAsync(100);
        await using var connection = new NpgsqlConnection(host.Database);
        await connection.OpenAsync();
        foreach (var (amount, constraint) in new[] { (200, "account_not_overdrawn"), (50, "held_agrees") })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync(
                """
                begin;
                insert into wallet.transfer (id, key, kind, reference, member_id, amount, created_at) values (@id, 'by hand ' || @amount, 'hold', 'x', @member, @amount, now());
                insert into wallet.entry
                select id, entries + 1, @id, case kind when 'held' then @amount else -@amount end, balance + case kind when 'held' then @amount else -@amount end
                from wallet.account where member_id = @member;
                commit;
                """, new { id = Guid.CreateVersion7(), member, amount = (long)amount }));
            Assert.Equal(constraint, refused.ConstraintName);
            await connection.ExecuteAsync("rollback");
        }
    }

    [Fact]
    public async Task The_check_finds_what_somebody_with_all_rights_has_tampered_with()
    {
        var member = await host.WithPointsAsync(100);
        await host.MoveAsync(new HoldPoints($"{member}:1", For, member, 10));
        await using var connection = new NpgsqlConnection(host.Database);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("set local session_replication_role = replica", transaction: transaction);
        foreach (var (sql, problem) in new[]
        {
            ("update wallet.account set balance = balance + 7 where kind = 'available' and member_id = @member", "balance is not the sum of its entries"),
            ("update wallet.hold set amount = amount + 7 where member_id = @member", "held balance is not the sum of its holds"),
            ("update wallet.entry set amount = amount + 7 where account_id in (select id from wallet.account where member_id = @member)", "transfer does not sum to zero"),
            ("delete from wallet.entry where account_id in (select id from wallet.account where kind = 'held' and member_id = @member)", "transfer does not sum to zero"),
        })
        {
            await connection.ExecuteAsync("savepoint clean", transaction: transaction);
            Assert.Empty(await connection.QueryAsync<string>("select problem from wallet.check()", transaction: transaction));
            await connection.ExecuteAsync(sql, new { member }, transaction);
            Assert.Contains(problem, await connection.QueryAsync<string>("select problem from wallet.check()", transaction: transaction));
            await connection.ExecuteAsync("rollback to clean", transaction: transaction);
        }
    }
}
