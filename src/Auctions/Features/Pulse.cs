using Dapper;
using Madang.Auctions.Domain;
using Madang.Platform.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Madang.Auctions.Features;

/// <summary>
/// Every living node says so every few seconds, by its own clock beside the database's. From that follows when nobody could bid (<see cref="Outage"/>), and how far the
/// nodes' clocks are apart. A node that starts looks back before it does anything else; one that had lost the database looks back when it is there again.
/// </summary>
internal sealed partial class Pulse(NpgsqlDataSource source, IOptions<AuctionsOptions> options, TimeProvider time, ILogger<Pulse> log) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    /// <summary>A node that was not seen for so long is not asked about its clock.</summary>
    private static readonly TimeSpan Alive = TimeSpan.FromMinutes(1);

    /// <summary>A clock that is further off is a fault that nobody waits for.</summary>
    private static readonly TimeSpan MostLag = TimeSpan.FromSeconds(10);

    private readonly Guid _node = Guid.CreateVersion7();

    /// <summary>The ticks of the last beat that was written, by this node's clock.</summary>
    private long _last;

    /// <summary>Before any other service of the host starts, such as those that would close what is overdue.</summary>
    public Task StartingAsync(CancellationToken cancellationToken) => BeatAsync(lookBack: true, cancellationToken);

    /// <summary>
    /// Before something is judged overdue. The database may be back, or a paused machine go on, a moment before the next beat: what lies behind is looked at first. A clock
    /// that merely jumped finds that the database saw a beat just now.
    /// </summary>
    public Task EnsureFreshAsync(CancellationToken ct) => Silence > 2 * Beat ? BeatAsync(lookBack: true, ct) : Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>By how much the slowest clock of the other living nodes is behind ours: what they take as received before an end may still come.</summary>
    public async Task<TimeSpan> LagAsync(NpgsqlTransaction tx)
    {
        var slowest = await tx.Connection!.ExecuteScalarAsync<double?>(
            """
            select min(extract(epoch from clock_at - seen_at)) - extract(epoch from @now - clock_timestamp())
            from auctions.pulse where node <> @node and seen_at > clock_timestamp() - @alive
            """, new { node = _node, now = time.GetUtcNow(), alive = Alive }, tx);
        return slowest is not < 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(-slowest.Value, MostLag.TotalSeconds));
    }

    /// <summary>The outage that a time fell into; null: somebody was there.</summary>
    public async Task<Outage?> OutageAtAsync(NpgsqlTransaction tx, DateTimeOffset at) =>
        await tx.Connection!.QueryFirstOrDefaultAsync<(DateTimeOffset From, DateTimeOffset To)?>(
            "select from_at, to_at from auctions.outage where from_at < @at and to_at >= @at order by to_at desc limit 1", new { at }, tx) is var (from, to) ? new Outage(from, to) : null;

    /// <summary>Who stops in good order is not asked about the clock any more; when it was there last stays known.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await connection.ExecuteAsync("update auctions.pulse set seen_at = seen_at - @alive where node = @node", new { node = _node, alive = Alive });
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException or ObjectDisposedException)
        {
            // It is known to be gone soon enough. A host that is stopped from two sides may have given the connections back already.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Beat, time);
        var missed = false;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                try
                {
                    await BeatAsync(lookBack: missed, stoppingToken);
                    missed = false;
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    // Nobody bids without the database: that is an outage too, and judged when it is over.
                    missed = true;
                    LogMissed(log, e.Message);
                }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: what comes after the last beat is found by who starts next.
        }
    }

    private TimeSpan Silence => TimeSpan.FromTicks(time.GetUtcNow().UtcTicks - Volatile.Read(ref _last));

    /// <summary>Says that this node lives; looking back, or after a silence of its own, finds out before since when nobody did.</summary>
    internal async Task BeatAsync(bool lookBack, CancellationToken ct)
    {
        var at = await source.InTransaction(tx => WriteAsync(tx, lookBack), ct);
        Volatile.Write(ref _last, at.UtcTicks);
    }

    private async Task<DateTimeOffset> WriteAsync(NpgsqlTransaction tx, bool lookBack)
    {
        // With the database at hand: it may have let us wait.
        var (now, silence) = (time.GetUtcNow(), TimeSpan.FromSeconds(options.Value.OutageSeconds));
        if (lookBack || Silence > silence)
        {
            // Of nodes that start together, one looks back.
            await tx.Connection!.ExecuteAsync("select pg_advisory_xact_lock(hashtext('auctions.pulse'))", transaction: tx);
            // By the nodes' clocks and by the database's: one clock that jumped is no outage.
            var (last, wasSeen) = await tx.Connection!.QuerySingleAsync<(DateTimeOffset? Last, bool? WasSeen)>(
                "select max(clock_at), bool_or(seen_at > clock_timestamp() - @silence) from auctions.pulse", new { silence }, tx);
            if (last is { } from && now - from > silence && wasSeen is not true)
            {
                await tx.Connection!.ExecuteAsync("insert into auctions.outage (id, from_at, to_at) values (@id, @from, @now)", new { id = Guid.CreateVersion7(now), from, now }, tx);
                LogOutage(log, from, now);
            }
            await tx.Connection!.ExecuteAsync("delete from auctions.pulse where seen_at < clock_timestamp() - interval '1 day' and node <> @node", new { node = _node }, tx);
        }
        await tx.Connection!.ExecuteAsync(
            """
            insert into auctions.pulse (node, clock_at) values (@node, @now)
            on conflict (node) do update set clock_at = excluded.clock_at, seen_at = clock_timestamp()
            """, new { node = _node, now }, tx);
        return now;
    }

    [LoggerMessage(LogLevel.Warning, "Nobody could bid from {From} to {To}: auctions that ended in that time go on")]
    private static partial void LogOutage(ILogger logger, DateTimeOffset from, DateTimeOffset to);

    [LoggerMessage(LogLevel.Warning, "The pulse was missed: {Reason}")]
    private static partial void LogMissed(ILogger logger, string reason);
}
