using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Madang.Platform.Work;

internal enum WorkOutcome
{
    Done,
    Failed,
    Dead,
    GivenBack,
    LeaseLost,
}

/// <summary>What the queue tells about itself: ends of attempts as they come, and how many rows there are, counted now and then.</summary>
internal sealed class WorkMetrics
{
    private readonly Histogram<double> _duration;
    private volatile IReadOnlyList<WorkCount> _counts = [];

    public WorkMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Madang.Work");
        _duration = meter.CreateHistogram("madang.work.duration", "s", "Attempts by kind and outcome.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800] });
        meter.CreateObservableGauge("madang.work.jobs", Observe, "{job}", "Jobs in the queue by kind and state, the same on every node.");
    }

    public void Ended(string kind, WorkOutcome outcome, TimeSpan took) =>
        _duration.Record(took.TotalSeconds, new("kind", kind), new("outcome", outcome switch
        {
            WorkOutcome.Done => "done",
            WorkOutcome.Failed => "failed",
            WorkOutcome.Dead => "dead",
            WorkOutcome.GivenBack => "given_back",
            _ => "lease_lost",
        }));

    /// <summary>Remembers a count. Kinds seen before and gone since are reported as zero, or their gauge would stay.</summary>
    public void Counted(IReadOnlyList<WorkCount> counts) =>
        _counts = [.. counts, .. _counts
            .Where(old => counts.All(count => count.Kind != old.Kind))
            .Select(old => new WorkCount(old.Kind, 0, 0, 0, 0))];

    private IEnumerable<Measurement<long>> Observe()
    {
        foreach (var count in _counts)
        {
            yield return Of(count.Kind, "ready", count.Ready);
            yield return Of(count.Kind, "scheduled", count.Scheduled);
            yield return Of(count.Kind, "running", count.Running);
            yield return Of(count.Kind, "dead", count.Dead);
        }

        static Measurement<long> Of(string kind, string state, long value) =>
            new(value, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("state", state));
    }
}

/// <summary>Counts the queue for <see cref="WorkMetrics"/>: a gauge is read synchronously and must not wait for the database.</summary>
internal sealed partial class WorkCensus(WorkQueue queue, WorkMetrics metrics, TimeProvider time, ILogger<WorkCensus> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                metrics.Counted(await queue.Counts(stoppingToken));
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotCounted(log, e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(LogLevel.Debug, "The queue could not be counted: {Reason}")]
    private static partial void LogNotCounted(ILogger logger, string reason);
}
