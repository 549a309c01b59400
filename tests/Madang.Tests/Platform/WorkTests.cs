using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Dapper;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Platform;

/// <summary>A handler that does what the test says, and notes what it was given.</summary>
internal sealed class Probe
{
    public ConcurrentQueue<(int Number, int Attempt)> Runs { get; } = new();

    public Func<int, WorkContext, CancellationToken, Task> Do { get; set; } = (_, _, _) => Task.CompletedTask;
}

internal sealed class ProbeHandler(Probe probe) : IWorkHandler<ProbeHandler.Payload>
{
    public Task Handle(Payload payload, WorkContext context, CancellationToken ct)
    {
        probe.Runs.Enqueue((payload.Number, context.Attempt));
        return probe.Do(payload.Number, context, ct);
    }

    internal sealed record Payload(int Number);
}

public sealed class WorkTests(TestDatabase database) : OnOwnDatabase(database)
{
    private const string Kind = "test.probe";

    private readonly Probe _probe = new();

    private WorkNode Worker(WorkSettings? settings = null, Probe? probe = null) => Node(services => services
        .AddSingleton(probe ?? _probe)
        .AddWork<ProbeHandler.Payload, ProbeHandler>(Kind, settings));

    private static ProbeHandler.Payload Job(int number) => new(number);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Task<long> Rows(WorkNode node) => Scalar<long>(node, "select count(*) from platform.work");

    private static async Task<T> Scalar<T>(WorkNode node, string sql)
    {
        await using var connection = await node.Database.OpenConnectionAsync(Ct);
        return (await connection.ExecuteScalarAsync<T>(sql))!;
    }

    [Fact]
    public async Task What_is_committed_runs_once_and_its_row_is_gone()
    {
        var node = Worker();
        var id = await node.Enqueue(Kind, Job(7));

        Assert.NotNull(id);
        Assert.Equal(1, await node.RunDue(Ct));
        Assert.Equal(0, await node.RunDue(Ct));
        Assert.Equal([(7, 1)], _probe.Runs);
        Assert.Equal(0, await Rows(node));
    }

    [Fact]
    public async Task What_is_rolled_back_never_runs()
    {
        var node = Worker();
        await Assert.ThrowsAsync<InvalidOperationException>(() => node.Database.InTransaction(async tx =>
        {
            Assert.NotNull(await node.Queue.Enqueue(tx, Kind, Job(1), ct: Ct));
            throw new InvalidOperationException("change of mind");
        }, Ct));

        Assert.Equal(0, await node.RunDue(Ct));
        Assert.Empty(_probe.Runs);
    }

    [Fact]
    public async Task What_is_still_uncommitted_does_not_run()
    {
        var node = Worker();
        await node.Database.InTransaction(async tx =>
        {
            await node.Queue.Enqueue(tx, Kind, Job(1), ct: Ct);
            Assert.Equal(0, await node.RunDue(Ct));
        }, Ct);
        Assert.Equal(1, await node.RunDue(Ct));
    }

