using Madang.Images.Caching;
using Madang.Platform.Web;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Images.Caching;

public class AdmissionTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Admits_by_bytes()
    {
        var admission = Of(bytes: 100);
        var first = await Admitted(admission.Enter(60, default));
        var second = admission.Enter(50, default);
        Assert.False(second.IsCompleted);
        Assert.Equal((1, 1, 60L), (admission.Running, admission.Waiting, admission.Bytes));

        first.Dispose();
        (await Admitted(second)).Dispose();
        Assert.Equal((0, 0, 0L), (admission.Running, admission.Waiting, admission.Bytes));
    }

    [Fact]
    public async Task Admits_by_cores()
    {
        var admission = Of(bytes: 100, concurrent: 2);
        var first = await Admitted(admission.Enter(1, default));
        _ = await Admitted(admission.Enter(1, default));
        var third = admission.Enter(1, default);
        Assert.False(third.IsCompleted);
        first.Dispose();
        _ = await Admitted(third);
    }

    [Fact]
    public async Task One_larger_than_the_budget_runs_alone()
    {
        var admission = Of(bytes: 100);
        var small = await Admitted(admission.Enter(10, default));
        var huge = admission.Enter(1000, default);
        var later = admission.Enter(10, default);
        Assert.False(huge.IsCompleted || later.IsCompleted);

        small.Dispose();
        var alone = await Admitted(huge);
        Assert.False(later.IsCompleted);
        alone.Dispose();
        _ = await Admitted(later);
    }

    [Fact]
    public async Task Nobody_overtakes_a_big_one()
    {
        var admission = Of(bytes: 100);
        var running = await Admitted(admission.Enter(50, default));
        var big = admission.Enter(80, default);
        var small = admission.Enter(10, default); // would fit now
        Assert.False(small.IsCompleted);

        running.Dispose();
        _ = await Admitted(big);
        _ = await Admitted(small);
    }

    [Fact]
    public async Task A_full_queue_refuses_with_503_and_when_to_come_again()
    {
        var admission = Of(bytes: 100, queue: 2);
        _ = await Admitted(admission.Enter(100, default));
        _ = admission.Enter(1, default);
        _ = admission.Enter(1, default);

        var refused = (await admission.Enter(1, default)).Failure!;
        Assert.Equal(("images.busy", 503), (refused.Code, refused.Status));
        Assert.InRange(refused.RetryAfter!.Value.TotalSeconds, 1, 60);
    }

    [Fact]
    public async Task Slow_work_and_a_long_queue_ask_for_more_patience()
    {
        var admission = Of(bytes: 100, concurrent: 1, queue: 10);
        for (var round = 0; round < 50; round++)
        {
            using var place = await Admitted(admission.Enter(1, default));
            _clock.Advance(TimeSpan.FromSeconds(2));
        }

        _ = await Admitted(admission.Enter(1, default));
        for (var waiting = 0; waiting < 10; waiting++)
            _ = admission.Enter(1, default);
        Assert.InRange((await admission.Enter(1, default)).Failure!.RetryAfter!.Value.TotalSeconds, 20, 23);
    }

    [Fact]
    public async Task Who_cancels_leaves_the_queue_and_lets_the_next_pass()
    {
        var admission = Of(bytes: 100);
        _ = await Admitted(admission.Enter(50, default));
        using var leaving = new CancellationTokenSource();
        var big = admission.Enter(80, leaving.Token);
        var small = admission.Enter(10, default);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => big);
        _ = await Admitted(small);
        Assert.Equal((2, 0, 60L), (admission.Running, admission.Waiting, admission.Bytes));
    }

    [Fact]
    public async Task Who_comes_cancelled_does_not_come_in()
    {
        var admission = Of(bytes: 100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => admission.Enter(1, new CancellationToken(canceled: true)));
        Assert.Equal(0, admission.Running);
    }

    [Fact]
    public async Task Leaving_twice_counts_once()
    {
        var admission = Of(bytes: 100);
        var place = await Admitted(admission.Enter(60, default));
        _ = await Admitted(admission.Enter(10, default));
        place.Dispose();
        place.Dispose();
        Assert.Equal((1, 10L), (admission.Running, admission.Bytes));
    }

    [Fact]
    public async Task Under_a_storm_the_budget_holds_and_all_comes_back()
    {
        var admission = Of(bytes: 100, concurrent: 4, queue: 10_000);
        long inside = 0, bytes = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 5000), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (round, _) =>
        {
            using var leaving = new CancellationTokenSource();
            var size = (round % 13 == 0) ? 150 : round % 60;
            var entering = admission.Enter(size, leaving.Token);
            if (round % 5 == 0)
                await leaving.CancelAsync();
            try
            {
                using var place = (await entering).Value;
                var others = Interlocked.Increment(ref inside);
                var now = Interlocked.Add(ref bytes, size);
                Assert.InRange(others, 1, 4);
                Assert.True(now <= 100 || others == 1);
                await Task.Yield();
                Interlocked.Add(ref bytes, -size);
                Interlocked.Decrement(ref inside);
            }
            catch (OperationCanceledException)
            {
                Assert.Equal(0, round % 5);
            }
        });
        Assert.Equal((0, 0, 0L), (admission.Running, admission.Waiting, admission.Bytes));
    }

    private Admission Of(long bytes, int concurrent = 8, int queue = 100) => new(new(bytes, concurrent, queue), _clock);

    private static async Task<AdmissionPlace> Admitted(Task<Result<AdmissionPlace>> entering) => (await entering.WaitAsync(TimeSpan.FromSeconds(20))).Value;
}
