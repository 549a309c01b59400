using System.Threading.Channels;
using Madang.Platform.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Madang.Platform.Work;

/// <summary>
/// Drives the <see cref="Worker"/>: looks when a message says that a job was committed, when the next run time comes, when a
/// slot becomes free, and every <see cref="Poll"/> in case a message was missed. Outlives outages of the database.
/// </summary>
internal sealed partial class WorkLoop(Worker worker, Broadcast broadcast, TimeProvider time, ILogger<WorkLoop> log) : BackgroundService
{
    internal static readonly TimeSpan Poll = TimeSpan.FromSeconds(15);

    // Between two looks at a job that is due but held by another's open transaction.
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(1);

    // One slot: any number of signals before the next look mean one look.
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        worker.SlotFreed = Signal;
        using var subscription = broadcast.Subscribe(WorkQueue.Channel, _ => Signal(), Signal);
        _ = broadcast.Listening.ContinueWith(_ => Signal(), stoppingToken, TaskContinuationOptions.None, TaskScheduler.Default);
        await using var timer = time.CreateTimer(_ => Signal(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        Signal();
        try
        {
            while (await _signals.Reader.WaitToReadAsync(stoppingToken))
            {
                _signals.Reader.TryRead(out _);
                timer.Change(await Look(stoppingToken), Timeout.InfiniteTimeSpan);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The handlers were told too; each gives its job back.
        }

        await worker.Drained();
    }

    private void Signal() => _signals.Writer.TryWrite(true);

    private async Task<TimeSpan> Look(CancellationToken stoppingToken)
    {
        try
        {
            var (_, next) = await worker.StartDue(stoppingToken, stoppingToken);
            var wait = next - time.GetUtcNow() ?? Poll;
            return wait < Breath ? Breath : wait > Poll ? Poll : wait;
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            LogFault(log, e);
            return AfterFault;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The queue could not be read; trying again.")]
    private static partial void LogFault(ILogger logger, Exception e);
}
