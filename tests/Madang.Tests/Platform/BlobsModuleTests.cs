using Madang.Platform.Blobs;
using Madang.Platform.Web;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Madang.Tests.Platform;

public sealed class BlobsModuleTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_configuration_blobs_go_below_the_data_folder()
    {
        var data = Directory.CreateTempSubdirectory("madang-data-").FullName;
        await using (var services = Services(("Data:Folder", data)))
        {
            await services.GetRequiredService<IBlobStore>().Put("a", new MemoryStream([1]), "image/png", Cancel);
            Assert.Equal([1], await File.ReadAllBytesAsync(Path.Join(data, "blobs", "a"), Cancel));
        }

        Directory.Delete(data, recursive: true);
    }

    [Theory]
    [InlineData("Blobs:Store must be 'folder'", "Blobs:Store", "tape")]
    [InlineData("Blobs:S3:Endpoint must be the address", "Blobs:Store", "s3", "Blobs:S3:Bucket", "b")]
    [InlineData("Blobs:S3:Bucket must name", "Blobs:Store", "s3", "Blobs:S3:Endpoint", "http://127.0.0.1:1")]
    [InlineData("belong together", "Blobs:Store", "s3", "Blobs:S3:Endpoint", "http://127.0.0.1:1", "Blobs:S3:Bucket", "b", "Blobs:S3:AccessKey", "x")]
    [InlineData("Blobs:S3:Region must not be empty", "Blobs:Store", "s3", "Blobs:S3:Endpoint", "http://127.0.0.1:1", "Blobs:S3:Bucket", "b", "Blobs:S3:Region", "")]
    public async Task A_configuration_that_cannot_work_is_explained(string sentence, params string[] settings)
    {
        await using var services = Services(settings.Chunk(2).Select(pair => (pair[0], pair[1])).ToArray());
        var refused = Assert.Throws<OptionsValidationException>(services.GetRequiredService<IStartupValidator>().Validate);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_health_check_follows_the_store()
    {
        var data = Directory.CreateTempSubdirectory("madang-data-").FullName;
        await using (var services = Services(("Data:Folder", data)))
        {
            var health = services.GetRequiredService<HealthCheckService>();
            Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(Cancel)).Entries["blobs"].Status);
            Directory.Move(Path.Join(data, "blobs"), Path.Join(data, "gone"));
            Assert.Equal(HealthStatus.Unhealthy, (await health.CheckHealthAsync(Cancel)).Entries["blobs"].Status);
            Directory.Move(Path.Join(data, "gone"), Path.Join(data, "blobs"));
            Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(Cancel)).Entries["blobs"].Status);
        }

        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task A_store_that_is_down_at_the_start_is_taken_up_later()
    {
        var data = Directory.CreateTempSubdirectory("madang-data-").FullName;
        var inTheWay = Path.Join(data, "blobs");
        await File.WriteAllTextAsync(inTheWay, "not a folder", Cancel);
        await using (var services = Services(("Data:Folder", data)))
        {
            var start = services.GetServices<IHostedService>().OfType<BlobStoreStart>().Single();
            await start.StartAsync(Cancel);
            await start.ExecuteTask!;
            var store = services.GetRequiredService<IBlobStore>();
            await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => store.Put("a", new MemoryStream([1]), "image/png", Cancel));

            File.Delete(inTheWay);
            Assert.Equal(1, await store.Put("a", new MemoryStream([1]), "image/png", Cancel));
        }

        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Outages_are_answered_as_problems()
    {
        await using var services = Services();
        var rule = services.GetServices<OutageRule>().Single();
        Assert.Equal((503, "storage.unavailable"), Answer(new BlobStoreUnavailableException("down")));
        Assert.Equal((507, "storage.full"), Answer(new BlobStoreFullException("full")));
        Assert.Null(rule.Recognise(new IOException()));

        (int, string) Answer(Exception fault) => rule.Recognise(fault) is { } failure ? (failure.Status, failure.Code) : default;
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build();
        return new ServiceCollection().AddLogging().AddBlobs(configuration).BuildServiceProvider();
    }
}
