using System.Net;
using System.Text;
using Madang.Images;
using Madang.Images.Domain;
using Madang.Images.Imaging;
using Madang.Tests.Host;
using Madang.Tests.Images.Imaging;
using Xunit;

namespace Madang.Tests.Images;

public sealed class ConvertTests(ImagesHost host) : IClassFixture<ImagesHost>
{
    public static TheoryData<int> Orientations => [1, 2, 3, 4, 5, 6, 7, 8];

    [Fact]
    public async Task The_original_stays_byte_for_byte_and_private()
    {
        var shop = await host.ShopAsync();
        var original = Pictures.Oriented(6);
        var image = await shop.ReadyAsync(original, "내_사진.jpg", sizes: "50");

        var answer = await shop.GetAsync($"/api/images/{image.Id}/original");

        Assert.Equal(original, await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal("image/jpeg", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("내_사진.jpg", answer.Content.Headers.ContentDisposition?.FileNameStar);
        Assert.Equal(original.Length, answer.Content.Headers.ContentLength);
        Assert.True(answer.Headers.CacheControl is { NoStore: true, Private: true });
        await (await host.Stranger().GetAsync($"/api/images/{image.Id}/original")).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "auth.required");
        Assert.Equal(HttpStatusCode.NotFound, (await host.Stranger().GetAsync($"/cdn/{image.Id}/original")).StatusCode);
    }

    [Fact]
    public async Task The_original_needs_the_key_that_may_read()
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg());

