using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Madang.Platform.Web;

namespace Madang.Platform.Lanes;

/// <summary>How a <see cref="Lane{TKey, TCommand, TAnswer}"/> behaves.</summary>
/// <param name="Name">For metrics: <c>wallet</c>, <c>auctions</c>.</param>
public sealed record LaneSettings(string Name)
{
    /// <summary>The most commands that are decided together.</summary>
    public int MaxBatch { get; init; } = 512;

    /// <summary>The most commands of one key that wait; more are refused with 429 <c>lane.full</c>.</summary>
    public int Capacity { get; init; } = 4096;

    /// <summary>The most batches of all keys in flight on this node: each needs a connection of the pool.</summary>
    public int Concurrency { get; init; } = 16;

    /// <summary>What a refused caller is told to wait.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Tells failures that a smaller batch would meet as well, such as an outage: they are everybody's answer at once.</summary>
    public Func<Exception, bool> IsOutage { get; init; } = _ => false;
}

/// <summary>
/// Where many callers hit one row: what waits for a key is decided together, by one transaction, one batch of a key at a time on this node. Other nodes may
/// do the same: the row lock that the batch takes makes it correct, batching makes it fast.
/// </summary>
/// <remarks>
/// A batch that throws is decided again one by one, in its order, so that a poisoned command fails alone; whether the batch had been committed when its
/// connection broke nobody knows, so commands carry idempotency keys. A caller who gives up while waiting takes the command with him; one who gives up
/// later leaves it to be done. A key costs memory only while something waits for it.
/// </remarks>
/// <typeparam name="TKey">What is locked, such as an auction's id.</typeparam>
/// <typeparam name="TCommand">What a caller wants.</typeparam>
/// <typeparam name="TAnswer">What the caller gets.</typeparam>
public sealed class Lane<TKey, TCommand, TAnswer> : IAsyncDisposable
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Line> _lines = new();
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _inFlight;
    private readonly LaneSettings _settings;
    private readonly Func<TKey, IReadOnlyList<TCommand>, CancellationToken, Task<IReadOnlyList<TAnswer>>> _decide;
    private readonly Histogram<int>? _batches;
    private readonly Counter<long>? _refused;
    private readonly KeyValuePair<string, object?> _tag;

    /// <summary>Makes a lane.</summary>
    /// <param name="settings">How it behaves.</param>
    /// <param name="decide">Decides a batch in one transaction: one answer for each command, in their order.</param>
    /// <param name="meters">Where it counts its batches; null counts nothing.</param>
    public Lane(LaneSettings settings, Func<TKey, IReadOnlyList<TCommand>, CancellationToken, Task<IReadOnlyList<TAnswer>>> decide, IMeterFactory? meters = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.MaxBatch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Capacity, 1);
        (_settings, _decide) = (settings, decide);
        _inFlight = new SemaphoreSlim(settings.Concurrency);
        _tag = new("lane", settings.Name);
        if (meters?.Create("Madang.Lanes") is { } meter)
        {
            _batches = meter.CreateHistogram<int>("madang.lanes.batch", description: "Commands decided by one transaction");
            _refused = meter.CreateCounter<long>("madang.lanes.refused", description: "Commands refused because too many waited");
        }
    }

    /// <summary>How many keys have something waiting or in flight.</summary>
    public int BusyKeys => _lines.Count;

    /// <summary>Waits for a place in a batch and for its answer.</summary>
    /// <param name="key">What the command is about.</param>
    /// <param name="command">What is wanted.</param>
    /// <param name="cancellation">Gives up: a command that still waits is dropped, one in flight is done without us.</param>
    /// <returns>The answer, or 429 <c>lane.full</c>.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up, or the lane was closed.</exception>
    public async Task<Result<TAnswer>> Send(TKey key, TCommand command, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var waiting = new Waiting(command);
        while (true)
        {
            _end.Token.ThrowIfCancellationRequested();
            var line = _lines.GetOrAdd(key, static _ => new Line());
            var isFirst = false;
            lock (line)
            {
                // Its pump has just found it empty and took it off the list.
                if (line.IsRetired)
                    continue;
                if (line.Queue.Count >= _settings.Capacity)
                {
                    _refused?.Add(1, _tag);
                    return new Failure("lane.full", "Too many are doing this at the moment; try again in a moment.", 429) { RetryAfter = _settings.RetryAfter };
                }
                line.Queue.AddLast(waiting);
                isFirst = !line.IsPumped;
                line.IsPumped = true;
            }
            if (isFirst)
                _ = Task.Run(() => PumpAsync(key, line), CancellationToken.None);
            // Closed since we looked: its pump may have gone already.
            if (_end.IsCancellationRequested)
                waiting.Answer.TrySetCanceled(_end.Token);
            await using var giveUp = cancellation.UnsafeRegister(static (state, token) =>
            {
                var (line, waiting) = ((Line, Waiting))state!;
                lock (line)
                    line.Queue.Remove(waiting);
                waiting.Answer.TrySetCanceled(token);
            }, (line, waiting));
            return await waiting.Answer.Task;
        }
    }

    /// <summary>Closes the lane: batches in flight are cancelled, and whoever waits is told so.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_end.IsCancellationRequested)
            return;
        await _end.CancelAsync();
        foreach (var line in _lines.Values)
            lock (line)
                foreach (var waiting in line.Queue)
                    waiting.Answer.TrySetCanceled(_end.Token);
    }

    private async Task PumpAsync(TKey key, Line line)
    {
        while (true)
        {
            try
            {
                await _inFlight.WaitAsync(_end.Token);
            }
            catch (OperationCanceledException)
            {
                Take(key, line, int.MaxValue).ForEach(waiting => waiting.Answer.TrySetCanceled(_end.Token));
                return;
            }
            try
            {
                // Taken only now: what came while we waited for our turn belongs to the batch.
                var batch = Take(key, line, _settings.MaxBatch);
                if (batch.Count == 0)
                    return;
                _batches?.Record(batch.Count, _tag);
                await DecideAsync(key, batch);
            }
            finally
            {
                _inFlight.Release();
            }
        }
    }

    /// <summary>The next batch; an empty one retires the line, so that idle keys are forgotten.</summary>
    private List<Waiting> Take(TKey key, Line line, int most)
    {
        lock (line)
        {
            var batch = new List<Waiting>(Math.Min(most, line.Queue.Count));
            while (batch.Count < most && line.Queue.First is { } first)
            {
                batch.Add(first.Value);
                line.Queue.RemoveFirst();
            }
            if (batch.Count == 0)
            {
                line.IsRetired = true;
                _lines.TryRemove(new(key, line));
            }
            return batch;
        }
    }

    private async Task DecideAsync(TKey key, List<Waiting> batch)
    {
        try
        {
            var answers = await _decide(key, batch.ConvertAll(waiting => waiting.Command), _end.Token);
            if (answers.Count != batch.Count)
                throw new InvalidOperationException($"Lane {_settings.Name}: {batch.Count} commands got {answers.Count} answers.");
            for (var i = 0; i < batch.Count; i++)
                batch[i].Answer.TrySetResult(answers[i]);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            batch.ForEach(waiting => waiting.Answer.TrySetCanceled(_end.Token));
        }
        catch (Exception error) when (batch.Count == 1 || _settings.IsOutage(error))
        {
            batch.ForEach(waiting => waiting.Answer.TrySetException(error));
        }
        catch (Exception)
        {
            foreach (var waiting in batch)
                await DecideAsync(key, [waiting]);
        }
    }

    private sealed class Line
    {
        // Giving up takes a command out of the middle.
        public LinkedList<Waiting> Queue { get; } = new();

        public bool IsPumped { get; set; }

        public bool IsRetired { get; set; }
    }

    private sealed class Waiting(TCommand command)
    {
        public TCommand Command => command;

        public TaskCompletionSource<Result<TAnswer>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
