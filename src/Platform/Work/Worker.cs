using System.Diagnostics;
using Madang.Platform.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Madang.Platform.Work;

/// <summary>One node's hands: claims due jobs into free slots, runs each in its own scope, and records how it ended.</summary>
internal sealed partial class Worker(
    WorkStore store, WorkKinds kinds, IServiceScopeFactory scopes, TimeProvider time, WorkMetrics metrics, ILogger<Worker> log,
    Func<double>? random = null)
{
    private static readonly ActivitySource Activities = new("Madang.Work");
    private static readonly TimeSpan SettleEvery = TimeSpan.FromSeconds(1);

    private readonly Func<double> _random = random ?? Random.Shared.NextDouble;
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Task> _running = [];
    private readonly Dictionary<string, int> _busy = new(StringComparer.Ordinal);

    /// <summary>Called whenever a slot becomes free.</summary>
    public Action SlotFreed { get; set; } = () => { };

    /// <summary>Claims what is due and has a free slot, starts it, and says when to look again; null when nothing is to come
    /// before a slot becomes free or a message arrives.</summary>
    /// <param name="ct">Ends the claiming.</param>
    /// <param name="stopping">Cancels the handlers: their jobs are given back.</param>
    public async Task<(int Started, DateTimeOffset? NextDue)> StartDue(CancellationToken ct, CancellationToken stopping)
    {
        var free = FreeSlots();
        if (free.Count == 0)
            return (0, null);

        var claimed = await store.Claim(free, ct);
        foreach (var work in claimed)
            Start(work, stopping);

        free = FreeSlots();
        return (claimed.Count, free.Count == 0 ? null : await store.NextDue([.. free.Select(f => f.Kind)], ct));
    }

    /// <summary>Runs everything that is due now, and what becomes due meanwhile, to its end.</summary>
    public async Task<int> RunDue(CancellationToken ct)
    {
        var total = 0;
        while (true)
        {
            var (started, _) = await StartDue(ct, ct);
            total += started;
            if (started == 0 && !IsBusy)
                return total;
            await Drained();
        }
    }

    private bool IsBusy
    {
        get
        {
            lock (_gate)
                return _running.Count > 0;
        }
    }

    /// <summary>Completes when no handler runs.</summary>
    public Task Drained()
    {
        lock (_gate)
            return Task.WhenAll(_running.Values);
    }

    private List<(WorkKind Kind, int Slots)> FreeSlots()
    {
        lock (_gate)
            return [.. kinds.All
                .Select(kind => (kind, kind.Settings.Concurrency - _busy.GetValueOrDefault(kind.Kind)))
                .Where(free => free.Item2 > 0)];
    }

    private void Start(ClaimedWork work, CancellationToken stopping)
    {
        lock (_gate)
        {
            _busy[work.Kind] = _busy.GetValueOrDefault(work.Kind) + 1;
            _running[work.Lease] = Task.Run(() => RunInSlot(work, stopping), CancellationToken.None);
        }
    }

    private async Task RunInSlot(ClaimedWork work, CancellationToken stopping)
    {
        try
        {
            await Run(work, stopping);
        }
        catch (Exception e)
        {
            // The lease runs out and the job runs again.
            LogNotSettled(log, e, work.Kind, work.Id);
        }

        lock (_gate)
        {
            _running.Remove(work.Lease);
            _busy[work.Kind]--;
        }

        SlotFreed();
    }

    private async Task Run(ClaimedWork work, CancellationToken stopping)
    {
        var kind = kinds[work.Kind];
        var started = time.GetTimestamp();
        using var activity = Activities.StartActivity($"work {work.Kind}", ActivityKind.Consumer, work.TraceParent);
        activity?.SetTag("madang.work.id", work.Id).SetTag("madang.work.attempt", work.Attempts);

        await using var lease = new Lease(store, work, kind.Settings.Lease, time, log);
        var (outcome, settle) = await Attempt(kind, work, lease, stopping);
        if (!await Settled(work, settle, lease, stopping))
        {
            outcome = WorkOutcome.LeaseLost;
            LogLeaseLost(log, work.Kind, work.Id);
        }

        if (outcome is not (WorkOutcome.Done or WorkOutcome.GivenBack))
            activity?.SetStatus(ActivityStatusCode.Error);
        metrics.Ended(work.Kind, outcome, time.GetElapsedTime(started));
    }

    /// <summary>Runs the handler and decides; the statement that records the decision is returned, to be tried until it sticks.</summary>
    private async Task<(WorkOutcome, Func<CancellationToken, Task<bool>>)> Attempt(
        WorkKind kind, ClaimedWork work, Lease lease, CancellationToken stopping)
    {
        var max = kind.Settings.MaxAttempts;
        if (Attempts.IsExhausted(work.Attempts, max))
        {
            var silence = $"Its node fell silent in the last of {max} attempts.";
            LogDead(log, null, work.Kind, work.Id, work.Attempts - 1);
            return (WorkOutcome.Dead, ct => store.Bury(work, silence, ct));
        }

        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(lease.Lost, stopping);
        var completed = false;
        var context = new WorkContext(work.Id, work.Attempts, max, async (tx, ct) =>
        {
            if (!await WorkStore.Complete(work, tx, ct))
                throw new WorkLeaseLostException(work.Id);
            completed = true;
        });
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await kind.Run(scope.ServiceProvider, work.Payload, context, cancelled.Token);

            // What the handler completed itself is gone already, unless it rolled back and returned all the same.
            return (WorkOutcome.Done, async ct => await store.Complete(work, ct) || completed);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return (WorkOutcome.GivenBack, ct => store.GiveBack(work, ct));
        }
        catch (Exception e)
        {
            switch (Attempts.Decide(work.Attempts, max, e is WorkRejectedException, _random(), kind.Settings.LongestDelay))
            {
                case AfterFailure.TryAgain again:
                    LogFailed(log, e, work.Kind, work.Id, work.Attempts, max, again.Delay);
                    var at = time.GetUtcNow() + again.Delay;
                    return (WorkOutcome.Failed, ct => store.TryAgain(work, at, e.ToString(), ct));
                default:
                    LogDead(log, e, work.Kind, work.Id, work.Attempts);
                    return (WorkOutcome.Dead, ct => store.Bury(work, e.ToString(), ct));
            }
        }
    }

    /// <summary>Tries through an outage of the database for as long as the job is ours and the node is not stopping.</summary>
    private async Task<bool> Settled(ClaimedWork work, Func<CancellationToken, Task<bool>> settle, Lease lease, CancellationToken stopping)
    {
        while (!lease.Lost.IsCancellationRequested)
        {
            try
            {
                return await settle(lease.Lost);
            }
            catch (OperationCanceledException) when (lease.Lost.IsCancellationRequested)
            {
                return false;
            }
            catch (Exception e)
            {
                LogNotSettled(log, e, work.Kind, work.Id);
                if (!DatabaseUnavailable.Is(e) || stopping.IsCancellationRequested)
                    return false;
                await Task.Delay(SettleEvery, time, lease.Lost).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return false;
    }

    [LoggerMessage(LogLevel.Warning, "Work {Kind} {Id} failed in attempt {Attempt} of {Max}; again in {Delay}.")]
    private static partial void LogFailed(ILogger logger, Exception e, string kind, long id, int attempt, int max, TimeSpan delay);

    [LoggerMessage(LogLevel.Error, "Work {Kind} {Id} was given up after {Attempts} attempts.")]
    private static partial void LogDead(ILogger logger, Exception? e, string kind, long id, int attempts);

    [LoggerMessage(LogLevel.Warning, "The lease of work {Kind} {Id} was lost: another node runs it, or will.")]
    private static partial void LogLeaseLost(ILogger logger, string kind, long id);

    [LoggerMessage(LogLevel.Warning, "The end of work {Kind} {Id} could not be recorded.")]
    private static partial void LogNotSettled(ILogger logger, Exception e, string kind, long id);
}
