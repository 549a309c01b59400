using System.Collections.Concurrent;
using Madang.Platform.Lanes;
using Madang.Platform.Web;
using Xunit;

namespace Madang.Tests.Platform;

/// <summary>The batcher of hot keys. Batches are held at a gate, so that each test says what comes while one is in flight.</summary>
public sealed class LaneTests
{
    private readonly Gate _gate = new();

    [Fact]
    public async Task What_comes_while_a_batch_is_in_flight_is_decided_together_in_its_order()
    {
        await using var lane = _gate.Lane();
        var first = lane.Send("key", 1);
        await _gate.EnteredAsync();
        var more = Enumerable.Range(2, 5).Select(number => lane.Send("key", number)).ToArray();
        _gate.Open();

        Assert.Equal("1", (await first).Value);
        Assert.Equal(["2", "3", "4", "5", "6"], (await Task.WhenAll(more)).Select(answer => answer.Value));
        Assert.Equal([[1], [2, 3, 4, 5, 6]], _gate.Batches);
    }

    [Fact]
    public async Task One_batch_of_a_key_is_in_flight_at_a_time_and_keys_do_not_wait_for_each_other()
    {
        await using var lane = _gate.Lane();
        var here = lane.Send("here", 1);
        await _gate.EnteredAsync();
        var there = lane.Send("there", 2);
        await _gate.EnteredAsync();
        var behind = lane.Send("here", 3);
        Assert.Equal(2, _gate.Entered);
        _gate.Open();

        await Task.WhenAll(here, there, behind);
        Assert.Equal(1, _gate.MostOfOneKey);
    }

    [Fact]
    public async Task A_batch_is_no_larger_than_it_may_be()
    {
        await using var lane = _gate.Lane(settings => settings with { MaxBatch = 3 });
        var first = lane.Send("key", 0);
        await _gate.EnteredAsync();
        var more = Enumerable.Range(1, 7).Select(number => lane.Send("key", number)).ToArray();
        _gate.Open();
        await Task.WhenAll([first, .. more]);
        Assert.Equal([1, 3, 3, 1], _gate.Batches.Select(batch => batch.Length));
    }

    [Fact]
    public async Task More_than_may_wait_are_refused_with_429_and_when_to_come_back()
    {
        await using var lane = _gate.Lane(settings => settings with { Capacity = 2, RetryAfter = TimeSpan.FromSeconds(3) });
        var taken = new List<Task<Result<string>>> { lane.Send("key", 0) };
        await _gate.EnteredAsync();
        taken.Add(lane.Send("key", 1));
        taken.Add(lane.Send("key", 2));

        var refused = (await lane.Send("key", 3)).Failure!;
        Assert.Equal(("lane.full", 429, TimeSpan.FromSeconds(3)), (refused.Code, refused.Status, refused.RetryAfter));
        // Another key has a queue of its own.
        taken.Add(lane.Send("other", 4));
        _gate.Open();
        Assert.All(await Task.WhenAll(taken), answer => Assert.Null(answer.Failure));
    }

    [Fact]
    public async Task A_key_is_forgotten_as_soon_as_nothing_waits_for_it()
    {
        await using var lane = _gate.Lane();
        _gate.Open();
        for (var key = 0; key < 1000; key++)
            await lane.Send($"key {key}", key);
        await Host.Answers.EventuallyAsync(() => Task.FromResult(lane.BusyKeys), busy => busy == 0);
    }

    [Fact]
    public async Task Who_gives_up_while_waiting_takes_the_command_along()
    {
        await using var lane = _gate.Lane();
        using var giveUp = new CancellationTokenSource();
        var first = lane.Send("key", 1);
        await _gate.EnteredAsync();
        var second = lane.Send("key", 2, giveUp.Token);
        var third = lane.Send("key", 3);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        _gate.Open();
        await Task.WhenAll(first, third);
        Assert.Equal([[1], [3]], _gate.Batches);
    }

    [Fact]
    public async Task Who_gives_up_in_flight_does_not_disturb_the_others()
    {
        await using var lane = _gate.Lane();
        using var giveUp = new CancellationTokenSource();
        var blocker = lane.Send("key", 0);
        await _gate.EnteredAsync();
        var leaves = lane.Send("key", 1, giveUp.Token);
        var stays = lane.Send("key", 2);
        _gate.LetOneThrough();
        await blocker;
        await _gate.EnteredAsync();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        _gate.Open();
        Assert.Equal("2", (await stays).Value);
        Assert.Equal([[0], [1, 2]], _gate.Batches);
    }

