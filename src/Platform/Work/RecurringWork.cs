using System.Globalization;
using Dapper;
using Madang.Platform.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Quartz;

namespace Madang.Platform.Work;

/// <summary>Work that recurs by a cron expression in a time zone.</summary>
internal sealed record RecurringWork(string Kind, CronExpression Cron);

/// <summary>
/// Turns a fire time into one row of the queue. All nodes fire; the one that moves <c>last_fire</c> forward enqueues, in the
/// same transaction.
/// </summary>
internal sealed class RecurringStore(NpgsqlDataSource database, WorkQueue queue, TimeProvider time)
{
    /// <summary>Enqueues the run of a fire time, unless some node has done it.</summary>
    public Task<bool> Fire(string kind, DateTimeOffset fire, CancellationToken ct) =>
        database.InTransaction(async tx =>
        {
            var isFirst = await tx.Connection!.ExecuteAsync(new CommandDefinition("""
                insert into platform.recurring (kind, last_fire) values (@kind, @fire)
                on conflict (kind) do update set last_fire = excluded.last_fire
                where recurring.last_fire < excluded.last_fire
                """, new { kind, fire }, tx, cancellationToken: ct)) > 0;
            return isFirst && await Enqueue(tx, kind, fire, ct);
        }, ct);

    /// <summary>Enqueues one run now when fire times passed while no node was up. A kind seen for the first time starts now.</summary>
    public Task<bool> CatchUp(RecurringWork work, CancellationToken ct) =>
        database.InTransaction(async tx =>
        {
            var row = new { work.Kind, now = time.GetUtcNow() };
            await tx.Connection!.ExecuteAsync(new CommandDefinition(
                "insert into platform.recurring (kind, last_fire) values (@kind, @now) on conflict (kind) do nothing",
                row, tx, cancellationToken: ct));
            var last = await tx.Connection!.ExecuteScalarAsync<DateTimeOffset>(new CommandDefinition(
                "select last_fire from platform.recurring where kind = @kind for update", row, tx, cancellationToken: ct));
            if (!HasMissed(work.Cron, last, row.now))
                return false;

            await tx.Connection!.ExecuteAsync(new CommandDefinition(
                "update platform.recurring set last_fire = @now where kind = @kind", row, tx, cancellationToken: ct));
            return await Enqueue(tx, work.Kind, row.now, ct);
        }, ct);

    internal static bool HasMissed(CronExpression cron, DateTimeOffset last, DateTimeOffset now) =>
        cron.GetNextValidTimeAfter(last) is { } next && next <= now;

    private async Task<bool> Enqueue(NpgsqlTransaction tx, string kind, DateTimeOffset fire, CancellationToken ct) =>
        await queue.Enqueue(tx, kind, new { }, $"{kind}@{fire.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)}", ct: ct) is not null;
}

/// <summary>Sets the triggers, in memory and alike on every node, and makes up for what was missed.</summary>
internal sealed partial class RecurringSchedule(
    IEnumerable<RecurringWork> recurring, ISchedulerFactory schedulers, RecurringStore store, TimeProvider time, ILogger<RecurringSchedule> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        foreach (var work in recurring)
        {
            try
            {
                await store.CatchUp(work, cancellationToken);
            }
            catch (Exception e) when (DatabaseUnavailable.Is(e))
            {
                LogNotCaughtUp(log, e, work.Kind);
            }

            await scheduler.ScheduleJob(
                JobBuilder.Create<FireRecurring>().WithIdentity(work.Kind).Build(),
                // On the scheduler's clock: a trigger that reckons with another one is late for ever, and the scheduler never stops catching up.
                TriggerBuilder.Create(time).WithIdentity(work.Kind).WithCronSchedule(work.Cron).Build(),
                cancellationToken: cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Warning, "Missed runs of {Kind} could not be looked up.")]
    private static partial void LogNotCaughtUp(ILogger logger, Exception e, string kind);
}

/// <summary>What a trigger runs.</summary>
internal sealed class FireRecurring(RecurringStore store, TimeProvider time) : IJob
{
    private static readonly TimeSpan AfterOutage = TimeSpan.FromSeconds(5);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var fire = context.ScheduledFireTimeUtc ?? context.FireTimeUtc;
        while (true)
        {
            try
            {
                await store.Fire(context.JobDetail.Key.Name, fire, cancellationToken);
                return;
            }
            catch (Exception e) when (DatabaseUnavailable.Is(e))
            {
                await Task.Delay(AfterOutage, time, cancellationToken);
            }
        }
    }
}
