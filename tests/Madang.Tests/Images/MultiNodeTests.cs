using System.Net;
using System.Net.Http.Json;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Images;

/// <summary>Two nodes on one database and one store are one Madang.</summary>
public sealed class MultiNodeTests(MultiNodeTests.TwoNodes host) : IClassFixture<MultiNodeTests.TwoNodes>
{
    // A second is what the notice may take on a machine of its own; tests share theirs with others.
    private const int Soon = 3;

    /// <summary>Two nodes.</summary>
    public sealed class TwoNodes(TestDatabase database) : ImagesHost(database)
    {
        public Node Second { get; private set; } = null!;

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            Second = await NodeAsync();
        }
    }

    [Fact]
    public async Task What_came_to_one_node_is_served_by_the_other_before_and_after_it_is_ready()
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg(), sizes: "200");
        Assert.Equal(100, (await host.Second.Stranger().PictureAsync($"{image.View}?w=100")).Size.Width);

        await (await host.ShopAsync(host.Second)).ReadyAsync(image);

        Assert.Equal(200, (await host.Second.Stranger().PictureAsync($"{image.View}?w=200&h=200")).Size.Width);
    }

    [Fact]
    public async Task Both_nodes_give_a_picture_the_same_tag()
    {
        var image = await (await host.ShopAsync()).ReadyAsync(Pictures.Jpeg());
        foreach (var path in new[] { $"{image.View}?w=111&fm=webp", $"{image.View}?w=111&fm=avif", $"{image.Iiif}/full/111,/0/default.jpg" })
            Assert.Equal((await host.Stranger().GetAsync(path)).Headers.ETag, (await host.Second.Stranger().GetAsync(path)).Headers.ETag);
    }

    [Fact]
    public async Task A_purge_on_one_node_empties_the_other()
    {
        var shop = await host.ShopAsync();
        var image = await shop.ReadyAsync(Pictures.Jpeg());
        var path = $"{image.View}?w=112&fm=webp";
        foreach (var node in new[] { host.First, host.Second })
        {
            Assert.Equal(HttpStatusCode.OK, (await node.Stranger().GetAsync(path)).StatusCode);
            Assert.Equal(1, CacheTests.CachedOf(node, image));
        }
        using var renderings = Counted.Renderings(host.Second);

        await (await shop.PostAsync($"/api/images/{image.Id}/purge", null)).ShouldBeAsync(HttpStatusCode.NoContent);

        foreach (var node in new[] { host.First, host.Second })
            await Answers.EventuallyAsync(() => Task.FromResult(CacheTests.CachedOf(node, image)), files => files == 0, Soon);
        // Also what was hot in memory is made anew.
        Assert.Equal(HttpStatusCode.OK, (await host.Second.Stranger().GetAsync(path)).StatusCode);
        Assert.Equal(1, renderings.Count);
    }

    [Fact]
    public async Task A_delete_on_one_node_is_seen_by_the_other_also_for_what_was_hot_there()
    {
        var shop = await host.ShopAsync();
        var image = await shop.ReadyAsync(Pictures.Jpeg());
        var other = host.Second.Stranger();
        var paths = new[] { $"{image.View}?w=113", image.View, image.Download, $"{image.Iiif}/info.json", $"{image.Iiif}/full/50,/0/default.jpg" };
        for (var hot = 0; hot < 2; hot++)
            foreach (var path in paths)
                Assert.Equal(HttpStatusCode.OK, (await other.GetAsync(path)).StatusCode);

        await (await shop.DeleteAsync($"/api/images/{image.Id}")).ShouldBeAsync(HttpStatusCode.NoContent);

        foreach (var path in paths)
            await Answers.EventuallyAsync(() => other.GetAsync(path), answer => answer.StatusCode == HttpStatusCode.NotFound, Soon);
        await Answers.EventuallyAsync(() => Task.FromResult(CacheTests.CachedOf(host.Second, image)), files => files == 0, Soon);
    }

    [Fact]
    public async Task A_change_on_one_node_shows_on_the_other()
    {
        var shop = await host.ShopAsync();
        var image = await shop.ReadyAsync(Pictures.Png(), "old.png", cacheSeconds: "3600");
        var other = host.Second.Stranger();
        await other.GetAsync(image.Download);
        await other.GetAsync($"{image.View}?w=114");

        await (await shop.PatchAsJsonAsync($"/api/images/{image.Id}", new { name = "new_name.png", cacheSeconds = 60 })).ShouldBeAsync(HttpStatusCode.OK);

        await Answers.EventuallyAsync(async () => (await other.GetAsync(image.Download)).Content.Headers.ContentDisposition?.FileName?.Trim('"'), name => name == "new_name.png", Soon);
        await Answers.EventuallyAsync(async () => (await other.GetAsync($"{image.View}?w=114")).Headers.CacheControl?.MaxAge, age => age == TimeSpan.FromSeconds(60), Soon);
    }

    [Fact]
    public async Task An_image_is_watched_from_the_other_node()
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Phone12Mp(), sizes: "1600");
        var shop = await host.ShopAsync(host.Second);

        using var watching = await shop.SendAsync(new(HttpMethod.Get, $"/api/images/{image.Id}/events"), HttpCompletionOption.ResponseHeadersRead);

        await foreach (var (kind, data) in watching.EventsAsync())
            if (kind == "message" && data.GetProperty("status").GetString() == "ready")
                return;
        Assert.Fail("the stream ended without the news");
    }

    [Fact]
    public async Task One_key_at_once_on_both_nodes_is_one_image()
    {
        var key = await host.First.NewKeyAsync("images:write", "images:read");
        HttpClient Shop(Node node)
        {
            var client = node.Stranger();
            client.DefaultRequestHeaders.Authorization = new("Bearer", key);
            return client;
        }
        var (here, there) = (Shop(host.First), Shop(host.Second));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => (number % 2 == 0 ? here : there).UploadAsync(Pictures.Jpeg(), key: "once")));

        var ids = new HashSet<Guid>();
        foreach (var answer in answers)
            ids.Add(new Image(await answer.ShouldBeAsync(HttpStatusCode.Created)).Id);
        var id = Assert.Single(ids);
        await here.ReadyAsync(await here.ShowAsync(id));
        // Those who lost the race left nothing in the store.
        Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from images.image where idempotency_key = 'once'"));
        await Answers.EventuallyAsync(
            () => Task.FromResult(ImagesHost.FilesIn(host.Blobs).Count(path => path.EndsWith("original", StringComparison.Ordinal))),
            originals => originals == host.ScalarAsync<int>("select count(*) from images.image").GetAwaiter().GetResult());
    }

    [Fact]
    public async Task A_node_that_ends_leaves_its_jobs_to_the_others()
    {
        var third = await host.NodeAsync();
        var image = await (await host.ShopAsync(third)).TakenAsync(Pictures.Phone12Mp(), sizes: "2000,1000");
        await third.DisposeAsync();

        await (await host.ShopAsync()).ReadyAsync(image);
    }
}