    [Fact]
    public async Task A_poisoned_command_fails_alone_and_the_others_are_decided_one_by_one()
    {
        await using var lane = _gate.Lane(poison: 3);
        var first = lane.Send("key", 1);
        await _gate.EnteredAsync();
        var others = new[] { 2, 3, 4 }.Select(number => lane.Send("key", number)).ToArray();
        _gate.Open();

        await first;
        Assert.Equal("2", (await others[0]).Value);
        Assert.Equal("poison 3", (await Assert.ThrowsAsync<InvalidOperationException>(() => others[1])).Message);
        Assert.Equal("4", (await others[2]).Value);
        Assert.Equal([[1], [2, 3, 4], [2], [3], [4]], _gate.Batches);
        // And the lane goes on.
        Assert.Equal("5", (await lane.Send("key", 5)).Value);
    }

    [Fact]
    public async Task An_outage_is_everybodys_answer_at_once()
    {
        await using var lane = _gate.Lane(settings => settings with { IsOutage = error => error is InvalidOperationException }, poison: 3);
        var first = lane.Send("key", 1);
        await _gate.EnteredAsync();
        var others = new[] { 2, 3, 4 }.Select(number => lane.Send("key", number)).ToArray();
        _gate.Open();
        await first;
        foreach (var other in others)
            await Assert.ThrowsAsync<InvalidOperationException>(() => other);
        Assert.Equal([[1], [2, 3, 4]], _gate.Batches);
    }

    [Fact]
    public async Task Answers_that_do_not_match_their_commands_are_an_error_and_not_somebody_elses_answer()
    {
        await using var lane = new Lane<string, int, string>(new("test"), (_, _, _) => Task.FromResult<IReadOnlyList<string>>(["1", "2"]));
        await Assert.ThrowsAsync<InvalidOperationException>(() => lane.Send("key", 1));
    }

    [Fact]
    public async Task A_closed_lane_leaves_nobody_waiting()
    {
        var lane = _gate.Lane(settings => settings with { Concurrency = 1 });
        var inFlight = lane.Send("key", 1);
        await _gate.EnteredAsync();
        var waiting = lane.Send("key", 2);
        var elsewhere = lane.Send("other", 3);
        await lane.DisposeAsync();
        foreach (var each in new[] { inFlight, waiting, elsewhere })
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => each);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lane.Send("key", 4));
    }

    [Fact]
    public async Task Under_a_crowd_everybody_gets_his_own_answer_once()
    {
        var sum = new ConcurrentDictionary<int, int>();
        await using var lane = new Lane<int, int, int>(new("test") { MaxBatch = 16 }, async (_, commands, _) =>
        {
            await Task.Yield();
            foreach (var command in commands)
                sum.AddOrUpdate(command, 1, (_, count) => count + 1);
            return [.. commands];
        });
        await Parallel.ForEachAsync(Enumerable.Range(0, 20_000), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (number, _) =>
            Assert.Equal(number, (await lane.Send(number % 7, number)).Value));
        Assert.Equal(20_000, sum.Count);
        Assert.All(sum.Values, count => Assert.Equal(1, count));
        await Host.Answers.EventuallyAsync(() => Task.FromResult(lane.BusyKeys), busy => busy == 0);
    }

    /// <summary>Decides by turning numbers into text, behind a gate.</summary>
    private sealed class Gate
    {
        private readonly SemaphoreSlim _entered = new(0);
        private readonly SemaphoreSlim _pass = new(0);
        private readonly ConcurrentDictionary<string, int> _inFlight = new();
        private int _count;
        private int _most;

        public ConcurrentQueue<int[]> Batches { get; } = new();

        public int Entered => Volatile.Read(ref _count);

        public int MostOfOneKey => _most;

        public Lane<string, int, string> Lane(Func<LaneSettings, LaneSettings>? settings = null, int? poison = null) =>
            new((settings ?? (same => same))(new LaneSettings("test")), async (key, commands, cancellation) =>
            {
                Batches.Enqueue([.. commands]);
                var now = _inFlight.AddOrUpdate(key, 1, (_, count) => count + 1);
                InterlockedMax(ref _most, now);
                Interlocked.Increment(ref _count);
                _entered.Release();
                await _pass.WaitAsync(cancellation);
                _inFlight.AddOrUpdate(key, 0, (_, count) => count - 1);
                return poison is { } bad && commands.Contains(bad)
                    ? throw new InvalidOperationException($"poison {bad}")
                    : [.. commands.Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture))];
            });

        public Task EnteredAsync() => _entered.WaitAsync();

        public void LetOneThrough() => _pass.Release();

        public void Open() => _pass.Release(1_000_000);

        private static void InterlockedMax(ref int most, int now)
        {
            while (Volatile.Read(ref most) is var seen && seen < now && Interlocked.CompareExchange(ref most, now, seen) != seen)
            {
            }
        }
    }
}
