using System.Text;
using Madang.Platform.Blobs;

namespace Madang.Tests.Platform;

/// <summary>What every blob store must do. Each store runs all of it.</summary>
public abstract class BlobStoreSuite : IAsyncLifetime
{
    // More than a part of a multipart upload, also half-way.
    private const int Large = 20 * 1024 * 1024;
    private const string Bytes = "application/octet-stream";

    private TestStore opened = null!;

    protected IBlobStore Store => opened.Store;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => opened = await Create(breakable: false);

    public async ValueTask DisposeAsync()
    {
        await opened.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_was_put_is_read_back()
    {
        Assert.Equal(5, await PutText("a/b", "hello"));
        Assert.Equal("hello", await ReadText("a/b"));
        await using var content = await Store.Open("a/b", null, Cancel);
        Assert.Equal((0, 5, 5), (content!.Offset, content.Length, content.TotalLength));
    }

    [Fact]
    public async Task A_put_starts_where_the_stream_stands()
    {
        using var content = new MemoryStream("0123456789"u8.ToArray()) { Position = 4 };
        Assert.Equal(6, await Store.Put("a", content, Bytes, Cancel));
        Assert.Equal("456789", await ReadText("a"));
        Assert.True(content.CanRead, "The caller's stream was closed.");
    }

    [Fact]
    public async Task A_blob_may_be_empty()
    {
        Assert.Equal(0, await PutText("empty", ""));
        Assert.Equal("", await ReadText("empty"));
        Assert.Equal("", await ReadText("empty", new ByteRange(0, null)));
        Assert.Equal(0, (await Store.Find("empty", Cancel))!.Length);
    }

    [Fact]
    public async Task What_is_not_there_is_null()
    {
        Assert.Null(await Store.Open("no/such", null, Cancel));
        Assert.Null(await Store.Open("no/such", new ByteRange(0, 1), Cancel));
        Assert.Null(await Store.OpenFile("no/such", Cancel));
        Assert.Null(await Store.Find("no/such", Cancel));
    }

    [Theory]
    [InlineData(0L, 4L, 0, 5)]
    [InlineData(10L, 19L, 10, 10)]
    [InlineData(90L, null, 90, 10)]
    [InlineData(null, 7L, 93, 7)]
    [InlineData(null, 500L, 0, 100)]
    [InlineData(50L, 5000L, 50, 50)]
    [InlineData(99L, 99L, 99, 1)]
    [InlineData(100L, null, 100, 0)]
    [InlineData(100L, 200L, 100, 0)]
    [InlineData(5000L, null, 100, 0)]
    [InlineData(null, 0L, 100, 0)]
    [InlineData(null, null, 0, 100)]
    public async Task A_range_is_read_as_HTTP_means_it(long? from, long? to, int offset, int length)
    {
        var bytes = Enumerable.Range(0, 100).Select(number => (byte)number).ToArray();
        await Store.Put("r", new MemoryStream(bytes), Bytes, Cancel);
        await using var content = await Store.Open("r", new ByteRange(from, to), Cancel);
        Assert.Equal((offset, length, 100), (content!.Offset, content.Length, content.TotalLength));
        Assert.Equal(bytes[offset..(offset + length)], await ReadAll(content.Stream));
    }

    [Fact]
    public async Task A_put_replaces_what_was_there()
    {
        await PutText("a", "the first, longer text");
        await PutText("a", "second");
        Assert.Equal("second", await ReadText("a"));
    }

    [Fact]
    public async Task Readers_of_a_replaced_blob_get_the_old_one_to_its_end()
    {
        await Store.Put("a", new GeneratedStream(Large, seed: 1), Bytes, Cancel);
        await using var old = await Store.Open("a", null, Cancel);
        await old!.Stream.ReadExactlyAsync(new byte[1000], Cancel);
        await PutText("a", "new");
        Assert.Equal(Large - 1000, (await ReadAll(old.Stream)).Length);
        Assert.Equal("new", await ReadText("a"));
    }

    [Fact]
    public async Task A_blob_is_seen_only_when_it_is_whole()
    {
        var held = new HeldStream(Large, seed: 2);
        var put = Store.Put("a", held.Stream, Bytes, Cancel);
        await held.HalfWay;
        Assert.Null(await Store.Find("a", Cancel));
        Assert.Empty(await Keys(""));

        held.GoOn();
        Assert.Equal(Large, await put);
        Assert.Equal(Large, (await Store.Find("a", Cancel))!.Length);
    }

    [Fact]
    public async Task Until_the_last_byte_readers_see_the_former_blob()
    {
        await PutText("a", "former");
        var held = new HeldStream(Large, seed: 2);
        var put = Store.Put("a", held.Stream, Bytes, Cancel);
        await held.HalfWay;
        Assert.Equal("former", await ReadText("a"));

        held.GoOn();
        await put;
        await AssertGenerated("a", Large, seed: 2);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(Large)]
    public async Task A_stream_that_breaks_half_way_leaves_nothing(int length)
    {
        await PutText("kept", "former");
        foreach (var key in (string[])["kept", "new"])
        {
            var held = new HeldStream(length, seed: 3);
            var put = Store.Put(key, held.Stream, Bytes, Cancel);
            await held.HalfWay;
            held.Break(new EndOfStreamException("The browser was closed."));
            await Assert.ThrowsAsync<EndOfStreamException>(() => put);
        }

        Assert.Equal("former", await ReadText("kept"));
        Assert.Equal(["kept"], await Keys(""));
        Assert.Equal(0, await opened.CountUnfinished());
    }

    [Fact]
    public async Task A_cancelled_put_leaves_nothing()
    {
        using var abort = new CancellationTokenSource();
        var held = new HeldStream(Large, seed: 3);
        var put = Store.Put("a", held.Stream, Bytes, abort.Token);
        await held.HalfWay;
        await abort.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);
        Assert.Empty(await Keys(""));
        Assert.Equal(0, await opened.CountUnfinished());
    }

