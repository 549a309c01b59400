using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Madang.Images;
using Madang.Images.Features;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Images;

public sealed class ManageTests(ImagesHost host) : IClassFixture<ImagesHost>
{
    [Fact]
    public async Task The_list_is_newest_first_and_pages_neither_repeat_nor_skip_while_others_upload()
    {
        var shop = await host.ShopAsync();
        var uploaded = new List<Guid>();
        for (var number = 0; number < 5; number++)
            uploaded.Add((await shop.TakenAsync(Pictures.Gif(10 + number, 10))).Id);

        var seen = new List<Guid>();
        string? after = null;
        do
        {
            var page = await PageAsync(shop, $"?limit=2{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}");
            seen.AddRange(page.Ids);
            after = page.Next;
            await shop.TakenAsync(Pictures.Gif(40, 10)); // somebody uploads between two pages
        }
        while (after is not null);

        Assert.Equal(uploaded.AsEnumerable().Reverse(), seen.Where(uploaded.Contains));
        Assert.Equal(seen.Count, seen.Distinct().Count());
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=-1")]
    [InlineData("?limit=201")]
    [InlineData("?limit=many")]
    [InlineData("?after=nonsense")]
    [InlineData("?after=%00")]
    public async Task A_page_that_cannot_be_is_refused(string query) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await (await host.ShopAsync()).GetAsync($"/api/images{query}")).StatusCode);

    [Fact]
    public async Task A_name_with_letters_that_are_none_loses_them_when_it_is_sent_and_when_it_is_changed()
    {
        var shop = await host.ShopAsync();
        var image = await shop.TakenAsync(Pictures.Png(), "봄\uFFFE.png");
        Assert.Equal("봄.png", image.Name);
        Assert.Equal("가을.png", (await ChangedAsync(shop, image, new { name = "가\uFFFF을\uFFFE.png" })).Name);
    }

    [Fact]
    public async Task A_rename_shows_in_the_answer_the_list_and_the_download()
    {
        var shop = await host.ShopAsync();
        var image = await shop.TakenAsync(Pictures.Png(), "old.png");

        var renamed = await ChangedAsync(shop, image, new { name = "../새_이름.png" });

        Assert.Equal("새_이름.png", renamed.Name);
        Assert.Equal(image.CacheSeconds, renamed.CacheSeconds);
        Assert.Equal("새_이름.png", (await shop.ShowAsync(image.Id)).Name);
        var download = await host.Stranger().GetAsync(image.Download);
        Assert.Equal(HttpStatusCode.OK, download.StatusCode);
        Assert.Equal("새_이름.png", download.Content.Headers.ContentDisposition?.FileNameStar);
    }

    [Theory]
    [InlineData("""{"name":""}""", "image.name")]
    [InlineData("""{"name":"   "}""", "image.name")]
    [InlineData("""{"cacheSeconds":-1}""", "image.cache_seconds")]
    [InlineData("""{"cacheSeconds":31536001}""", "image.cache_seconds")]
    public async Task A_change_has_the_bounds_of_an_upload(string change, string code)
    {
        var shop = await host.ShopAsync();
        var image = await shop.TakenAsync(Pictures.Png(), "kept.png");

        var answer = await shop.PatchAsync($"/api/images/{image.Id}", new StringContent(change, System.Text.Encoding.UTF8, "application/json"));

        await answer.ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, code);
        Assert.Equal("kept.png", (await shop.ShowAsync(image.Id)).Name);
    }

    [Fact]
    public async Task A_new_caching_time_is_what_caches_are_told_from_now_on()
    {
        var shop = await host.ShopAsync();
        var image = await shop.TakenAsync(Pictures.Jpeg(), cacheSeconds: "3600");
        await host.Stranger().GetAsync($"{image.View}?w=50");

        await ChangedAsync(shop, image, new { cacheSeconds = 60 });

        Assert.Equal(TimeSpan.FromSeconds(60), (await host.Stranger().GetAsync($"{image.View}?w=50")).Headers.CacheControl?.MaxAge);
    }

    [Fact]
    public async Task What_is_deleted_is_gone_in_every_way_at_once_and_its_files_soon()
    {
        var shop = await host.ShopAsync();
        var image = await shop.ReadyAsync(Pictures.Jpeg(), sizes: "100");
        await host.Stranger().GetAsync($"{image.View}?w=70");
        Assert.NotEmpty(host.StoredOf(image.Id));

        await (await shop.DeleteAsync($"/api/images/{image.Id}")).ShouldBeAsync(HttpStatusCode.NoContent);

        foreach (var path in new[] { $"{image.View}?w=70", image.View, image.Download, $"{image.Iiif}/info.json", $"{image.Iiif}/full/max/0/default.jpg" })
            await (await host.Stranger().GetAsync(path)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "image.unknown");
        foreach (var path in new[] { $"/api/images/{image.Id}", $"/api/images/{image.Id}/original", $"/api/images/{image.Id}/events" })
            await (await shop.GetAsync(path)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "image.unknown");
        Assert.DoesNotContain(image.Id, (await PageAsync(shop, "?limit=200")).Ids);
        await Answers.EventuallyAsync(() => Task.FromResult(host.StoredOf(image.Id).Count), files => files == 0);
        await Answers.EventuallyAsync(() => Task.FromResult(CachedOf(host.First, image.Id)), files => files == 0);
    }

    [Fact]
    public async Task What_is_deleted_while_it_is_prepared_leaves_nothing()
    {
        var shop = await host.ShopAsync();
        for (var round = 0; round < 5; round++)
        {
            var image = await shop.TakenAsync(Pictures.Jpeg(1600, 1200), sizes: "800,400");
            await (await shop.DeleteAsync($"/api/images/{image.Id}")).ShouldBeAsync(HttpStatusCode.NoContent);

            await Answers.EventuallyAsync(
                () => host.ScalarAsync<int>("select count(*) from platform.work where key like '%' || @id and run_at < now() + interval '10 minutes'", new { id = $"{image.Id:N}" }), jobs => jobs == 0);
            await Answers.EventuallyAsync(() => Task.FromResult(host.StoredOf(image.Id).Count), files => files == 0);
        }
    }

    [Fact]
    public async Task An_unknown_image_is_404_whatever_is_done_to_it()
    {
        var shop = await host.ShopAsync();
        var path = $"/api/images/{Guid.CreateVersion7()}";

        foreach (var answer in new[]
        {
            await shop.GetAsync(path), await shop.PatchAsJsonAsync(path, new { name = "x" }), await shop.PatchAsJsonAsync(path, new { cacheSeconds = 1 }),
            await shop.PostAsync($"{path}/purge", null), await shop.DeleteAsync(path), await shop.GetAsync($"{path}/original"),
        })
            await answer.ShouldBeRefusedAsync(HttpStatusCode.NotFound, "image.unknown");
    }

    [Fact]
    public async Task Reading_and_writing_are_scopes_of_their_own()
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg());
        var path = $"/api/images/{image.Id}";
        var reader = await host.ProgramAsync(ImagesModule.Read);
        var writer = await host.ProgramAsync(ImagesModule.Write);

        Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync(path)).StatusCode);
        foreach (var answer in new[]
        {
            await reader.PatchAsJsonAsync(path, new { name = "x" }), await reader.PostAsync($"{path}/purge", null), await reader.DeleteAsync(path),
            await writer.GetAsync(path), await writer.GetAsync("/api/images"),
        })
            await answer.ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.scope");
    }

    [Fact]
    public async Task The_end_of_retention_deletes_and_not_a_day_before()
    {
        // Gone at the end: its clock is days ahead of the other's, and they share a queue.
        await using var node = await host.NodeAsync([new("Images:RetentionDays", "2")]);
        var shop = await host.ShopAsync(node);
        var image = await shop.ReadyAsync(Pictures.Jpeg());
        var kept = await (await host.ShopAsync()).ReadyAsync(Pictures.Jpeg()); // no retention when it came

        node.Clock.Advance(TimeSpan.FromDays(1));
        await EndRetentionAsync(node);
        Assert.Equal(image.Id, (await shop.ShowAsync(image.Id)).Id);

        node.Clock.Advance(TimeSpan.FromDays(1.1));
        // Either node may take the job, and the other's clock is two days behind.
        await Answers.EventuallyAsync(async () =>
        {
            await EndRetentionAsync(node);
            return (await shop.GetAsync($"/api/images/{image.Id}")).StatusCode;
        }, status => status == HttpStatusCode.NotFound);
        await Answers.EventuallyAsync(() => Task.FromResult(host.StoredOf(image.Id).Count), files => files == 0);
        Assert.Equal(kept.Id, (await shop.ShowAsync(kept.Id)).Id);
    }

    /// <summary>Runs the hourly job now, as its trigger would, and waits for it.</summary>
    private async Task EndRetentionAsync(Node node)
    {
        var services = node.Services;
        var id = await services.GetRequiredService<NpgsqlDataSource>().InTransaction(
            tx => services.GetRequiredService<WorkQueue>().Enqueue(tx, EndRetention.Kind, new EndRetention.Job(), runAt: TimeProvider.System.GetUtcNow()));
        await Answers.EventuallyAsync(() => host.ScalarAsync<int>("select count(*) from platform.work where id = @id", new { id }), rows => rows == 0);
    }

    private static int CachedOf(Node node, Guid id) =>
        ImagesHost.FilesIn(Path.Combine(node.Folder, "cache")).Count(path => Path.GetFileName(path).StartsWith($"{id:N}", StringComparison.Ordinal));

    private static async Task<Image> ChangedAsync(HttpClient shop, Image image, object change) =>
        new(await (await shop.PatchAsJsonAsync($"/api/images/{image.Id}", change)).ShouldBeAsync(HttpStatusCode.OK));

    private static async Task<(List<Guid> Ids, string? Next)> PageAsync(HttpClient shop, string query)
    {
        var page = await (await shop.GetAsync($"/api/images{query}")).ShouldBeAsync(HttpStatusCode.OK);
        return (
            [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid())],
            page.TryGetProperty("next", out var next) && next.ValueKind == JsonValueKind.String ? next.GetString() : null);
    }
}
