using System.Net;
using Madang.Images.Caching;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Madang.Tests.Images;

public sealed class CacheTests(ImagesHost host) : IClassFixture<ImagesHost>
{
    private static readonly KeyValuePair<string, string> NothingInMemory = new("Images:HotFileBytes", "0");

    [Fact]
    public async Task What_was_made_once_is_not_made_again()
    {
        var image = await (await host.ShopAsync()).ReadyAsync(Pictures.Jpeg());
        using var renderings = Counted.Renderings(host.First);

        foreach (var query in new[] { "?w=100&h=80&fm=webp", "?w=100&h=80&fm=webp", "?fm=webp&h=80&w=100", "?h=40&w=50&dpr=2&fm=webp", "?w=100&h=80&fm=webp&v=7", "?w=100&h=80&q=80&fm=webp" })
            Assert.Equal(HttpStatusCode.OK, (await host.Stranger().GetAsync(image.View + query)).StatusCode);

        Assert.Equal(1, renderings.Count);
    }

    [Fact]
    public async Task The_name_under_which_this_server_is_reached_makes_no_second_copy()
    {
        var image = await (await host.ShopAsync()).ReadyAsync(Pictures.Jpeg());
        using var renderings = Counted.Renderings(host.First);

        foreach (var name in new[] { "a.example", "b.example:8443", "a.example" })
            Assert.Equal(HttpStatusCode.OK, (await host.Stranger().SendWithAsync($"{image.View}?w=101&fm=jpg", null, ("Host", name))).StatusCode);

        Assert.Equal(1, renderings.Count);
        Assert.Equal(1, CachedOf(host.First, image));
    }

    [Fact]
    public async Task A_restart_loses_nothing()
    {
        using var data = new DataOfNode();
        var before = await host.NodeAsync([data.Setting, NothingInMemory]);
        var image = await (await host.ShopAsync(before)).ReadyAsync(Pictures.Jpeg());
        var path = $"{image.View}?w=123&fm=webp";
        var served = await before.Stranger().GetAsync(path);
        await before.DisposeAsync();

        var after = await host.NodeAsync([data.Setting, NothingInMemory]);
        using var renderings = Counted.Renderings(after);
        var again = await after.Stranger().GetAsync(path);

        Assert.Equal(served.Headers.ETag, again.Headers.ETag);
        Assert.Equal(await served.Content.ReadAsByteArrayAsync(), await again.Content.ReadAsByteArrayAsync());
        Assert.Equal(0, renderings.Count);
    }

    [Fact]
    public async Task A_file_that_was_shortened_behind_our_back_is_made_again()
    {
        var node = await host.NodeAsync([NothingInMemory]);
        var image = await (await host.ShopAsync(node)).ReadyAsync(Pictures.Jpeg());
        var path = $"{image.View}?w=124&fm=webp";
        var whole = await node.Stranger().GetByteArrayAsync(path);
        var file = Assert.Single(FilesOf(node, image));

        await File.WriteAllBytesAsync(file, whole[..100]);

        Assert.Equal(whole, await node.Stranger().GetByteArrayAsync(path));
    }

    [Fact]
    public async Task The_end_of_its_caching_time_ends_a_file()
    {
        await using var node = await host.NodeAsync();
        var shop = await host.ShopAsync(node);
        var image = await shop.ReadyAsync(Pictures.Jpeg(), cacheSeconds: "600");
        var longer = await shop.ReadyAsync(Pictures.Jpeg(), cacheSeconds: "86400");
        foreach (var one in new[] { image, longer })
            await node.Stranger().GetAsync($"{one.View}?w=50");

        node.Clock.Advance(TimeSpan.FromSeconds(590));
        node.Services.GetRequiredService<VariantCache>().Sweep();
        Assert.Equal(1, CachedOf(node, image));

        node.Clock.Advance(TimeSpan.FromSeconds(20));
        node.Services.GetRequiredService<VariantCache>().Sweep();
        Assert.Equal((0, 1), (CachedOf(node, image), CachedOf(node, longer)));
        Assert.Equal(HttpStatusCode.OK, (await node.Stranger().GetAsync($"{image.View}?w=50")).StatusCode);
    }

    [Fact]
    public async Task A_picture_without_caching_time_is_never_kept()
    {
        var image = await (await host.ShopAsync()).ReadyAsync(Pictures.Jpeg(), cacheSeconds: "0");

        for (var round = 0; round < 2; round++)
            Assert.Equal(HttpStatusCode.OK, (await host.Stranger().GetAsync($"{image.View}?w=50")).StatusCode);

        Assert.Equal(0, CachedOf(host.First, image));
    }

