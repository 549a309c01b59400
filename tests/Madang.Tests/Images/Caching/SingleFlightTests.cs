using Madang.Images.Caching;
using Xunit;

namespace Madang.Tests.Images.Caching;

public class SingleFlightTests
{
    private readonly SingleFlight<string, Thing> _flights = new();
    private readonly TaskCompletionSource<Thing> _work = new();
    private int _started;
    private CancellationToken _workToken;

    [Fact(Timeout = 60_000)]
    public async Task A_hundred_at_once_make_it_once()
    {
        var callers = Enumerable.Range(0, 100).Select(_ => Run()).ToArray();
        var made = new Thing();
        _work.SetResult(made);
        var got = await Task.WhenAll(callers);

        Assert.Equal(1, _started);
        Assert.Equal(100, got.Distinct().Count()); // each an own share
        Assert.Equal(0, _flights.Count);
        Assert.False(made.Closed);
        foreach (var thing in got)
            thing.Dispose();
        Assert.True(made.Closed); // the flight's own share went too
    }

    [Fact(Timeout = 60_000)]
    public async Task Another_key_is_another_flight()
    {
        var (one, other) = (Run("one"), Run("other"));
        _work.SetResult(new Thing());
        await Task.WhenAll(one, other);
        Assert.Equal(2, _started);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_failure_releases_all_and_is_not_remembered()
    {
        var callers = Enumerable.Range(0, 100).Select(_ => Run()).ToArray();
        _work.SetException(new InvalidDataException("broken"));
        foreach (var caller in callers)
            await Assert.ThrowsAsync<InvalidDataException>(() => caller);

        Assert.Equal(0, _flights.Count);
        using var next = await _flights.Run("key", _ => Task.FromResult(new Thing()), default);
        Assert.False(next.Closed);
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_leaves_does_not_take_the_others_along()
    {
        using var leaving = new CancellationTokenSource();
        var first = Run(cancel: leaving.Token); // even the one who started it
        var second = Run();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(_workToken.IsCancellationRequested);

        _work.SetResult(new Thing());
        using var got = await second;
        Assert.Equal(1, _started);
    }

    [Fact(Timeout = 60_000)]
    public async Task When_the_last_leaves_the_work_is_cancelled_and_what_it_still_gives_is_closed()
    {
        using var leaving = new CancellationTokenSource();
        var running = new TaskCompletionSource();
        var callers = new[] { Run(cancel: leaving.Token, started: running), Run(cancel: leaving.Token) };
        await running.Task;
        await leaving.CancelAsync();
        foreach (var caller in callers)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => caller);

        Assert.True(_workToken.IsCancellationRequested);
        Assert.Equal(0, _flights.Count);
        var made = new Thing();
        _work.SetResult(made); // it did not listen
        await made.WhenClosed;
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_comes_after_an_abandoned_flight_starts_a_new_one()
    {
        using var leaving = new CancellationTokenSource();
        var abandoned = Run(cancel: leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);

        using var next = await _flights.Run("key", _ => Task.FromResult(new Thing()), default);
        Assert.False(next.Closed);
    }

    [Fact(Timeout = 60_000)]
    public async Task Work_that_ends_at_once_or_fails_before_its_first_await_is_fine()
    {
        for (var round = 0; round < 1000; round++)
        {
            using var thing = await _flights.Run("key", _ => Task.FromResult(new Thing()), default);
            Assert.False(thing.Closed);
        }

        await Assert.ThrowsAsync<InvalidDataException>(() => _flights.Run("key", _ => throw new InvalidDataException(), default));
        Assert.Equal(0, _flights.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_storm_of_joining_and_leaving_closes_everything_once()
    {
        var made = new System.Collections.Concurrent.ConcurrentBag<Thing>();
        await Parallel.ForEachAsync(Enumerable.Range(0, 5000), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (round, _) =>
        {
            using var leaving = new CancellationTokenSource();
            var running = _flights.Run($"{round % 3}", async _ =>
            {
                await Task.Yield();
                var thing = new Thing();
                made.Add(thing);
                return thing;
            }, leaving.Token);
            if (round % 4 == 0)
                await leaving.CancelAsync();
            try
            {
                using var thing = await running;
                Assert.False(thing.Closed);
            }
            catch (OperationCanceledException)
            {
                Assert.Equal(0, round % 4);
            }
        });

        Assert.Equal(0, _flights.Count);
        await Task.WhenAll(made.Select(thing => thing.WhenClosed)).WaitAsync(TimeSpan.FromSeconds(20));
    }

    private Task<Thing> Run(string key = "key", CancellationToken cancel = default, TaskCompletionSource? started = null) => _flights.Run(key, work =>
    {
        Interlocked.Increment(ref _started);
        _workToken = work;
        started?.TrySetResult();
        return _work.Task;
    }, cancel);

    /// <summary>Closed when its last share is; closing a share twice is a mistake.</summary>
    private sealed class Thing : IShared<Thing>
    {
        private readonly Core _core;
        private bool _disposed;

        public Thing() : this(new Core())
        {
        }

        private Thing(Core core) => _core = core;

        public bool Closed => Volatile.Read(ref _core.Shares) == 0;

        public Task WhenClosed => _core.Closed.Task;

        public Thing Share()
        {
            Assert.False(Closed);
            Interlocked.Increment(ref _core.Shares);
            return new(_core);
        }

        public void Dispose()
        {
            Assert.False(_disposed);
            _disposed = true;
            if (Interlocked.Decrement(ref _core.Shares) == 0)
                _core.Closed.SetResult();
        }

        private sealed class Core
        {
            public int Shares = 1;
            public readonly TaskCompletionSource Closed = new();
        }
    }
}
