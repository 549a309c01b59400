using Dapper;
using Madang.Platform.Work;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quartz;
using Xunit;

namespace Madang.Tests.Platform;

public sealed class RecurringWorkTests(TestDatabase database) : OnOwnDatabase(database)
{
    private const string Kind = "test.recurring";

    private static readonly CronExpression EveryHour = new("0 0 * * * ?", TimeZoneInfo.Utc);

    private readonly Probe _probe = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private WorkNode Worker(ManualClock? clock = null) => Node(
        services => services.AddSingleton(_probe).AddWork<ProbeHandler.Payload, ProbeHandler>(Kind),
        clock);

    [Fact]
    public async Task A_fire_time_runs_once_however_many_nodes_fire()
    {
        var (one, two) = (Worker(), Worker());
        var fire = Clock.GetUtcNow();

        var fired = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => (n % 2 == 0 ? one : two).Get<RecurringStore>().Fire(Kind, fire, Ct)));

        Assert.Single(fired, first => first);
        Assert.Equal(1, await one.RunDue(Ct) + await two.RunDue(Ct));
    }

    [Fact]
    public async Task A_node_that_fires_late_does_not_repeat_what_was_done_and_deleted()
    {
        var (quick, slow) = (Worker(), Worker());
        var fire = Clock.GetUtcNow();
        await quick.Get<RecurringStore>().Fire(Kind, fire, Ct);
        Assert.Equal(1, await quick.RunDue(Ct));

        Assert.False(await slow.Get<RecurringStore>().Fire(Kind, fire, Ct));
        Assert.False(await slow.Get<RecurringStore>().Fire(Kind, fire.AddHours(-1), Ct));
        Assert.Equal(0, await slow.RunDue(Ct));
        Assert.True(await slow.Get<RecurringStore>().Fire(Kind, fire.AddHours(1), Ct));
    }

    [Fact]
    public async Task Runs_missed_while_all_nodes_were_down_are_made_up_for_by_one()
    {
        var (one, other) = (Worker(), new ManualClock());
        var work = new RecurringWork(Kind, EveryHour);

        // The first start ever has missed nothing.
        Assert.False(await one.Get<RecurringStore>().CatchUp(work, Ct));
        Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.False(await one.Get<RecurringStore>().CatchUp(work, Ct));

        // Their clocks differ, so what they enqueue would not meet in one key.
        var two = Worker(other);
        Clock.Advance(TimeSpan.FromHours(7));
        other.Advance(TimeSpan.FromHours(8) - TimeSpan.FromSeconds(59));

        // Both are made to meet at the row.
        await using var connection = await one.Database.OpenConnectionAsync(Ct);
        await using var onlooker = await one.Database.OpenConnectionAsync(Ct);
        await using var gate = await connection.BeginTransactionAsync(Ct);
        await connection.ExecuteAsync("select 1 from platform.recurring for update", transaction: gate);
        var catching = Task.WhenAll(one.Get<RecurringStore>().CatchUp(work, Ct), two.Get<RecurringStore>().CatchUp(work, Ct));
        await Answers.EventuallyAsync(
            () => onlooker.ExecuteScalarAsync<long>(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"),
            waiting => waiting == 2);
        await gate.CommitAsync(Ct);
        var caughtUp = await catching;

        Assert.Single(caughtUp, made => made);
        Assert.Equal(1, await one.RunDue(Ct));
    }

    [Fact]
    public void The_zone_of_the_expression_counts()
    {
        var seoul = new CronExpression("0 30 4 * * ?", TimeZoneInfo.FindSystemTimeZoneById("Asia/Seoul"));
        var (last, due) = (new DateTimeOffset(2026, 3, 1, 20, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 3, 2, 19, 30, 0, TimeSpan.Zero));

        Assert.False(RecurringStore.HasMissed(seoul, last, due.AddSeconds(-1)));
        Assert.True(RecurringStore.HasMissed(seoul, last, due));
    }

    [Fact]
    public void A_wrong_expression_is_refused_where_it_is_written() =>
        Assert.Throws<FormatException>(() => new ServiceCollection().AddRecurringWork(Kind, "every now and then"));

    [Fact]
    public async Task The_trigger_enqueues_in_real_time()
    {
        // The one test on the real clock: it waits for Quartz to fire, which takes up to two seconds.
        var node = Node(services => services
            .AddSingleton(TimeProvider.System)
            .AddSingleton(_probe)
            .AddWork<ProbeHandler.Payload, ProbeHandler>(Kind)
            .AddRecurringWork(Kind, "* * * * * ?"));
        var services = node.Get<IEnumerable<IHostedService>>().Where(service => service is RecurringSchedule || service.GetType().Name.Contains("Quartz", StringComparison.Ordinal)).ToList();
        foreach (var service in services)
            await service.StartAsync(Ct);

        await Answers.EventuallyAsync(() => node.RunDue(Ct), ran => ran > 0);

        foreach (var service in services)
            await service.StopAsync(Ct);
        await using var connection = await node.Database.OpenConnectionAsync(Ct);
        Assert.Equal(1, await connection.ExecuteScalarAsync<long>("select count(*) from platform.recurring where kind = @Kind", new { Kind }));
    }
}