    [Fact]
    public async Task The_cache_never_grows_past_its_bytes()
    {
        const int most = 120_000;
        var node = await host.NodeAsync([new("Images:CacheBytes", $"{most}"), NothingInMemory]);
        var image = await (await host.ShopAsync(node)).ReadyAsync(Pictures.Jpeg());
        var made = 0L;

        for (var width = 200; width < 260; width += 2)
        {
            made += (await node.Stranger().GetByteArrayAsync($"{image.View}?w={width}&fm=jpg")).Length;
            Assert.InRange(FilesOf(node, image).Sum(path => new FileInfo(path).Length), 1, most);
        }

        Assert.True(made > 2 * most, $"{made} bytes prove nothing");
    }

    [Fact]
    public async Task A_disk_that_is_nearly_full_is_left_alone_and_everything_is_served_all_the_same()
    {
        var free = 0L;
        var node = await host.NodeAsync([NothingInMemory], configure: services => services.AddSingleton<FreeSpace>(_ => Volatile.Read(ref free)));
        var image = await (await host.ShopAsync(node)).ReadyAsync(Pictures.Jpeg());
        using var uncached = Counted.Uncached(node);

        for (var round = 0; round < 2; round++)
            Assert.Equal(90, (await node.Stranger().PictureAsync($"{image.View}?w=90&fm=jpg")).Size.Width);
        Assert.Equal((0, 2), (CachedOf(node, image), uncached.Count));
        Assert.Empty(ImagesHost.FilesIn(Path.Combine(node.Folder, "cache")));

        Volatile.Write(ref free, long.MaxValue);
        await node.Stranger().PictureAsync($"{image.View}?w=90&fm=jpg");
        Assert.Equal(1, CachedOf(node, image));
    }

