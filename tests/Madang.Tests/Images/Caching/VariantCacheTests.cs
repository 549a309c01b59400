using System.IO.Pipelines;
using Madang.Images.Caching;
using Madang.Images.Domain;
using Xunit;

namespace Madang.Tests.Images.Caching;

public sealed class VariantCacheTests : IDisposable
{
    private readonly CacheFixture _it = new();

    public void Dispose() => _it.Dispose();

    [Fact]
    public async Task What_was_added_is_there_also_after_a_restart()
    {
        var bytes = CacheFixture.Bytes(1, 1000);
        using var added = await _it.Add(CacheFixture.Key(1), bytes);
        Assert.True(added.Kept);

        _it.Open();
        using var found = _it.Cache.TryOpen(CacheFixture.Key(1))!;
        Assert.Equal(bytes, found.ReadAll());
        Assert.Equal((added.ETag, 1000, OutputFormat.Webp, CacheFixture.Hour), (found.ETag, found.Length, found.Format, found.Lifetime));
        Assert.Matches("^\"[0-9a-f]{32}\"$", found.ETag);
    }

    [Fact]
    public async Task Another_variant_version_or_image_is_another_picture()
    {
        await _it.Keep(CacheFixture.Key(1));
        Assert.False(_it.Has(CacheFixture.Key(2)));
        Assert.False(_it.Has(CacheFixture.Key(1, version: 2)));
        Assert.False(_it.Has(CacheFixture.Key(1, variant: "1_20x20.webp")));
    }

    [Fact]
    public async Task The_tag_follows_the_bytes()
    {
        using var one = await _it.Add(CacheFixture.Key(1), [1, 2, 3]);
        using var same = await _it.Add(CacheFixture.Key(2), [1, 2, 3]);
        using var other = await _it.Add(CacheFixture.Key(3), [1, 2, 4]);
        Assert.Equal(one.ETag, same.ETag);
        Assert.NotEqual(one.ETag, other.ETag);
    }

