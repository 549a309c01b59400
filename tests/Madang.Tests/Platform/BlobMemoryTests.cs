using Madang.Platform.Blobs;
using Madang.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Madang.Tests.Platform;

/// <summary>Alone, because it measures the memory of the whole process.</summary>
[CollectionDefinition(nameof(MeasuredAlone), DisableParallelization = true)]
public sealed class MeasuredAlone;

[Collection(nameof(MeasuredAlone))]
public sealed class BlobMemoryTests
{
    private const long Length = 60_000_000;
    private const long Allowed = 24_000_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sixty_megabytes_pass_through_without_being_held(bool inS3)
    {
        var cancel = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("madang-blobs-").FullName;
        var store = inS3 ? await Connect(folder) : new FolderBlobStore(folder);
        try
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var most = long.MinValue;
            var source = new GeneratedStream(Length)
            {
                BeforeRead = position =>
                {
                    most = position % (1 << 22) == 0 ? Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before) : most;
                    return Task.CompletedTask;
                },
            };
            Assert.Equal(Length, await store.Put("big", source, "video/mp4", cancel));
            // Below zero when buffers of earlier tests were given back meanwhile.
            Assert.InRange(most, long.MinValue + 1, Allowed);

            await using var content = await store.Open("big", null, cancel);
            var block = new byte[81920];
            var total = 0L;
            while (await content!.Stream.ReadAsync(block, cancel) is > 0 and var read)
            {
                Assert.True(GeneratedStream.Matches(block.AsSpan(0, read), total), "The bytes differ from what was put.");
                total += read;
            }

            Assert.Equal(Length, total);
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Allowed);
        }
        finally
        {
            ((IDisposable)store).Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IBlobStore> Connect(string scratch)
    {
        var swift = await SwiftServer.Shared;
        var options = new S3Options
        {
            Endpoint = swift.Endpoint,
            Bucket = await swift.NewBucket(),
            AccessKey = SwiftServer.AccessKey,
            SecretKey = SwiftServer.SecretKey,
        };
        return new S3BlobStore(options, scratch, NullLogger<S3BlobStore>.Instance);
    }
}
