using System.Net;
using Madang.Platform.Blobs;
using Madang.Tests.Host;
using Madang.Tests.Servers;
using Xunit;

namespace Madang.Tests.Images;

/// <summary>The store of files goes away and comes back: clear refusals meanwhile, everything works afterwards without a restart.</summary>
public sealed class FaultTests(ImagesHost host, TestDatabase database) : IClassFixture<ImagesHost>
{
    [Fact]
    public async Task A_store_that_is_gone_is_503_and_what_is_cached_is_served_on()
    {
        var shop = await host.ShopAsync();
        var image = await shop.ReadyAsync(Pictures.Jpeg());
        await shop.GetAsync($"{image.View}?w=50");
        var rows = await host.ScalarAsync<int>("select count(*) from images.image");
        var away = host.Blobs + "-away";

        Directory.Move(host.Blobs, away);
        try
        {
            await UnavailableAsync(await shop.UploadAsync(Pictures.Jpeg()));
            await UnavailableAsync(await shop.GetAsync($"{image.View}?w=51"));
            await UnavailableAsync(await shop.GetAsync($"/api/images/{image.Id}/original"));
            Assert.Equal(HttpStatusCode.OK, (await shop.GetAsync($"{image.View}?w=50")).StatusCode);
            Assert.Equal(image.Id, (await shop.ShowAsync(image.Id)).Id);
            Assert.Equal(rows, await host.ScalarAsync<int>("select count(*) from images.image"));
            Assert.Empty(ImagesHost.FilesIn(Path.Combine(host.First.Folder, "images-scratch")));
        }
        finally
        {
            if (Directory.Exists(host.Blobs))
                Directory.Delete(host.Blobs, recursive: true);
            Directory.Move(away, host.Blobs);
        }

        await shop.ReadyAsync(Pictures.Png());
        Assert.Equal(51, (await shop.PictureAsync($"{image.View}?w=51")).Size.Width);
    }

    [Fact]
    public async Task A_batch_reports_the_outage_for_each_file()
    {
        var gate = new GatedBlobs();
        await using var node = await host.NodeAsync(configure: gate.Guard);
        gate.PutFails = () => new BlobStoreUnavailableException("Broken by a test.");

        var answer = await (await host.ShopAsync(node)).PostAsync("/api/images/batch", new Form().File(Pictures.Jpeg()).File(Pictures.Png()).Content());

        var codes = new List<string?>();
        await foreach (var (kind, data) in answer.EventsAsync())
            codes.Add(kind == "error" ? data.GetProperty("code").GetString() : kind);
        Assert.Equal(["init", "storage.unavailable", "storage.unavailable", "complete"], codes.Where(code => code != "progress"));
    }

    [Fact]
    public async Task A_full_store_says_so_and_takes_pictures_again_when_there_is_room()
    {
        var gate = new GatedBlobs();
        await using var node = await host.NodeAsync(configure: gate.Guard);
        var shop = await host.ShopAsync(node);
        var rows = await host.ScalarAsync<int>("select count(*) from images.image");

        gate.PutFails = () => new BlobStoreFullException("Full by a test.", new IOException());
        await (await shop.UploadAsync(Pictures.Jpeg())).ShouldBeRefusedAsync(HttpStatusCode.InsufficientStorage, "storage.full");
        Assert.Equal(rows, await host.ScalarAsync<int>("select count(*) from images.image"));

        gate.PutFails = null;
        await shop.ReadyAsync(Pictures.Jpeg());
    }

    [Fact]
    public async Task A_job_that_meets_an_outage_is_done_when_it_is_over()
    {
        var gate = new GatedBlobs();
        await using var own = new ImagesHost(database);
        await own.InitializeAsync();
        await own.First.DisposeAsync();
        var node = await own.NodeAsync(configure: gate.Guard);
        var shop = await own.ShopAsync(node);
        gate.Break();

        var image = await shop.TakenAsync(Pictures.Jpeg());
        await Answers.EventuallyAsync(() => own.ScalarAsync<int>("select attempts from platform.work where kind = 'images.prepare'"), attempts => attempts > 0);
        Assert.Equal("processing", (await shop.ShowAsync(image.Id)).Status);
        gate.Mend();

        Assert.Equal("ready", (await shop.SettledAsync(image)).Status);
    }

    [Fact]
    public async Task An_S3_service_that_is_down_is_503_and_is_used_again_when_it_is_back()
    {
        var swift = await SwiftServer.Shared;
        await using var door = await swift.StartProxy();
        await using var own = new ImagesHost(database);
        await own.InitializeAsync();
        await own.First.DisposeAsync();
        var node = await own.NodeAsync((await swift.Settings(door)).Select(setting => new KeyValuePair<string, string>(setting.Key, setting.Value!)));
        var shop = await own.ShopAsync(node);
        var image = await shop.ReadyAsync(Pictures.Jpeg(), sizes: "64");
        await shop.GetAsync($"{image.View}?w=50");

        await door.Stop();
        await UnavailableAsync(await shop.UploadAsync(Pictures.Jpeg()));
        await UnavailableAsync(await shop.GetAsync($"{image.View}?w=51"));
        Assert.Equal(HttpStatusCode.OK, (await shop.GetAsync($"{image.View}?w=50")).StatusCode);

        await door.Start();
        await shop.ReadyAsync(Pictures.Png());
        Assert.Equal(51, (await shop.PictureAsync($"{image.View}?w=51")).Size.Width);
        Assert.Equal(Pictures.Jpeg(), await shop.GetByteArrayAsync($"/api/images/{image.Id}/original"));
    }

    private static async Task UnavailableAsync(HttpResponseMessage answer)
    {
        await answer.ShouldBeRefusedAsync(HttpStatusCode.ServiceUnavailable, "storage.unavailable");
        Assert.NotNull(answer.Headers.RetryAfter);
    }
}