    [Fact]
    public async Task Above_the_mark_the_least_recently_used_go_until_the_low_water_mark()
    {
        for (var number = 1; number <= 10; number++)
        {
            await _it.Keep(CacheFixture.Key(number));
            _it.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.True(_it.Has(CacheFixture.Key(1))); // used again: the youngest now
        await _it.Keep(CacheFixture.Key(11));

        Assert.Equal(8000, _it.Cache.Bytes);
        Assert.Equal([1, 5, 6, 7, 8, 9, 10, 11], Enumerable.Range(1, 11).Where(number => _it.Has(CacheFixture.Key(number))));
        Assert.True(_it.Agrees);
    }

    [Fact]
    public async Task A_smaller_cache_after_a_restart_evicts_at_once()
    {
        using var large = new CacheFixture(100_000);
        for (var number = 0; number < 20; number++)
            await large.Keep(CacheFixture.Key(number));
        foreach (var file in large.Files)
        {
            Directory.CreateDirectory(Path.Combine(_it.Folder, file.Directory!.Name));
            file.CopyTo(Path.Combine(_it.Folder, file.Directory.Name, file.Name));
        }

        Assert.Equal(8000, _it.Open().Bytes);
        Assert.True(_it.Agrees);
    }

    [Fact]
    public async Task A_picture_being_read_survives_its_eviction()
    {
        var bytes = CacheFixture.Bytes(1, 1000);
        using var reading = await _it.Add(CacheFixture.Key(1), bytes);
        using var another = _it.Cache.TryOpen(CacheFixture.Key(1))!;
        _it.Cache.Remove(CacheFixture.Key(1).Id);

        Assert.Empty(_it.Files);
        Assert.Equal(bytes, reading.ReadAll());
        Assert.Equal(bytes, another.ReadAll());
    }

    [Fact]
    public async Task A_picture_stays_open_until_its_last_share_is_disposed_of()
    {
        var first = await _it.Add(CacheFixture.Key(1), [1, 2, 3]);
        var second = first.Share();
        first.Dispose();
        first.Dispose(); // twice counts once
        Assert.Equal([1, 2, 3], second.ReadAll());
        second.Dispose();
        Assert.Throws<ObjectDisposedException>(second.ReadAll);
    }

    [Fact]
    public async Task What_is_not_used_for_its_caching_time_ends_and_use_prolongs_it()
    {
        await _it.Keep(CacheFixture.Key(1), lifetime: TimeSpan.FromMinutes(10));
        await _it.Keep(CacheFixture.Key(2), lifetime: TimeSpan.FromMinutes(10));
        _it.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.True(_it.Has(CacheFixture.Key(1)));
        _it.Clock.Advance(TimeSpan.FromMinutes(6));

        Assert.False(_it.Has(CacheFixture.Key(2))); // even before the sweep
        Assert.True(_it.Has(CacheFixture.Key(1)));
        _it.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(1, _it.Cache.Sweep());
        Assert.Empty(_it.Files);
    }

    [Fact]
    public async Task The_last_use_survives_a_restart()
    {
        await _it.Keep(CacheFixture.Key(1), lifetime: TimeSpan.FromMinutes(10));
        _it.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.True(_it.Has(CacheFixture.Key(1)));

        _it.Open();
        _it.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.True(_it.Has(CacheFixture.Key(1)));
        _it.Open();
        _it.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.False(_it.Has(CacheFixture.Key(1)));
    }

    [Fact]
    public async Task The_file_is_touched_at_most_once_a_minute()
    {
        await _it.Keep(CacheFixture.Key(1));
        var written = _it.Files[0].LastWriteTimeUtc;
        _it.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.True(_it.Has(CacheFixture.Key(1)));
        Assert.Equal(written, _it.Files[0].LastWriteTimeUtc);

        _it.Clock.Advance(TimeSpan.FromSeconds(1));
        _it.Cache.Touch(CacheFixture.Key(1));
        Assert.Equal(_it.Clock.GetUtcNow().UtcDateTime, _it.Files[0].LastWriteTimeUtc);
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(999L)]
    public async Task A_nearly_full_disk_is_served_without_caching(long free)
    {
        _it.FreeBytes = free;
        var bytes = CacheFixture.Bytes(1, 1000);
        using var file = await _it.Add(CacheFixture.Key(1), bytes);

        Assert.False(file.Kept);
        Assert.Empty(_it.Files); // deleted already: only the open file still has it
        Assert.Equal(bytes, file.ReadAll());
        Assert.False(_it.Has(CacheFixture.Key(1)));
    }

    [Fact]
    public async Task What_is_larger_than_the_cache_or_has_no_caching_time_is_served_without_caching()
    {
        await _it.Keep(CacheFixture.Key(1));
        using var huge = await _it.Add(CacheFixture.Key(2), new byte[10_001]);
        using var brief = await _it.Add(CacheFixture.Key(3), new byte[10], TimeSpan.Zero);
        Assert.False(huge.Kept || brief.Kept);
        Assert.True(_it.Has(CacheFixture.Key(1)));
    }

    [Fact]
    public async Task A_caching_time_beyond_all_bounds_is_found_again_after_a_restart()
    {
        await _it.Keep(CacheFixture.Key(1), lifetime: TimeSpan.MaxValue);
        _it.Open();
        Assert.True(_it.Has(CacheFixture.Key(1)));
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("truncate")]
    public async Task A_file_damaged_behind_our_back_is_a_miss(string how)
    {
        await _it.Keep(CacheFixture.Key(1));
        Damage(how);
        Assert.Null(_it.Cache.TryOpen(CacheFixture.Key(1)));
        Assert.Equal((0, 0L), (_it.Cache.Count, _it.Cache.Bytes));
        Assert.Empty(_it.Files);

        await _it.Keep(CacheFixture.Key(1));
        Assert.True(_it.Has(CacheFixture.Key(1)));
    }

    [Fact]
    public async Task A_restart_sweeps_leftovers_and_truncated_files_and_leaves_strangers_alone()
    {
        await _it.Keep(CacheFixture.Key(1));
        Damage("truncate");
        await File.WriteAllTextAsync(Path.Combine(_it.Folder, "tmp", "half.webp"), "half");
        var stranger = Path.Combine(_it.Files[0].DirectoryName!, "README");
        await File.WriteAllTextAsync(stranger, "not ours");

        Assert.Equal(0, _it.Open().Count);
        Assert.Equal([stranger], _it.Files.Select(file => file.FullName));
    }

    [Fact]
    public async Task A_folder_that_vanished_comes_back()
    {
        await _it.Keep(CacheFixture.Key(1));
        Directory.Delete(_it.Folder, recursive: true);

        Assert.False(_it.Has(CacheFixture.Key(1)));
        await _it.Keep(CacheFixture.Key(1));
        Assert.True(_it.Has(CacheFixture.Key(1)));
    }

    [Fact]
    public async Task A_purge_takes_older_versions_only_and_all_variants()
    {
        await _it.Keep(CacheFixture.Key(1, version: 1));
        await _it.Keep(CacheFixture.Key(1, version: 1, variant: "1_20x20.webp"));
        await _it.Keep(CacheFixture.Key(1, version: 2));
        await _it.Keep(CacheFixture.Key(2, version: 1));

        Assert.Equal(2, _it.Cache.Remove(CacheFixture.Key(1).Id, belowVersion: 2));
        Assert.True(_it.Has(CacheFixture.Key(1, version: 2)));
        Assert.True(_it.Has(CacheFixture.Key(2)));
    }

    [Fact]
    public async Task What_was_being_made_when_it_was_purged_never_becomes_visible()
    {
        var rendering = new TaskCompletionSource();
        var adding = _it.Cache.Add(CacheFixture.Key(1, version: 1), OutputFormat.Webp, CacheFixture.Hour, async (path, cancel) =>
        {
            await File.WriteAllBytesAsync(path, [1, 2, 3], cancel);
            await rendering.Task;
        }, default);
        _it.Cache.Remove(CacheFixture.Key(1).Id, belowVersion: 2);
        rendering.SetResult();

        using var late = await adding;
        Assert.Equal([1, 2, 3], late.ReadAll()); // its reader asked before the purge
        Assert.False(late.Kept);
        Assert.False(_it.Has(CacheFixture.Key(1, version: 1)));
        Assert.Empty(_it.Files);

        await _it.Keep(CacheFixture.Key(1, version: 2));
        Assert.True(_it.Has(CacheFixture.Key(1, version: 2)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_failed_rendering_leaves_nothing(bool wrote)
    {
        await Assert.ThrowsAnyAsync<Exception>(() => _it.Cache.Add(CacheFixture.Key(1), OutputFormat.Webp, CacheFixture.Hour, async (path, cancel) =>
        {
            await File.WriteAllBytesAsync(path, wrote ? [1] : [], cancel);
            if (wrote)
                throw new InvalidOperationException("broken");
        }, default));
        Assert.Empty(_it.Files);
        Assert.Equal(0, _it.Cache.Count);
    }

    [Fact]
    public async Task A_part_is_copied_from_the_middle()
    {
        var bytes = new byte[3_000_000];
        Random.Shared.NextBytes(bytes);
        using var file = await _it.Add(CacheFixture.Key(1), bytes);
        using var sink = new MemoryStream();
        var writer = PipeWriter.Create(sink);
        await file.CopyTo(writer, 1_000_001, 1_500_000, default);
        await writer.CompleteAsync();
        Assert.True(bytes.AsSpan(1_000_001, 1_500_000).SequenceEqual(sink.ToArray()));
    }

    [Fact]
    public async Task Upkeep_sweeps_every_minute()
    {
        await _it.Keep(CacheFixture.Key(1), lifetime: TimeSpan.FromSeconds(30));
        using var upkeep = new CacheUpkeep(_it.Cache, _it.Clock);
        await upkeep.StartAsync(default);
        while (_it.Cache.Count > 0)
        {
            _it.Clock.Advance(CacheUpkeep.Every);
            await Task.Yield();
        }

        await upkeep.StopAsync(default);
        Assert.Empty(_it.Files);
    }

    private void Damage(string how)
    {
        var path = _it.Files.Single(file => file.DirectoryName != Path.Combine(_it.Folder, "tmp")).FullName;
        if (how == "delete")
            File.Delete(path);
        else
            using (var file = File.OpenWrite(path))
                file.SetLength(10);
    }
}
