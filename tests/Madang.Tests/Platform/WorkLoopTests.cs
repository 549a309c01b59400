using Dapper;
using Madang.Platform.Work;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Platform;

/// <summary>The loop by itself. The clock stands still, so what runs was woken, not polled.</summary>
public sealed class WorkLoopTests(TestDatabase database) : OnOwnDatabase(database)
{
    private const string Kind = "test.probe";

    private readonly Probe _probe = new();

    private WorkNode Worker(Probe? probe = null) => Node(services => services
        .AddSingleton(probe ?? _probe)
        .AddWork<ProbeHandler.Payload, ProbeHandler>(Kind));

    private Task Ran(int times) => Answers.EventuallyAsync(() => Task.FromResult(_probe.Runs.Count), count => count >= times);

    [Fact]
    public async Task A_commit_wakes_the_loop_of_another_node()
    {
        var (here, there) = (Worker(), Worker());
        await there.StartAsync();

        await here.Enqueue(Kind, new ProbeHandler.Payload(1));
        await Ran(1);
        for (var number = 2; number <= 20; number++)
            await here.Enqueue(Kind, new ProbeHandler.Payload(number));
        await Ran(20);
    }

    [Fact]
    public async Task The_loop_wakes_at_the_run_time_to_the_second()
    {
        var node = Worker();
        await node.StartAsync();
        await node.Enqueue(Kind, new ProbeHandler.Payload(1), runAt: Clock.GetUtcNow().AddSeconds(7));
        await Looked(node);

        Clock.Advance(TimeSpan.FromSeconds(6.5));
        await Looked(node);
        Assert.Empty(_probe.Runs);
        Clock.Advance(TimeSpan.FromSeconds(0.5));
        await Ran(1);
    }

    [Fact]
    public async Task A_missed_message_is_made_up_for_by_a_poll()
    {
        var node = Worker();
        await node.StartAsync();
        await node.Enqueue(Kind, new ProbeHandler.Payload(2), runAt: Clock.GetUtcNow().AddDays(1));
        await Looked(node);
        await Sql("""
            insert into platform.work (kind, payload, run_at, created_at) values ('test.probe', '{"number": 1}', '2020-01-01Z', '2020-01-01Z')
            """);

        // Not one jump: the loop may not have set its timer yet.
        await Answers.EventuallyAsync(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(_probe.Runs.Count);
        }, count => count == 1);
    }

    [Fact]
    public async Task A_node_that_stops_gives_its_job_back_at_once_and_the_attempt_does_not_count()
    {
        var entered = new TaskCompletionSource();
        _probe.Do = (_, _, ct) =>
        {
            entered.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, Clock, ct);
        };
        var (stopping, other) = (Worker(), Worker(new Probe()));
        await stopping.StartAsync();
        await stopping.Enqueue(Kind, new ProbeHandler.Payload(1));
        await entered.Task.WaitAsync(TestContext.Current.CancellationToken);

        await stopping.StopAsync();

        Assert.Equal(1, await other.RunDue(TestContext.Current.CancellationToken));
        Assert.Equal((1, 1), Assert.Single(other.Get<Probe>().Runs));
    }

    [Fact]
    public async Task The_loop_outlives_an_outage_of_the_database()
    {
        var node = Worker();
        await node.StartAsync();
        await node.Enqueue(Kind, new ProbeHandler.Payload(1));
        await Ran(1);

        await CutOff(true);
        await Answers.EventuallyAsync(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(5));
            return Task.FromResult(node.Log.Lines.Count(line => line.Text.Contains("could not be read", StringComparison.Ordinal)));
        }, faults => faults >= 2);
        await CutOff(false);

        await Answers.EventuallyAsync(async () =>
        {
            try
            {
                await node.Enqueue(Kind, new ProbeHandler.Payload(2));
                return true;
            }
            catch (PostgresException)
            {
                return false;
            }
        }, enqueued => enqueued);
        await Answers.EventuallyAsync(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(_probe.Runs.Count);
        }, count => count == 2);
    }

    [Fact]
    public async Task An_end_that_could_not_be_recorded_in_an_outage_is_recorded_after_it()
    {
        var (entered, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        _probe.Do = (_, _, _) =>
        {
            entered.TrySetResult();
            return release.Task;
        };
        var node = Worker();
        await node.Enqueue(Kind, new ProbeHandler.Payload(1));
        var running = node.RunDue(TestContext.Current.CancellationToken);
        await entered.Task;

        // The connections die; the settling finds a dead one in the pool.
        await Sql("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
        release.SetResult();

        await Answers.EventuallyAsync(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(running.IsCompleted);
        }, ended => ended);
        Assert.Single(_probe.Runs);
        Assert.Equal(0, await Sql("select count(*) from platform.work"));
    }

    /// <summary>Waits until the loop has nothing more to look at.</summary>
    private static async Task Looked(WorkNode node)
    {
        // A round trip of a notice through the same connection that the loop hears: what came before it was heard.
        var heard = new TaskCompletionSource();
        var broadcast = node.Get<Madang.Platform.Data.Broadcast>();
        using (broadcast.Subscribe("test", _ => heard.TrySetResult()))
        {
            await broadcast.Send("test", "");
            await heard.Task;
        }

        // The loop sets its timer after its queries; their connection is back in the pool by then.
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
    }

    private async Task CutOff(bool off)
    {
        var name = new NpgsqlConnectionStringBuilder(Connection).Database;
        await using var server = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Connection) { Database = "postgres", Pooling = false }.ConnectionString);
        await server.ExecuteAsync($"alter database {name} allow_connections {!off}");
        if (off)
            await server.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = @name", new { name });
    }

    private async Task<long> Sql(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Connection) { Pooling = false }.ConnectionString);
        return await connection.ExecuteScalarAsync<long?>(sql) ?? 0;
    }
}
