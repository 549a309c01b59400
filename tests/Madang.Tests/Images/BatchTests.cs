using System.Net;
using System.Text.Json;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Images;

public sealed class BatchTests(ImagesHost host) : IClassFixture<ImagesHost>
{
    [Fact]
    public async Task Each_file_is_told_by_its_place_between_init_and_complete()
    {
        var events = await SendAsync(new Form().File(Pictures.Jpeg(), "하나.jpg").File(Pictures.Png(), "둘.png").File(Pictures.AnimatedGif(), "셋.gif"));

        Assert.Equal("init", events[0].Kind);
        Assert.Equal("complete", events[^1].Kind);
        Assert.Equal((3, 0), (events[^1].Data.GetProperty("succeeded").GetInt32(), events[^1].Data.GetProperty("failed").GetInt32()));
        var taken = events.Where(one => one.Kind == "success").ToList();
        Assert.Equal([0, 1, 2], taken.Select(one => one.Data.GetProperty("index").GetInt32()));
        Assert.Equal(["하나.jpg", "둘.png", "셋.gif"], taken.Select(one => ImageOf(one.Data).Name));
        Assert.Equal(["image/jpeg", "image/png", "image/gif"], taken.Select(one => ImageOf(one.Data).Type));
    }

    [Fact]
    public async Task Each_file_has_its_own_sizes_and_caching_time()
    {
        var events = await SendAsync(new Form()
            .Field("sizes", "100").Field("cacheSeconds", "60").File(Pictures.Jpeg(), "a.jpg")
            .Field("sizes", "200,300").Field("name", "named.jpg").File(Pictures.Jpeg(), "b.jpg")
            .File(Pictures.Jpeg(), "c.jpg"));

        var images = events.Where(one => one.Kind == "success").Select(one => ImageOf(one.Data)).ToList();
        Assert.Equal(["100", "200,300", ""], images.Select(image => string.Join(',', image.Sizes)));
        Assert.Equal([60, 30 * 24 * 3600, 30 * 24 * 3600], images.Select(image => image.CacheSeconds));
        Assert.Equal(["a.jpg", "named.jpg", "c.jpg"], images.Select(image => image.Name));
    }

    [Fact]
    public async Task One_bad_file_does_not_stop_the_others()
    {
        var rows = await host.ScalarAsync<int>("select count(*) from images.image");

        var events = await SendAsync(new Form()
            .File(Pictures.TextNamedJpg(), "text.jpg")
            .File(Pictures.Jpeg(), "good.jpg")
            .Field("sizes", "-1").File(Pictures.Jpeg(), "sizes.jpg")
            .File([], "empty.jpg")
            .File(Pictures.Png(), "good.png"));

        var refused = events.Where(one => one.Kind == "error").Select(one => one.Data).ToList();
        Assert.Equal([0, 2, 3], refused.Select(one => one.GetProperty("index").GetInt32()));
        Assert.Equal(["image.type_unknown", "image.sizes", "image.empty"], refused.Select(one => one.GetProperty("code").GetString()));
        Assert.Equal([415, 422, 422], refused.Select(one => one.GetProperty("status").GetInt32()));
        Assert.Equal(["text.jpg", "sizes.jpg", "empty.jpg"], refused.Select(one => one.GetProperty("name").GetString()));
        Assert.All(refused, one => Assert.NotEmpty(one.GetProperty("detail").GetString()!));
        Assert.Equal([1, 4], events.Where(one => one.Kind == "success").Select(one => one.Data.GetProperty("index").GetInt32()));
        Assert.Equal((2, 3), (events[^1].Data.GetProperty("succeeded").GetInt32(), events[^1].Data.GetProperty("failed").GetInt32()));
        Assert.Equal(rows + 2, await host.ScalarAsync<int>("select count(*) from images.image"));
    }

    [Fact]
    public async Task Every_taken_file_becomes_ready()
    {
        var shop = await host.ShopAsync();
        var events = await SendAsync(new Form().File(Pictures.Jpeg()).File(Pictures.Webp()));

        foreach (var taken in events.Where(one => one.Kind == "success"))
            Assert.Equal("ready", (await shop.SettledAsync(ImageOf(taken.Data))).Status);
    }

