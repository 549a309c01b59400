using FsCheck;
using FsCheck.Fluent;
using Madang.Images.Caching;
using Xunit;

namespace Madang.Tests.Images.Caching;

public class VariantCachePropertyTests
{
    private static readonly Gen<Func<CacheFixture, Task>> Operation =
        from number in Gen.Choose(0, 12)
        from version in Gen.Choose(1, 3)
        from length in Gen.Choose(1, 4000)
        from minutes in Gen.Choose(0, 90)
        from kind in Gen.Choose(0, 9)
        select Do(kind, CacheFixture.Key(number, version), length, TimeSpan.FromMinutes(minutes));

    [Fact]
    public void Whatever_happens_the_bound_holds_and_the_index_is_the_folder() => Property.Holds(
        Operation.ListOf(),
        operations =>
        {
            using var fixture = new CacheFixture();
            foreach (var operation in operations)
            {
                operation(fixture).GetAwaiter().GetResult();
                if (fixture.Cache.Bytes > 10_000 || !fixture.Agrees)
                    return false;
            }

            // And a restart finds the same.
            var (bytes, count) = (fixture.Cache.Bytes, fixture.Cache.Count);
            return fixture.Open().Bytes == bytes && fixture.Cache.Count == count;
        },
        tests: 200);

    [Fact]
    public async Task Many_at_once_read_their_own_bytes_and_leave_index_and_folder_equal()
    {
        using var fixture = new CacheFixture(40_000);
        await Parallel.ForEachAsync(Enumerable.Range(0, 1500), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (round, cancel) =>
        {
            var number = round * 7919 % 97;
            var key = CacheFixture.Key(number);
            var expected = CacheFixture.Bytes(number, 500 + number);
            using (var file = fixture.Cache.TryOpen(key) ?? await fixture.Add(key, expected))
                Assert.Equal(expected, file.ReadAll());

            if (round % 50 == 0)
                fixture.Cache.Remove(key.Id, belowVersion: 1); // takes nothing
            if (round % 31 == 0)
                fixture.Cache.Sweep();
            if (round % 3 == 0)
                fixture.Clock.Advance(TimeSpan.FromSeconds(20));
            Assert.InRange(fixture.Cache.Bytes, 0, 40_000);
        });
        Assert.True(fixture.Agrees);
        Assert.InRange(fixture.Cache.Count, 1, 97);
    }

    [Fact]
    public async Task A_race_of_writes_and_purges_never_shows_an_old_version()
    {
        using var fixture = new CacheFixture(1_000_000);
        var current = 1L;
        var id = CacheFixture.Key(1).Id;
        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (round, cancel) =>
        {
            if (round % 10 == 0)
                fixture.Cache.Remove(id, Interlocked.Increment(ref current));
            else
                await fixture.Keep(CacheFixture.Key(1, Volatile.Read(ref current), $"{round % 5}"), 10);
        });

        for (var version = 1; version < current; version++)
        {
            for (var variant = 0; variant < 5; variant++)
                Assert.False(fixture.Has(CacheFixture.Key(1, version, $"{variant}")));
        }

        Assert.True(fixture.Agrees);
    }

    private static Func<CacheFixture, Task> Do(int kind, VariantKey key, int length, TimeSpan time) => kind switch
    {
        <= 3 => fixture => fixture.Keep(key, length, time),
        4 or 5 => fixture => Task.FromResult(fixture.Has(key)),
        6 => fixture => Task.FromResult(fixture.Cache.Remove(key.Id, key.Version)),
        7 => fixture => Task.FromResult(fixture.Cache.Sweep()),
        8 => fixture =>
        {
            fixture.Clock.Advance(time / 4);
            return Task.CompletedTask;
        }
        ,
        _ => fixture => Task.FromResult(fixture.Open()),
    };
}