        await (await (await host.ProgramAsync(ImagesModule.Write)).GetAsync($"/api/images/{image.Id}/original")).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.scope");
        Assert.Equal(HttpStatusCode.OK, (await (await host.ProgramAsync(ImagesModule.Read)).GetAsync($"/api/images/{image.Id}/original")).StatusCode);
    }

    [Fact]
    public async Task A_picture_whose_pixels_are_broken_fails_with_a_reason_and_keeps_its_original()
    {
        var shop = await host.ShopAsync();
        var broken = BrokenPixels();
        var image = await shop.SettledAsync(await shop.TakenAsync(broken));

        Assert.Equal("failed", image.Status);
        Assert.StartsWith("image.", image.FailureCode, StringComparison.Ordinal);
        Assert.Equal(broken, await (await shop.GetAsync($"/api/images/{image.Id}/original")).Content.ReadAsByteArrayAsync());
        await (await host.Stranger().GetAsync(image.View)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, image.FailureCode);
        Assert.Single(host.StoredOf(image.Id));
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from platform.work where kind = 'images.prepare' and key = @key", new { key = $"prepare:{image.Id:N}" }));
    }

    [Theory]
    [InlineData("Jpeg")]
    [InlineData("Png")]
    [InlineData("Webp")]
    [InlineData("Avif")]
    [InlineData("Heic")]
    [InlineData("Tiff")]
    public async Task Nothing_that_is_served_says_where_when_and_by_whom_it_was_taken(string format)
    {
        var shop = await host.ShopAsync();
        var original = Pictures.WithMetadata(Enum.Parse<SourceFormat>(format));
        Assert.True(Holds(original, PictureMetadata.Mark), "the test's own picture has no metadata: it would prove nothing");
        var image = await shop.ReadyAsync(original, sizes: "48");

        foreach (var fm in new[] { "jpg", "png", "webp", "avif", "gif" })
        {
            await CleanAsync($"{image.View}?fm={fm}");
            await CleanAsync($"{image.View}?fm={fm}&w=48");
            await CleanAsync($"{image.View}?fm={fm}&w=40&h=40&fit=crop");
            await CleanAsync($"{image.Iiif}/full/max/0/default.{fm}");
        }
        await CleanAsync(image.Download);
        Assert.All(
            host.StoredOf(image.Id).Where(path => !path.EndsWith("original", StringComparison.Ordinal)),
            path => Assert.False(TellsTales(File.ReadAllBytes(path)), $"{path} is stored with metadata"));
    }

    [Theory]
    [MemberData(nameof(Orientations))]
    public async Task A_picture_is_upright_in_every_orientation_that_a_camera_writes(int orientation)
    {
        var shop = await host.ShopAsync();
        var image = await shop.TakenAsync(Pictures.Oriented(orientation));
        Assert.Equal((96, 64), image.Size);

        var fresh = await shop.PictureAsync($"{image.View}?fm=png");
        await shop.ReadyAsync(image);

        Upright(fresh);
        foreach (var fm in new[] { "jpg", "webp", "avif", "png" })
        {
            Upright(await shop.PictureAsync($"{image.View}?fm={fm}&q=95"));
            Upright(await shop.PictureAsync($"{image.View}?fm={fm}&q=95&w=48"));
        }
        Upright(await shop.PictureAsync(image.Download));
        Upright(await shop.PictureAsync($"{image.Iiif}/full/max/0/default.png"));
        // The left half of the upright picture, whatever was stored.
        var left = await shop.PictureAsync($"{image.Iiif}/0,0,48,64/max/0/default.png");
        Decoded.AssertNear(new(255, 0, 0), left.At(24, 16), 40);
        Decoded.AssertNear(new(0, 0, 255), left.At(24, 48), 40);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("avif")]
    public async Task What_is_transparent_stays_transparent(string fm)
    {
        var shop = await host.ShopAsync();
        var image = await shop.ReadyAsync(Pictures.TransparentPng(), "logo.png", sizes: "150");

        foreach (var path in new[] { $"{image.View}?fm={fm}", $"{image.View}?fm={fm}&w=150&h=150", $"{image.View}?fm={fm}&w=120&h=120&fit=crop", $"{image.Iiif}/full/max/0/default.{fm}" })
        {
            var picture = await shop.PictureAsync(path);
            Assert.InRange(picture.At(picture.Size.Width / 10, picture.Size.Height / 2).A, 0, 10);
            Assert.InRange(picture.At(picture.Size.Width / 2, picture.Size.Height / 2).A, 110, 146);
            Decoded.AssertNear(new(255, 128, 0), picture.At(picture.Size.Width - 5, picture.Size.Height / 2), 25);
        }
    }

    [Fact]
    public async Task What_is_transparent_is_laid_on_white_for_jpeg()
    {
        var shop = await host.ShopAsync();
        var image = await shop.ReadyAsync(Pictures.TransparentPng(), "logo.png");

        foreach (var path in new[] { $"{image.View}?fm=jpg", $"{image.View}?fm=jpg&w=150", $"{image.Iiif}/full/max/0/default.jpg" })
        {
            var answer = await shop.GetAsync(path);
            Assert.Equal("image/jpeg", answer.Content.Headers.ContentType?.MediaType);
            var picture = await answer.PictureAsync();
            Assert.Equal(SourceFormat.Jpeg, picture.Format);
            Decoded.AssertNear(Rgba.White, picture.At(picture.Size.Width / 10, 50));
            Decoded.AssertNear(new(255, 192, 128), picture.At(picture.Size.Width / 2, 50), 20);
        }
    }

    [Fact]
    public async Task A_resized_png_is_a_png_when_it_says_so()
    {
        var shop = await host.ShopAsync();
        var image = await shop.ReadyAsync(Pictures.Png(), "photo.png");

        foreach (var (fm, type, format) in new[]
        {
            ("png", "image/png", SourceFormat.Png), ("jpg", "image/jpeg", SourceFormat.Jpeg), ("webp", "image/webp", SourceFormat.Webp),
            ("avif", "image/avif", SourceFormat.Avif), ("gif", "image/gif", SourceFormat.Gif),
        })
        {
            var answer = await shop.GetAsync($"{image.View}?w=100&fm={fm}");
            Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
            Assert.Equal(format, (await answer.PictureAsync()).Format);
        }
    }

    [Fact]
    public async Task An_animation_moves_on_as_webp_with_its_frames_and_times()
    {
        var shop = await host.ShopAsync();
        var image = await shop.ReadyAsync(Pictures.AnimatedGif(), "고양이.gif", sizes: "60");
        Assert.Equal(4, image.Json.GetProperty("frames").GetInt32());

        foreach (var path in new[] { image.View, $"{image.View}?w=60&h=60", $"{image.View}?w=50" })
        {
            var answer = await shop.GetAsync(path, "image/avif,image/webp,*/*");
            Assert.Equal("image/webp", answer.Content.Headers.ContentType?.MediaType);
            var moving = await answer.PictureAsync();
            Assert.Equal(4, moving.Frames);
            Assert.Equal([40, 50, 60, 70], moving.Delays);
            Assert.Equal(0, moving.Loop);
            for (var frame = 0; frame < 4; frame++)
                Decoded.AssertNear(Pictures.FrameColor(frame), moving.At(5, 5, frame), 20);
        }
        Assert.Equal(4, (await (await shop.GetAsync(image.Download)).PictureAsync()).Frames);
        Assert.Equal(SourceFormat.Gif, (await (await shop.GetAsync(image.View, "image/gif")).PictureAsync()).Format);
    }

    [Fact]
    public async Task The_job_makes_a_placeholder_and_the_dominant_colour()
    {
        var shop = await host.ShopAsync();
        var image = await shop.ReadyAsync(Pictures.Gif());

        var hash = Convert.FromBase64String(image.Json.GetProperty("thumbHash").GetString()!);
        Assert.InRange(hash.Length, 5, 30);
        var colour = Convert.FromHexString(image.Json.GetProperty("dominantColor").GetString()![1..]);
        Decoded.AssertNear(Pictures.FrameColor(0), new(colour[0], colour[1], colour[2]), 24);
    }

    [Fact]
    public async Task Asked_sizes_are_there_before_anybody_asks_for_them()
    {
        var shop = await host.ShopAsync();
        var image = await shop.ReadyAsync(Pictures.Jpeg(), sizes: "320,160");
        using var renderings = Counted.Renderings(host.First);

        foreach (var size in image.Json.GetProperty("urls").GetProperty("sizes").EnumerateObject())
            foreach (var accept in new[] { "image/webp", "image/avif" })
            {
                var answer = await shop.GetAsync(new Uri(size.Value.GetString()!).PathAndQuery, accept);
                Assert.Equal(accept, answer.Content.Headers.ContentType?.MediaType);
                Assert.Equal(int.Parse(size.Name), (await answer.PictureAsync()).Size.Width);
            }
        Assert.Equal(0, renderings.Count);

        await shop.PictureAsync($"{image.View}?w=321&fm=webp");
        Assert.Equal(1, renderings.Count);
    }

    [Fact]
    public async Task Who_watches_an_image_sees_it_become_ready()
    {
        var shop = await host.ShopAsync();
        var image = await shop.TakenAsync(Pictures.Phone12Mp(), sizes: "1200");

        using var watching = await shop.SendAsync(new(HttpMethod.Get, $"/api/images/{image.Id}/events"), HttpCompletionOption.ResponseHeadersRead);

        await foreach (var (kind, data) in watching.EventsAsync())
            if (kind == "message" && data.GetProperty("status").GetString() == "ready")
            {
                Assert.NotEmpty(data.GetProperty("thumbHash").GetString()!);
                return;
            }
        Assert.Fail("the stream ended without the news");
    }

    [Fact]
    public async Task Who_comes_late_sees_how_it_ended()
    {
        var shop = await host.ShopAsync();
        var image = await shop.SettledAsync(await shop.TakenAsync(BrokenPixels()));

        using var watching = await shop.SendAsync(new(HttpMethod.Get, $"/api/images/{image.Id}/events"), HttpCompletionOption.ResponseHeadersRead);

        await foreach (var (kind, data) in watching.EventsAsync())
            if (kind == "message")
            {
                Assert.Equal("failed", data.GetProperty("status").GetString());
                Assert.Equal(image.FailureCode, data.GetProperty("failureCode").GetString());
                return;
            }
        Assert.Fail("the stream ended without the news");
    }

    [Fact]
    public async Task Watching_needs_a_key_and_an_image()
    {
        await (await host.Stranger().GetAsync($"/api/images/{Guid.CreateVersion7()}/events")).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "auth.required");
        await (await (await host.ShopAsync()).GetAsync($"/api/images/{Guid.CreateVersion7()}/events")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "image.unknown");
    }

    /// <summary>A whole PNG by its structure, whose pixels cannot be unpacked.</summary>
    internal static byte[] BrokenPixels() => PngChunks.WithRuinedPixels(Pictures.Png());

    private static void Upright(Decoded picture)
    {
        var (width, height) = (picture.Size.Width, picture.Size.Height);
        Assert.Equal(1.5, (double)width / height, 1);
        Decoded.AssertNear(new(255, 0, 0), picture.At(width / 4, height / 4), 40);
        Decoded.AssertNear(new(0, 255, 0), picture.At(width * 3 / 4, height / 4), 40);
        Decoded.AssertNear(new(0, 0, 255), picture.At(width / 4, height * 3 / 4), 40);
        Decoded.AssertNear(new(255, 255, 255), picture.At(width * 3 / 4, height * 3 / 4), 40);
    }

    private async Task CleanAsync(string path)
    {
        var answer = await host.Stranger().GetAsync(path);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {Encoding.UTF8.GetString(bytes)}");
        Assert.False(TellsTales(bytes), $"{path} has metadata");
    }

    private static bool TellsTales(byte[] bytes) =>
        Holds(bytes, PictureMetadata.Mark) || Holds(bytes, "Exif\0\0") || Holds(bytes, "EXIF") || Holds(bytes, "eXIf") || Holds(bytes, "xmpmeta") || Holds(bytes, "XMP ");

    private static bool Holds(byte[] bytes, string text) => bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) >= 0;
}
