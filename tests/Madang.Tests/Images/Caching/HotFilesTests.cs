using FsCheck;
using FsCheck.Fluent;
using Madang.Images.Caching;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Images.Caching;

public class HotFilesTests
{
    private readonly ManualClock _clock = new();
    private readonly List<VariantKey> _reported = [];
    private readonly HotFiles _hot;

    public HotFilesTests() => _hot = new HotFiles(_clock, new Purges(_clock), _reported.Add, maxBytes: 10_000, maxFileBytes: 2000);

    [Fact]
    public void Gives_the_body_and_its_headers()
    {
        _hot.Put(CacheFixture.Key(1), File(1234));
        var file = _hot.TryGet(CacheFixture.Key(1))!;
        Assert.Equal(1234, file.Body.Length);
        Assert.Equal(("\"tag\"", "image/webp", "1234", "public, max-age=60"), ($"{file.ETag}", $"{file.ContentType}", $"{file.ContentLength}", $"{file.CacheControl}"));
        Assert.Null(_hot.TryGet(CacheFixture.Key(2)));
    }

    [Fact]
    public void Large_files_are_left_to_the_disk()
    {
        Assert.True(_hot.Takes(2000));
        Assert.False(_hot.Takes(2001));
        _hot.Put(CacheFixture.Key(1), File(2001));
        Assert.Null(_hot.TryGet(CacheFixture.Key(1)));
    }

    [Fact]
    public void The_one_in_use_gets_a_second_chance()
    {
        for (var number = 0; number < 6; number++) // six of 1600 with their overhead: full
            _hot.Put(CacheFixture.Key(number), File(1000));
        Assert.NotNull(_hot.TryGet(CacheFixture.Key(0)));
        _hot.Put(CacheFixture.Key(6), File(1000));

        Assert.NotNull(_hot.TryGet(CacheFixture.Key(0)));
        Assert.Null(_hot.TryGet(CacheFixture.Key(1)));
    }

    [Fact]
    public void What_is_not_used_for_its_caching_time_ends()
    {
        _hot.Put(CacheFixture.Key(1), File(10));
        _clock.Advance(TimeSpan.FromMinutes(50));
        Assert.NotNull(_hot.TryGet(CacheFixture.Key(1)));
        _clock.Advance(TimeSpan.FromMinutes(50));
        Assert.NotNull(_hot.TryGet(CacheFixture.Key(1)));
        _clock.Advance(TimeSpan.FromMinutes(60));
        Assert.Null(_hot.TryGet(CacheFixture.Key(1)));
        Assert.Equal((0, 0L), (_hot.Count, _hot.Bytes));
    }

    [Fact]
    public void The_disk_hears_of_use_once_a_minute()
    {
        _hot.Put(CacheFixture.Key(1), File(10));
        for (var second = 0; second < 125; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            _hot.TryGet(CacheFixture.Key(1));
        }

        Assert.Equal(2, _reported.Count);
    }

    [Fact]
    public void A_purge_takes_it_and_keeps_it_away()
    {
        _hot.Put(CacheFixture.Key(1, version: 1), File(10));
        _hot.Put(CacheFixture.Key(1, version: 2), File(10));
        _hot.Remove(CacheFixture.Key(1).Id, belowVersion: 2);
        _hot.Put(CacheFixture.Key(1, version: 1), File(10)); // read from disk before the purge, put here after it

        Assert.Null(_hot.TryGet(CacheFixture.Key(1, version: 1)));
        Assert.NotNull(_hot.TryGet(CacheFixture.Key(1, version: 2)));
    }

    [Fact]
    public void The_bound_holds_whatever_happens() => Property.Holds(
        (from number in Gen.Choose(0, 30)
         from length in Gen.Choose(0, 2500)
         from kind in Gen.Choose(0, 3)
         select (number, length, kind)).ListOf(),
        operations =>
        {
            var hot = new HotFiles(_clock, new Purges(_clock), _ => { }, maxBytes: 10_000, maxFileBytes: 2000);
            var live = 0L;
            foreach (var (number, length, kind) in operations)
            {
                if (kind == 0)
                    hot.Remove(CacheFixture.Key(number).Id, 1);
                else if (kind == 1)
                    hot.TryGet(CacheFixture.Key(number));
                else
                    hot.Put(CacheFixture.Key(number), File(length));
                live = Enumerable.Range(0, 31).Sum(each => hot.TryGet(CacheFixture.Key(each)) is { } file ? file.Body.Length + 600L : 0);
                if (hot.Bytes > 10_000 || hot.Bytes != live)
                    return false;
            }

            return true;
        },
        tests: 200);

    [Fact]
    public async Task Many_at_once_keep_the_count_right()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 20_000), new ParallelOptions { MaxDegreeOfParallelism = 16 }, (round, _) =>
        {
            var key = CacheFixture.Key(round * 7919 % 41);
            if (_hot.TryGet(key) is null)
                _hot.Put(key, File(round % 1500));
            if (round % 100 == 0)
                _hot.Remove(key.Id, 1);
            Assert.InRange(_hot.Bytes, 0, 10_000);
            return ValueTask.CompletedTask;
        });
        Assert.Equal(Enumerable.Range(0, 41).Sum(each => _hot.TryGet(CacheFixture.Key(each)) is { } file ? file.Body.Length + 600L : 0), _hot.Bytes);
    }

    private static HotFile File(int length) => new(new byte[length], "\"tag\"", "image/webp", "public, max-age=60", CacheFixture.Hour);
}