    [Fact]
    public async Task Progress_grows_to_the_end_of_a_large_file()
    {
        var picture = Pictures.Phone12Mp();

        var events = await SendAsync(new Form().File(picture, "big.jpg"));

        var progress = events.Where(one => one.Kind == "progress").Select(one => one.Data.GetProperty("receivedBytes").GetInt64()).ToList();
        Assert.True(progress.Count >= 3, $"{progress.Count} progress events for {picture.Length} bytes");
        Assert.Equal(progress.Order(), progress);
        Assert.InRange(progress[^1], picture.Length / 2, picture.Length);
    }

    [Fact]
    public async Task A_file_is_told_while_the_next_is_still_on_its_way_and_stays_when_the_client_goes()
    {
        var node = await host.NodeAsync(port: 0);
        var form = new Form().File(Pictures.Jpeg(), "first.jpg").File(Pictures.Jpeg(1600, 1200), "second.jpg").Finished();
        await using var phone = await RawConnection.PostAsync(node.Address, "/api/images/batch", await node.NewKeyAsync("images:write"), form.Length);

        await phone.SendAsync(form.AsMemory(0, form.Length - 50_000));
        var told = await phone.ReadUntilAsync("event: success");
        Assert.DoesNotContain("complete", told, StringComparison.Ordinal);
        phone.Break();

        await Answers.EventuallyAsync(() => Task.FromResult(ImagesHost.FilesIn(Path.Combine(node.Folder, "images-scratch")).Count), files => files == 0);
        Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from images.image where name = 'first.jpg'"));
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from images.image where name = 'second.jpg'"));
    }

    [Fact]
    public async Task A_form_that_breaks_off_is_an_error_and_what_came_before_it_stays()
    {
        var form = new Form().File(Pictures.Jpeg(), "whole.jpg").File(Pictures.Png(), "cut.png");

        var events = await SendAsync(form.Broken());

        Assert.Equal("complete", events[^1].Kind);
        Assert.Equal("whole.jpg", ImageOf(events.Single(one => one.Kind == "success").Data).Name);
        Assert.Equal("upload.broken_form", events.Single(one => one.Kind == "error").Data.GetProperty("code").GetString());
    }

    [Fact]
    public async Task More_files_than_allowed_are_refused_and_the_allowed_ones_kept()
    {
        var node = await host.NodeAsync([new("Images:MaxBatch", "2")]);

        var events = await ReadAsync(await (await host.ShopAsync(node)).PostAsync("/api/images/batch", new Form().File(Pictures.Jpeg()).File(Pictures.Jpeg()).File(Pictures.Jpeg()).Content()));

        Assert.Equal(2, events.Count(one => one.Kind == "success"));
        Assert.Equal("upload.too_many_files", events.Single(one => one.Kind == "error").Data.GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_empty_form_is_complete_with_nothing()
    {
        var events = await SendAsync(new Form());

        Assert.Equal(["init", "complete"], events.Select(one => one.Kind));
    }

    [Fact]
    public async Task A_stranger_and_a_body_that_is_no_form_are_refused_before_any_event()
    {
        await (await host.Stranger().PostAsync("/api/images/batch", new Form().File(Pictures.Jpeg()).Content())).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "auth.required");
        await (await (await host.ShopAsync()).PostAsync("/api/images/batch", new ByteArrayContent([1]))).ShouldBeRefusedAsync(HttpStatusCode.UnsupportedMediaType, "upload.not_multipart");
    }

    private Task<List<(string Kind, JsonElement Data)>> SendAsync(Form form) => SendAsync(form.Content());

    private async Task<List<(string Kind, JsonElement Data)>> SendAsync(HttpContent form) =>
        await ReadAsync(await (await host.ShopAsync()).PostAsync("/api/images/batch", form));

    private static async Task<List<(string Kind, JsonElement Data)>> ReadAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var events = new List<(string Kind, JsonElement Data)>();
        await foreach (var one in answer.EventsAsync())
            events.Add(one);
        return events;
    }

    private static Image ImageOf(JsonElement data) => new(data.GetProperty("image"));
}