    [Fact]
    public async Task A_later_time_is_waited_for()
    {
        var node = Worker();
        await node.Enqueue(Kind, Job(1), runAt: Clock.GetUtcNow().AddMinutes(5).ToOffset(TimeSpan.FromHours(9)));

        Assert.Equal(0, await node.RunDue(Ct));
        Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, await node.RunDue(Ct));
    }

    [Fact]
    public async Task Two_nodes_run_each_job_once()
    {
        var settings = new WorkSettings(Concurrency: 8);
        var (one, two) = (Worker(settings), Worker(settings));
        await one.Database.InTransaction(async tx =>
        {
            for (var number = 0; number < 300; number++)
                await one.Queue.Enqueue(tx, Kind, Job(number), ct: Ct);
        }, Ct);

        var counts = await Task.WhenAll(one.RunDue(Ct), two.RunDue(Ct));

        Assert.Equal(300, counts.Sum());
        Assert.Equal(Enumerable.Range(0, 300), _probe.Runs.Select(run => run.Number).Order());
        Assert.All(_probe.Runs, run => Assert.Equal(1, run.Attempt));
    }

    [Fact]
    public async Task One_node_runs_no_more_at_a_time_than_the_kind_allows()
    {
        var (now, most) = (0, 0);
        _probe.Do = async (_, _, _) =>
        {
            var running = Interlocked.Increment(ref now);
            InterlockedMax(ref most, running);
            await Task.Yield();
            Interlocked.Decrement(ref now);
        };
        var node = Worker(new WorkSettings(Concurrency: 3));
        for (var number = 0; number < 30; number++)
            await node.Enqueue(Kind, Job(number));

        await node.RunDue(Ct);

        Assert.Equal(30, _probe.Runs.Count);
        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public async Task A_killed_nodes_job_runs_again_when_its_lease_has_run_out()
    {
        var (dead, alive) = (Worker(), Worker());
        await dead.Enqueue(Kind, Job(1));
        Assert.NotNull(await dead.ClaimOne(Kind));

        Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(0, await alive.RunDue(Ct));
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await alive.RunDue(Ct));

        Assert.Equal([(1, 2)], _probe.Runs);
        Assert.Equal(0, await Rows(alive));
    }

    [Fact]
    public async Task Who_lost_the_lease_can_neither_finish_nor_reschedule_nor_keep_the_job()
    {
        var (slow, quick) = (Worker(), Worker());
        await slow.Enqueue(Kind, Job(1));
        var stale = (await slow.ClaimOne(Kind))!;
        Clock.Advance(TimeSpan.FromSeconds(30));
        var current = (await quick.ClaimOne(Kind))!;
        Assert.Equal(stale.Id, current.Id);

        Assert.False(await slow.Store.Complete(stale, Ct));
        Assert.False(await slow.Store.TryAgain(stale, Clock.GetUtcNow(), "late", Ct));
        Assert.False(await slow.Store.Bury(stale, "late", Ct));
        Assert.False(await slow.Store.GiveBack(stale, Ct));
        Assert.False(await slow.Store.Extend(stale, Clock.GetUtcNow().AddHours(1), Ct));
        await Assert.ThrowsAsync<InvalidOperationException>(() => slow.Database.InTransaction(async tx =>
            Assert.True(await WorkStore.Complete(stale, tx, Ct) ? false : throw new InvalidOperationException("fenced")), Ct));

        Assert.True(await quick.Store.Complete(current, Ct));
    }

    [Fact]
    public async Task A_handler_that_takes_longer_than_its_lease_keeps_the_job()
    {
        var (busy, idle) = (Worker(), Worker(probe: new Probe()));
        var (entered, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        _probe.Do = (_, _, ct) =>
        {
            entered.SetResult();
            return release.Task.WaitAsync(ct);
        };
        await busy.Enqueue(Kind, Job(1));
        var running = busy.RunDue(Ct);
        await entered.Task.WaitAsync(Ct);

        for (var beat = 0; beat < 10; beat++)
        {
            var before = await LeasedUntil();
            Clock.Advance(TimeSpan.FromSeconds(10));
            await Answers.EventuallyAsync(LeasedUntil, until => until > before);
            Assert.Equal(0, await idle.RunDue(Ct));
        }

        release.SetResult();
        Assert.Equal(1, await running.WaitAsync(TimeSpan.FromSeconds(30), Ct));
        Assert.Equal(0, await Rows(busy));

        Task<DateTimeOffset> LeasedUntil() => Scalar<DateTimeOffset>(busy, "select leased_until from platform.work");
    }

    [Fact]
    public async Task A_handler_whose_lease_was_lost_is_cancelled_and_leaves_no_trace()
    {
        var node = Worker();
        var entered = new TaskCompletionSource();
        _probe.Do = (_, _, ct) =>
        {
            entered.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, Clock, ct);
        };
        await node.Enqueue(Kind, Job(1));
        var running = node.RunDue(Ct);
        await entered.Task.WaitAsync(Ct);

        await Scalar<int>(node, "update platform.work set lease = gen_random_uuid(), leased_by = 'another' returning 1");
        _probe.Do = (_, _, _) => Task.CompletedTask;
        Clock.Advance(TimeSpan.FromSeconds(10));
        await running.WaitAsync(TimeSpan.FromSeconds(30), Ct);

        Assert.Equal("another", await Scalar<string>(node, "select leased_by from platform.work"));
        Assert.Contains(node.Log.Lines, line => line.Text.Contains("lease", StringComparison.Ordinal) && line.Text.Contains("was lost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_many_that_race_for_one_key_one_gets_it()
    {
        var node = Worker();
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => node.Enqueue(Kind, Job(number), key: "same")));

        Assert.Single(ids, id => id is not null);
        Assert.Equal(1, await node.RunDue(Ct));

        // The key is free again once the job is done.
        Assert.NotNull(await node.Enqueue(Kind, Job(99), key: "same"));
    }

    [Fact]
    public async Task A_key_whose_transaction_rolls_back_goes_to_the_one_who_waited()
    {
        var node = Worker();
        await using var connection = await node.Database.OpenConnectionAsync(Ct);
        await using var first = await connection.BeginTransactionAsync(Ct);
        await node.Queue.Enqueue(first, Kind, Job(1), key: "same", ct: Ct);

        var second = node.Enqueue(Kind, Job(2), key: "same");
        await Answers.EventuallyAsync(() => Scalar<long>(node, "select count(*) from pg_locks where not granted"), waiting => waiting > 0);
        await first.RollbackAsync(Ct);

        Assert.NotNull(await second);
        await node.RunDue(Ct);
        Assert.Equal([(2, 1)], _probe.Runs);
    }

    [Fact]
    public async Task Failures_are_tried_again_later_and_later_and_then_parked_for_the_operator()
    {
        _probe.Do = (_, _, _) => throw new InvalidOperationException("no luck");
        var node = Worker(new WorkSettings(MaxAttempts: 3));
        var id = await node.Enqueue(Kind, Job(1), key: "k");

        await node.RunDue(Ct);
        Assert.Equal(new WorkCount(Kind, Ready: 0, Scheduled: 1, Running: 0, Dead: 0), Assert.Single(await node.Queue.Counts(Ct)));
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, await node.RunDue(Ct));
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, await node.RunDue(Ct));
        Clock.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal(1, await node.RunDue(Ct));
        Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, await node.RunDue(Ct));

        Assert.Equal([1, 2, 3], _probe.Runs.Select(run => run.Attempt));
        Assert.Equal(new WorkCount(Kind, 0, 0, 0, Dead: 1), Assert.Single(await node.Queue.Counts(Ct)));
        var dead = Assert.Single(await node.Queue.ListDead(ct: Ct));
        Assert.Equal((id, 3, "k"), (dead.Id, dead.Attempts, dead.Key));
        Assert.Contains("no luck", dead.LastError, StringComparison.Ordinal);
        Assert.Empty(await node.Queue.ListDead(beforeId: dead.Id, ct: Ct));

        _probe.Do = (_, _, _) => Task.CompletedTask;
        Assert.True(await node.Queue.Retry(dead.Id, Ct));
        Assert.Equal(1, await node.RunDue(Ct));
        Assert.Equal((1, 1), _probe.Runs.Last());
        Assert.False(await node.Queue.Retry(dead.Id, Ct));
    }

    [Fact]
    public async Task A_dead_job_whose_key_is_taken_cannot_be_retried_but_discarded()
    {
        _probe.Do = (_, _, _) => throw new WorkRejectedException("never");
        var node = Worker();
        var id = (await node.Enqueue(Kind, Job(1), key: "k"))!.Value;
        await node.RunDue(Ct);
        Assert.NotNull(await node.Enqueue(Kind, Job(2), key: "k"));

        Assert.False(await node.Queue.Retry(id, Ct));
        Assert.True(await node.Queue.Discard(id, Ct));
        Assert.False(await node.Queue.Discard(id, Ct));
        Assert.Equal(1, await Rows(node));
    }

    [Fact]
    public async Task A_rejection_is_final()
    {
        _probe.Do = (_, _, _) => throw new WorkRejectedException("not a picture");
        var node = Worker();
        await node.Enqueue(Kind, Job(1));

        await node.RunDue(Ct);

        Assert.Equal(1, Assert.Single(await node.Queue.ListDead(ct: Ct)).Attempts);
    }

    [Fact]
    public async Task A_job_that_kills_its_node_every_time_is_parked()
    {
        var node = Worker(new WorkSettings(MaxAttempts: 2));
        await node.Enqueue(Kind, Job(1));
        for (var death = 0; death < 2; death++)
        {
            Assert.NotNull(await node.ClaimOne(Kind));
            Clock.Advance(TimeSpan.FromSeconds(30));
        }

        await node.RunDue(Ct);

        Assert.Empty(_probe.Runs);
        Assert.Contains("fell silent", Assert.Single(await node.Queue.ListDead(ct: Ct)).LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_end_in_the_handlers_own_transaction_is_committed_or_rolled_back_with_it()
    {
        var node = Worker();
        await Scalar<int>(node, "create table effect (number int)");
        _probe.Do = async (number, context, ct) => await node.Database.InTransaction(async tx =>
        {
            await tx.Connection!.ExecuteAsync("insert into effect values (@number)", new { number }, tx);
            await context.Complete(tx, ct);
            if (context.Attempt == 1)
                throw new InvalidOperationException("after all");
        }, ct);
        await node.Enqueue(Kind, Job(5));

        await node.RunDue(Ct);
        Assert.Equal(0, await Scalar<long>(node, "select count(*) from effect"));
        Clock.Advance(TimeSpan.FromSeconds(3));
        await node.RunDue(Ct);

        Assert.Equal(1, await Scalar<long>(node, "select count(*) from effect"));
        Assert.Equal(0, await Rows(node));
        Assert.DoesNotContain(node.Log.Lines, line => line.Text.Contains("was lost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_depth_of_the_queue_and_the_dead_are_metrics()
    {
        var node = Worker();
        _probe.Do = (_, _, _) => throw new WorkRejectedException("never");
        await node.Enqueue(Kind, Job(1));
        await node.RunDue(Ct);
        await node.Enqueue(Kind, Job(2));
        await node.Enqueue(Kind, Job(3));
        var seen = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            // Of this node alone: other tests run in the same process.
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == node.Get<IMeterFactory>())
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => seen[$"{tags[0].Value} {tags[1].Value}"] = value);
        listener.Start();

        node.Get<WorkMetrics>().Counted(await node.Queue.Counts(Ct));
        listener.RecordObservableInstruments();
        Assert.Equal((2, 1), (seen[$"{Kind} ready"], seen[$"{Kind} dead"]));

        // A kind that is gone is zero, not forgotten at its last value.
        node.Get<WorkMetrics>().Counted([]);
        listener.RecordObservableInstruments();
        Assert.Equal((0, 0), (seen[$"{Kind} ready"], seen[$"{Kind} dead"]));
    }

    private static void InterlockedMax(ref int place, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref place)) < value && Interlocked.CompareExchange(ref place, value, seen) != seen)
        {
        }
    }
}
