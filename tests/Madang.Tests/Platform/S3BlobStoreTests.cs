using Amazon.S3.Model;
using Madang.Platform.Blobs;
using Madang.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Madang.Tests.Platform;

public sealed class S3BlobStoreTests : BlobStoreSuite
{
    private const int Large = 20 * 1024 * 1024;

    private readonly string scratch = Directory.CreateTempSubdirectory("madang-scratch-").FullName;

    [Fact]
    public async Task Temporary_copies_are_deleted()
    {
        await PutText("a", "x");
        await using (var file = await Store.OpenFile("a", Cancel))
        {
            Assert.StartsWith(scratch, file!.Path, StringComparison.Ordinal);
            Assert.True(File.Exists(file.Path));
        }

        Assert.All(Directory.EnumerateFiles(scratch, "*", SearchOption.AllDirectories), file => Assert.EndsWith(".lock", file, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_that_hangs_is_given_up_within_seconds()
    {
        var swift = await SwiftServer.Shared;
        await using var door = await swift.StartProxy();
        using var store = await Connect(door.Endpoint);
        await store.Put("a", new MemoryStream([1]), "image/png", Cancel);

        await door.Freeze();
        var before = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(
            Assert.ThrowsAsync<BlobStoreUnavailableException>(() => store.Find("a", Cancel)),
            Assert.ThrowsAsync<BlobStoreUnavailableException>(() => store.Open("a", null, Cancel)),
            Assert.ThrowsAsync<BlobStoreUnavailableException>(() => store.Put("b", new MemoryStream([1]), "image/png", Cancel)));
        Assert.InRange(TimeProvider.System.GetElapsedTime(before), TimeSpan.Zero, TimeSpan.FromSeconds(15));

        await door.Thaw();
        Assert.NotNull(await store.Find("a", Cancel));
    }

    [Fact]
    public async Task A_caller_who_goes_away_is_not_an_outage()
    {
        var swift = await SwiftServer.Shared;
        await using var door = await swift.StartProxy();
        using var store = await Connect(door.Endpoint);
        await door.Freeze();
        using var abort = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.Find("a", abort.Token));
        await door.Thaw();
    }

    [Fact]
    public async Task A_download_that_breaks_is_an_outage_and_not_a_short_file()
    {
        var swift = await SwiftServer.Shared;
        await using var door = await swift.StartProxy();
        using var store = await Connect(door.Endpoint);
        await store.Put("a", new GeneratedStream(Large), "image/png", Cancel);

        await using var content = await store.Open("a", null, Cancel);
        await content!.Stream.ReadExactlyAsync(new byte[1000], Cancel);
        await door.Stop();
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => content.Stream.CopyToAsync(Stream.Null, Cancel));
    }

    [Theory]
    [InlineData(SwiftServer.SecretKey, "no-such-bucket", "NoSuchBucket")]
    [InlineData("wrong", null, "SignatureDoesNotMatch")]
    public async Task A_wrong_configuration_is_an_outage_that_names_the_cause(string secret, string? bucket, string cause)
    {
        var swift = await SwiftServer.Shared;
        using var store = await Connect(swift.Endpoint, secret, bucket);
        foreach (var call in (Func<Task>[])
            [
                () => store.Put("a", new MemoryStream([1]), "image/png", Cancel),
                () => store.Put("a", new GeneratedStream(Large), "image/png", Cancel),
                () => store.Open("a", null, Cancel),
                () => store.Probe(Cancel),
            ])
        {
            var outage = await Assert.ThrowsAsync<BlobStoreUnavailableException>(call);
            Assert.Contains(cause, outage.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(SwiftServer.SecretKey, outage.Message, StringComparison.Ordinal);
        }
    }

    private protected override async Task<TestStore> Create(bool breakable)
    {
        var swift = await SwiftServer.Shared;
        var door = breakable ? await swift.StartProxy() : null;
        var bucket = await swift.NewBucket();
        var store = await Connect(door?.Endpoint ?? swift.Endpoint, bucket: bucket);
        return new TestStore(store, CountUnfinished, Dispose)
        {
            Break = () => door!.Stop(),
            Mend = () => door!.Start(),
        };

        async Task<int> CountUnfinished()
        {
            using var client = swift.Client();
            var found = await client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = bucket }, Cancel);
            return found.MultipartUploads?.Count ?? 0;
        }

        async ValueTask Dispose()
        {
            store.Dispose();
            await (door?.DisposeAsync() ?? ValueTask.CompletedTask);
            if (!breakable)
            {
                Directory.Delete(scratch, recursive: true);
            }
        }
    }

    private async Task<S3BlobStore> Connect(string endpoint, string secret = SwiftServer.SecretKey, string? bucket = null) => new(
        new S3Options
        {
            Endpoint = endpoint,
            Bucket = bucket ?? await (await SwiftServer.Shared).NewBucket(),
            AccessKey = SwiftServer.AccessKey,
            SecretKey = secret,
        },
        scratch,
        NullLogger<S3BlobStore>.Instance);
}
