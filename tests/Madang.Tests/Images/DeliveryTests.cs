using System.Net;
using System.Text;
using Madang.Images.Imaging;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Images;

public sealed class DeliveryTests(ImagesHost host) : IClassFixture<ImagesHost>
{
    [Theory]
    [InlineData("", 640, 480)]
    [InlineData("w=320", 320, 240)]
    [InlineData("h=120", 160, 120)]
    [InlineData("w=100&h=100", 100, 75)]
    [InlineData("w=100&dpr=2", 200, 150)]
    [InlineData("w=2000", 640, 480)]
    [InlineData("h=16000", 640, 480)]
    [InlineData("w=2000&h=2000&fit=clip", 640, 480)]
    [InlineData("w=2000&h=2000&fit=max", 640, 480)]
    [InlineData("w=400&dpr=5", 640, 480)]
    [InlineData("w=1280&enlarge=1", 1280, 960)]
    [InlineData("w=100&h=100&fit=crop", 100, 100)]
    [InlineData("w=1000&h=1000&fit=crop", 480, 480)]
    [InlineData("w=1000&h=1000&fit=crop&enlarge=1", 1000, 1000)]
    [InlineData("w=100&h=100&fit=max", 100, 75)]
    [InlineData("w=800&h=800&fit=fill", 800, 800)]
    [InlineData("w=1", 1, 1)]
    public async Task A_picture_has_the_size_that_was_asked_and_is_never_enlarged_unasked(string query, int width, int height)
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg());

        foreach (var fm in new[] { "jpg", "webp" })
        {
            var size = (await host.Stranger().PictureAsync($"{image.View}?fm={fm}&{query}".TrimEnd('&'))).Size;
            Assert.Equal((width, height), (size.Width, size.Height));
        }
    }

    [Theory]
    [InlineData("w=0", "transform.invalid_width")]
    [InlineData("w=-5", "transform.invalid_width")]
    [InlineData("w=99999999999999999999", "transform.invalid_width")]
    [InlineData("w=16384", "transform.invalid_width")]
    [InlineData("w=1.5", "transform.invalid_width")]
    [InlineData("w=", "transform.invalid_width")]
    [InlineData("w=%EF%BC%91", "transform.invalid_width")]
    [InlineData("h=0", "transform.invalid_height")]
    [InlineData("h=wide", "transform.invalid_height")]
    [InlineData("q=0", "transform.invalid_quality")]
    [InlineData("q=101", "transform.invalid_quality")]
    [InlineData("dpr=0", "transform.invalid_dpr")]
    [InlineData("dpr=100", "transform.invalid_dpr")]
    [InlineData("dpr=NaN", "transform.invalid_dpr")]
    [InlineData("fit=cover", "transform.invalid_fit")]
    [InlineData("fm=svg", "transform.invalid_format")]
    [InlineData("fm=WEBP", "transform.invalid_format")]
    [InlineData("width=3", "transform.unknown_parameter")]
    [InlineData("w=3&w=4", "transform.repeated_parameter")]
    [InlineData("preset=none", "transform.unknown_preset")]
    public async Task What_cannot_be_made_is_refused_and_says_why(string query, string code)
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg());

        await (await host.Stranger().GetAsync($"{image.View}?{query}")).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, code);
    }

    [Fact]
    public async Task An_unknown_image_is_404_for_everybody_who_asks_at_once()
    {
        var stranger = host.Stranger();
        var id = Guid.CreateVersion7();

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(number => stranger.GetAsync($"/cdn/{id}?w={1 + (number % 2)}")));

        foreach (var answer in answers.Append(await stranger.GetAsync($"/cdn/{id}/download")))
            await answer.ShouldBeRefusedAsync(HttpStatusCode.NotFound, "image.unknown");
    }

    [Theory]
    [InlineData("/cdn/1")]
    [InlineData("/cdn/nothing.jpg")]
    [InlineData("/cdn/..%2f..%2fetc%2fpasswd")]
    [InlineData("/cdn/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/cdn/")]
    public async Task A_path_that_is_no_image_is_404(string path) =>
        Assert.Equal(HttpStatusCode.NotFound, (await host.Stranger().GetAsync(path)).StatusCode);

    [Theory]
    [InlineData("image/avif,image/webp,image/apng,*/*;q=0.8", "image/avif")]
    [InlineData("image/webp,*/*", "image/webp")]
    [InlineData("image/avif;q=0,image/webp", "image/webp")]
    [InlineData("image/avif;q=0.5,image/webp;q=0.9", "image/webp")]
    [InlineData("*/*", "image/jpeg")]
    [InlineData("image/*", "image/jpeg")]
    [InlineData("image/jpeg", "image/jpeg")]
    [InlineData("text/html", "image/jpeg")]
    public async Task Without_a_format_the_readers_browser_decides_and_caches_are_told_so(string accept, string type)
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg());

        foreach (var query in new[] { "", "?fm=auto", "?w=100" })
            for (var hot = 0; hot < 2; hot++)
            {
                var answer = await host.Stranger().GetAsync(image.View + query, accept);
                Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
                Assert.Equal(["Accept"], answer.Headers.Vary);
            }
    }

    [Fact]
    public async Task A_browser_that_takes_nothing_new_gets_png_where_something_is_transparent()
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.TransparentPng());

        Assert.Equal("image/png", (await host.Stranger().GetAsync(image.View, "*/*")).Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_named_format_does_not_vary()
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg());

        foreach (var path in new[] { $"{image.View}?fm=webp", $"{image.View}?fm=webp", image.Download, $"{image.Iiif}/full/max/0/default.jpg" })
        {
            var answer = await host.Stranger().GetAsync(path, "image/avif");
            Assert.Empty(answer.Headers.Vary);
            Assert.NotEqual("image/avif", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_has_the_picture_is_told_304(bool fromMemory)
    {
        var (client, path) = await ServedAsync(fromMemory);
        var first = await client.GetAsync(path);
        var etag = first.Headers.ETag!;
        Assert.False(etag.IsWeak);

        foreach (var held in new[] { etag.Tag, $"\"other\", {etag.Tag}", $"W/{etag.Tag}", "*" })
        {
            var answer = await client.SendWithAsync(path, null, ("If-None-Match", held));
            Assert.Equal(HttpStatusCode.NotModified, answer.StatusCode);
            Assert.Equal(etag, answer.Headers.ETag);
            Assert.Equal(first.Headers.CacheControl, answer.Headers.CacheControl);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        }
        Assert.Equal(HttpStatusCode.OK, (await client.SendWithAsync(path, null, ("If-None-Match", "\"other\""))).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await client.SendWithAsync(path, null, ("If-Match", "\"other\""))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.SendWithAsync(path, null, ("If-Match", etag.Tag))).StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Head_tells_what_get_would_without_a_body(bool fromMemory)
    {
        var (client, path) = await ServedAsync(fromMemory);
        var got = await client.GetAsync(path);

        var head = await client.SendWithAsync(path, HttpMethod.Head);

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(got.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Equal(got.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Equal(got.Headers.ETag, head.Headers.ETag);
        Assert.Equal(got.Headers.CacheControl, head.Headers.CacheControl);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_part_may_be_asked(bool fromMemory)
    {
        var (client, path) = await ServedAsync(fromMemory);
        var whole = await client.GetByteArrayAsync(path);
        Assert.Equal(["bytes"], (await client.GetAsync(path)).Headers.AcceptRanges);

        foreach (var (range, from, to) in new[] { ("bytes=0-99", 0, 99), ("bytes=100-", 100, whole.Length - 1), ("bytes=-50", whole.Length - 50, whole.Length - 1), ("bytes=10-99999999", 10, whole.Length - 1) })
        {
            var part = await client.SendWithAsync(path, null, ("Range", range));
            Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
            Assert.Equal($"bytes {from}-{to}/{whole.Length}", part.Content.Headers.ContentRange?.ToString());
            Assert.Equal(whole[from..(to + 1)], await part.Content.ReadAsByteArrayAsync());
        }

        var behind = await client.SendWithAsync(path, null, ("Range", $"bytes={whole.Length}-"));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, behind.StatusCode);
        Assert.Equal($"bytes */{whole.Length}", behind.Content.Headers.ContentRange?.ToString());
        foreach (var nonsense in new[] { "bytes=5-1", "lines=1-2", "bytes=0-1,5-6" })
            Assert.Equal(whole, await (await client.SendWithAsync(path, null, ("Range", nonsense))).Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_part_is_only_given_to_who_holds_the_same_picture(bool fromMemory)
    {
        var (client, path) = await ServedAsync(fromMemory);
        var etag = (await client.GetAsync(path)).Headers.ETag!.Tag;

        Assert.Equal(HttpStatusCode.PartialContent, (await client.SendWithAsync(path, null, ("Range", "bytes=0-9"), ("If-Range", etag))).StatusCode);
        foreach (var other in new[] { "\"other\"", $"W/{etag}", "Wed, 21 Oct 2015 07:28:00 GMT" })
            Assert.Equal(HttpStatusCode.OK, (await client.SendWithAsync(path, null, ("Range", "bytes=0-9"), ("If-Range", other))).StatusCode);
    }

    [Theory]
    [InlineData("3600", "public, max-age=3600")]
    [InlineData("31536000", "public, max-age=31536000")]
    [InlineData("0", "no-cache")]
    public async Task The_caching_time_of_the_image_is_what_caches_are_told(string seconds, string header)
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg(), cacheSeconds: seconds);

        foreach (var path in new[] { image.View, $"{image.View}?w=10", $"{image.View}?w=10", image.Download, $"{image.Iiif}/full/max/0/default.jpg" })
            Assert.Equal(header, (await host.Stranger().GetAsync(path)).Headers.CacheControl?.ToString());
    }

    [Theory]
    [InlineData("내_사진_여름_휴가.png", "내_사진_여름_휴가.png")]
    [InlineData("first_second_third.png", "first_second_third.png")]
    [InlineData("no extension", "no extension.png")]
    [InlineData("lie.jpg", "lie.png")]
    [InlineData("100%.png", "100%.png")]
    [InlineData("semi;colon, comma.png", "semi;colon, comma.png")]
    public async Task A_download_carries_the_whole_name_and_the_originals_type(string name, string downloaded)
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Png(), name);

        var answer = await host.Stranger().GetAsync(image.Download);

        var disposition = answer.Content.Headers.ContentDisposition!;
        Assert.Equal("attachment", disposition.DispositionType);
        Assert.Equal(downloaded, disposition.FileNameStar ?? disposition.FileName?.Trim('"'));
        Assert.Equal("image/png", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(SourceFormat.Png, (await answer.PictureAsync()).Format);
    }

    [Fact]
    public async Task A_name_with_a_quote_cannot_break_out_of_its_header()
    {
        var shop = await host.ShopAsync();
        var image = await shop.TakenAsync(Pictures.Png());
        await (await shop.PatchAsync($"/api/images/{image.Id}", JsonContentOf("""{"name":"a\"; filename=b.exe\r\nX-Evil: 1.png"}"""))).ShouldBeAsync(HttpStatusCode.OK);

        var answer = await host.Stranger().GetAsync(image.Download);

        Assert.False(answer.Headers.Contains("X-Evil"));
        var raw = answer.Content.Headers.GetValues("Content-Disposition").Single();
        Assert.Matches("""^attachment; filename="[^"\\]*"(; filename\*=UTF-8''[^ ;"]+)?$""", raw);
    }

    [Theory]
    [InlineData("Heic", "image/jpeg", ".jpg")]
    [InlineData("Tiff", "image/png", ".png")]
    [InlineData("Webp", "image/webp", ".webp")]
    [InlineData("Avif", "image/avif", ".avif")]
    [InlineData("Gif", "image/gif", ".gif")]
    public async Task A_download_of_what_few_programs_open_is_what_every_program_opens(string format, string type, string extension)
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Of(Enum.Parse<SourceFormat>(format)), "사진.heic");

        var answer = await host.Stranger().GetAsync(image.Download);

        Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("사진" + extension, answer.Content.Headers.ContentDisposition?.FileNameStar);
    }

    [Fact]
    public async Task Pictures_may_be_used_by_pages_of_any_site_and_are_never_guessed_at()
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg());

        for (var hot = 0; hot < 2; hot++)
        {
            var answer = await host.Stranger().GetAsync($"{image.View}?w=10");
            Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        }
    }

    [Fact]
    public async Task Writing_methods_are_not_for_pictures()
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg());
        await host.Stranger().GetAsync(image.View);

        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete })
            Assert.Equal(HttpStatusCode.MethodNotAllowed, (await host.Stranger().SendWithAsync(image.View, method)).StatusCode);
    }

    private static StringContent JsonContentOf(string json) => new(json, Encoding.UTF8, "application/json");

    /// <summary>A picture that was asked for before, on a node that keeps it in memory, or on one that has it on disk alone.</summary>
    private async Task<(HttpClient Client, string Path)> ServedAsync(bool fromMemory)
    {
        var node = fromMemory ? host.First : await host.NodeAsync([new("Images:HotFileBytes", "0")]);
        var image = await (await host.ShopAsync(node)).TakenAsync(Pictures.Jpeg());
        var path = $"{image.View}?w=300&fm=jpg";
        await node.Stranger().GetAsync(path);
        return (node.Stranger(), path);
    }
}