    [Theory]
    [InlineData(8 * 1024 * 1024)]
    [InlineData(16 * 1024 * 1024)]
    [InlineData((16 * 1024 * 1024) + 1)]
    public async Task Lengths_at_the_edge_of_a_part_are_kept_exactly(int length)
    {
        Assert.Equal(length, await Store.Put("edge", new GeneratedStream(length), Bytes, Cancel));
        await AssertGenerated("edge", length, seed: 1);
    }

    [Fact]
    public async Task A_decoder_gets_a_file()
    {
        await PutText("a/0198c2d4-7b1e-7000-8000-000000000001/original", "picture");
        string path;
        await using (var file = await Store.OpenFile("a/0198c2d4-7b1e-7000-8000-000000000001/original", Cancel))
        {
            path = file!.Path;
            Assert.Equal(7, file.Length);
            Assert.Equal("picture", await File.ReadAllTextAsync(path, Cancel));
        }

        Assert.Equal("picture", await ReadText("a/0198c2d4-7b1e-7000-8000-000000000001/original"));
    }

    [Fact]
    public async Task Deleting_twice_is_deleting_once()
    {
        await PutText("a/b", "x");
        await PutText("a/c", "y");
        await Store.Delete("a/b", Cancel);
        await Store.Delete("a/b", Cancel);
        await Store.Delete("never/was", Cancel);
        Assert.Null(await Store.Find("a/b", Cancel));
        Assert.Equal(["a/c"], await Keys(""));
    }

    [Fact]
    public async Task A_key_may_also_be_the_beginning_of_another()
    {
        await PutText("a/b", "short");
        await PutText("a/b/c", "long");
        Assert.Equal(("short", "long"), (await ReadText("a/b"), await ReadText("a/b/c")));
        await Store.Delete("a/b/c", Cancel);
        Assert.Equal("short", await ReadText("a/b"));
    }