    [Fact]
    public async Task A_hundred_who_ask_at_once_have_the_picture_made_once()
    {
        await using var gated = await GatedAsync();
        var (node, gate, image) = gated;
        using var renderings = Counted.Renderings(node);
        var before = gate.Passed;

        gate.Shut();
        var asking = Enumerable.Range(0, 100).Select(_ => node.Stranger().GetAsync($"{image.View}?w=200&fm=webp")).ToList();
        await gate.WaitingAsync(1);
        gate.Open();
        var answers = await Task.WhenAll(asking);

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        var bodies = await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsByteArrayAsync()));
        Assert.All(bodies, body => Assert.Equal(bodies[0], body));
        Assert.Equal((1, 1), (renderings.Count, gate.Passed - before));
    }

    [Fact]
    public async Task A_picture_that_cannot_be_made_releases_all_who_wait_for_it()
    {
        await using var gated = await GatedAsync();
        var (node, gate, image) = gated;

        gate.Shut();
        var asking = Enumerable.Range(0, 40).Select(_ => node.Stranger().GetAsync($"{image.View}?w=201&fm=webp")).ToList();
        await gate.WaitingAsync(1);
        gate.Break();

        foreach (var answer in await Task.WhenAll(asking))
            await answer.ShouldBeRefusedAsync(HttpStatusCode.ServiceUnavailable, "storage.unavailable");
        gate.Mend();
        Assert.Equal(HttpStatusCode.OK, (await node.Stranger().GetAsync($"{image.View}?w=201&fm=webp")).StatusCode);
    }

    [Fact]
    public async Task One_who_goes_away_does_not_take_the_picture_from_the_others()
    {
        await using var gated = await GatedAsync();
        var (node, gate, image) = gated;
        using var leaving = new CancellationTokenSource();

        gate.Shut();
        var first = node.Stranger().GetAsync($"{image.View}?w=202&fm=webp", leaving.Token);
        await gate.WaitingAsync(1);
        var second = node.Stranger().GetAsync($"{image.View}?w=202&fm=webp");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.Open();

        Assert.Equal(HttpStatusCode.OK, (await second).StatusCode);
    }

    [Fact]
    public async Task When_all_go_away_the_work_ends()
    {
        await using var gated = await GatedAsync();
        var (node, gate, image) = gated;
        using var leaving = new CancellationTokenSource();

        gate.Shut();
        var asking = Enumerable.Range(0, 5).Select(_ => node.Stranger().GetAsync($"{image.View}?w=203&fm=webp", leaving.Token)).ToList();
        await gate.WaitingAsync(1);
        await leaving.CancelAsync();
        foreach (var one in asking)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);

        await gate.WaitingAsync(0);
        Assert.Equal(0, node.Services.GetRequiredService<Admission>().Running);
        gate.Open();
        Assert.Equal(HttpStatusCode.OK, (await node.Stranger().GetAsync($"{image.View}?w=203&fm=webp")).StatusCode);
    }

    [Fact]
    public async Task More_than_the_queue_takes_are_told_when_to_come_again_and_who_leaves_makes_room()
    {
        await using var gated = await GatedAsync(new("Images:RenderConcurrency", "1"), new("Images:RenderQueue", "1"));
        var (node, _, image) = gated;
        var admission = node.Services.GetRequiredService<Admission>();
        Task<HttpResponseMessage> Ask(int width, CancellationToken leave = default) => node.Stranger().GetAsync($"{image.View}?w={width}&fm=jpg", leave);
        using var leaving = new CancellationTokenSource();

        var busy = (await admission.Enter(1, default)).Value;
        var queued = Ask(211, leaving.Token);
        await Answers.EventuallyAsync(() => Task.FromResult(admission.Waiting), waiting => waiting == 1);

        var refused = await Ask(212);
        await refused.ShouldBeRefusedAsync(HttpStatusCode.ServiceUnavailable, "images.busy");
        Assert.InRange(refused.Headers.RetryAfter?.Delta ?? TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));

        await leaving.CancelAsync();
        await Answers.EventuallyAsync(() => Task.FromResult(admission.Waiting), waiting => waiting == 0);
        var next = Ask(213);
        await Answers.EventuallyAsync(() => Task.FromResult(admission.Waiting), waiting => waiting == 1);
        busy.Dispose();

        Assert.Equal(HttpStatusCode.OK, (await next).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Ask(212)).StatusCode);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued);
    }

    [Fact]
    public async Task Work_is_admitted_by_its_memory_and_what_exceeds_all_of_it_runs_alone()
    {
        await using var gated = await GatedAsync(new("Images:RenderBytes", "1000000"), new("Images:RenderConcurrency", "8"));
        var (node, _, image) = gated;
        var admission = node.Services.GetRequiredService<Admission>();

        var busy = (await admission.Enter(1, default)).Value;
        var asking = Enumerable.Range(220, 3).Select(width => node.Stranger().GetAsync($"{image.View}?w={width}&fm=jpg")).ToList();
        await Answers.EventuallyAsync(() => Task.FromResult(admission.Waiting), waiting => waiting == 3);
        Assert.Equal(1, admission.Running);
        busy.Dispose();

        Assert.All(await Task.WhenAll(asking), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public async Task What_was_in_the_making_when_it_was_purged_is_not_kept()
    {
        await using var gated = await GatedAsync();
        var (node, gate, image) = gated;
        var shop = await host.ShopAsync(node);

        gate.Shut();
        var asking = node.Stranger().GetAsync($"{image.View}?w=230&fm=jpg");
        await gate.WaitingAsync(1);
        await (await shop.PostAsync($"/api/images/{image.Id}/purge", null)).ShouldBeAsync(HttpStatusCode.NoContent);
        // The message of the purge has come round when the node itself has heard it.
        await Answers.EventuallyAsync(() => Task.FromResult(node.Services.GetRequiredService<Purges>().Cover(image.Id, 1)), heard => heard);
        gate.Open();

        Assert.Equal(HttpStatusCode.OK, (await asking).StatusCode);
        Assert.Equal(0, CachedOf(node, image));
    }

    private async Task<Gated> GatedAsync(params KeyValuePair<string, string>[] settings)
    {
        var gate = new GatedBlobs();
        var node = await host.NodeAsync(settings, configure: gate.Guard);
        var shop = await host.ShopAsync(node);
        var image = await shop.ReadyAsync(Pictures.Jpeg());
        // The first node may have run the job: look once, so that this one knows that the image is ready.
        await node.Stranger().GetAsync($"{image.View}?w=1");
        return new(node, gate, image);
    }

    /// <summary>A node with a gate before its store, and a picture that is ready there.</summary>
    private sealed record Gated(Node Node, GatedBlobs Gate, Image Image) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Gate.Open();
            await Node.DisposeAsync();
        }
    }

    internal static IReadOnlyList<string> FilesOf(Node node, Image image, string? folder = null) =>
        [.. ImagesHost.FilesIn(folder ?? Path.Combine(node.Folder, "cache")).Where(path => Path.GetFileName(path).StartsWith($"{image.Id:N}", StringComparison.Ordinal))];

    internal static int CachedOf(Node node, Image image) => FilesOf(node, image).Count;

    /// <summary>A data folder that outlives its node.</summary>
    private sealed class DataOfNode : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("madang-data-");

        public KeyValuePair<string, string> Setting => new("Data:Folder", _folder.FullName);

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