    [Fact]
    public async Task A_prefix_lists_and_deletes_what_starts_with_it()
    {
        string[] keys =
        [
            "img/0198c2d4-7b1e-7000-8000-000000000001/original", "img/0198c2d4-7b1e-7000-8000-000000000001/w/800.webp",
            "img/0198c2d4-7b1e-7000-8000-000000000002/original", "img/.hidden", "imgs", "other/1",
        ];
        foreach (var key in keys)
        {
            await PutText(key, key);
        }

        Assert.Equal(keys.Order(StringComparer.Ordinal), await Keys(""));
        Assert.Equal(keys[..5].Order(StringComparer.Ordinal), await Keys("img"));
        Assert.Equal(keys[..2].Order(StringComparer.Ordinal), await Keys("img/0198c2d4-7b1e-7000-8000-000000000001/"));
        Assert.Equal(keys[..3].Order(StringComparer.Ordinal), await Keys("img/0198c2d4"));
        Assert.Empty(await Keys("img/9"));
        Assert.Empty(await Keys("nothing/"));

        await Store.DeleteAll("img/0198c2d4-7b1e-7000-8000-000000000001/", Cancel);
        await Store.DeleteAll("nothing/", Cancel);
        Assert.Equal(keys[2..].Order(StringComparer.Ordinal), await Keys(""));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.DeleteAll("", Cancel));
    }

    [Fact]
    public async Task A_listing_tells_length_and_time()
    {
        await PutText("a/b", "12345");
        var listed = await Store.List("a/", Cancel).SingleAsync(Cancel);
        Assert.Equal(("a/b", 5), (listed.Key, listed.Length));
        Assert.True((listed.ModifiedAt - TimeProvider.System.GetUtcNow()).Duration() < TimeSpan.FromMinutes(1));
        Assert.Equal(5, (await Store.Find("a/b", Cancel))!.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a/../../etc/passwd")]
    [InlineData("a/./b")]
    [InlineData("a b")]
    [InlineData("A")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("a+")]
    [InlineData("~staging/x")]
    [InlineData("사진")]
    public async Task A_key_that_is_none_is_refused(string key)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => PutText(key, "x"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.Open(key, null, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.OpenFile(key, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.Find(key, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.Delete(key, Cancel));
    }

    [Fact]
    public async Task Long_keys_work_up_to_the_limit()
    {
        var longest = string.Join('/', new string('a', 200), new string('b', 200), new string('c', 110));
        await PutText(longest, "x");
        Assert.Equal("x", await ReadText(longest));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => PutText(longest + "c", "x"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => PutText(new string('a', 201), "x"));
    }

    [Fact]
    public async Task Many_writers_of_one_key_leave_one_of_their_blobs_whole()
    {
        await Task.WhenAll(Enumerable.Range(1, 24).Select(async number =>
        {
            await Store.Put("hot", new GeneratedStream(number * 1000, number), Bytes, Cancel);
            await using var seen = await Store.Open("hot", null, Cancel);
            var bytes = await ReadAll(seen!.Stream);
            Assert.True(bytes.Length % 1000 == 0 && GeneratedStream.Matches(bytes, 0, bytes.Length / 1000), "A reader saw a mixture.");
        }));
    }

    [Fact]
    public async Task Writers_and_deleters_of_neighbours_do_not_disturb_each_other()
    {
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async number =>
        {
            var key = $"shared/deep/er/{number}";
            for (var round = 0; round < 5; round++)
            {
                await PutText(key, key);
                Assert.Equal(key, await ReadText(key));
                await Store.Delete(key, Cancel);
            }
        }));
        Assert.Empty(await Keys(""));
    }

    [Fact]
    public async Task An_outage_is_named_and_passes()
    {
        await using var breakable = await Create(breakable: true);
        var store = breakable.Store;
        await store.Put("a", new MemoryStream("before"u8.ToArray()), Bytes, Cancel);

        await breakable.Break();
        await Down(() => store.Put("b", new MemoryStream([1]), Bytes, Cancel));
        await Down(() => store.Put("c", new GeneratedStream(Large), Bytes, Cancel));
        await Down(() => store.Open("a", null, Cancel));
        await Down(() => store.OpenFile("a", Cancel));
        await Down(() => store.Find("a", Cancel));
        await Down(() => store.Find("missing", Cancel));
        await Down(() => store.Delete("a", Cancel));
        await Down(() => store.DeleteAll("a", Cancel));
        await Down(async () => await store.List("", Cancel).CountAsync(Cancel));
        await Down(() => ((IBlobStoreProbe)store).Probe(Cancel));

        await breakable.Mend();
        await using var content = await store.Open("a", null, Cancel);
        Assert.Equal("before", Encoding.UTF8.GetString(await ReadAll(content!.Stream)));
        await store.Put("b", new MemoryStream([1]), Bytes, Cancel);
        await ((IBlobStoreProbe)store).Probe(Cancel);
    }

    /// <summary>An empty store. One that is breakable shares nothing with other tests.</summary>
    private protected abstract Task<TestStore> Create(bool breakable);

    protected static async Task<byte[]> ReadAll(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, Cancel);
        return all.ToArray();
    }

    protected Task<long> PutText(string key, string text) =>
        Store.Put(key, new MemoryStream(Encoding.UTF8.GetBytes(text)), "text/plain", Cancel);

    protected async Task<string> ReadText(string key, ByteRange? range = null)
    {
        await using var content = await Store.Open(key, range, Cancel);
        return Encoding.UTF8.GetString(await ReadAll(content!.Stream));
    }

    protected async Task<string[]> Keys(string prefix) =>
        await Store.List(prefix, Cancel).Select(blob => blob.Key).Order(StringComparer.Ordinal).ToArrayAsync(Cancel);

    private static Task<BlobStoreUnavailableException> Down(Func<Task> call) => Assert.ThrowsAsync<BlobStoreUnavailableException>(call);

    private async Task AssertGenerated(string key, int length, int seed)
    {
        await using var content = await Store.Open(key, null, Cancel);
        var bytes = await ReadAll(content!.Stream);
        Assert.Equal(length, bytes.Length);
        Assert.True(GeneratedStream.Matches(bytes, 0, seed), "The bytes differ from what was put.");
    }
}

/// <summary>A store under test, and what the test may do to it from outside.</summary>
internal sealed class TestStore(IBlobStore store, Func<Task<int>> countUnfinished, Func<ValueTask> dispose) : IAsyncDisposable
{
    public IBlobStore Store { get; } = store;

    /// <summary>How many uploads the store remembers that never came to their end.</summary>
    public Task<int> CountUnfinished() => countUnfinished();

    public Func<Task> Break { get; init; } = () => throw new NotSupportedException();

    public Func<Task> Mend { get; init; } = () => throw new NotSupportedException();

    public ValueTask DisposeAsync() => dispose();
}
