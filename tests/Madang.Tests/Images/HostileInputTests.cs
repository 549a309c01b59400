using System.Net;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Images;

/// <summary>Requests that nobody well-meaning sends: each is refused, and none harms those who come after.</summary>
public sealed class HostileInputTests(ImagesHost host) : IClassFixture<ImagesHost>
{
    [Theory]
    [InlineData("If-Match", "\"other\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("Range", "bytes=99999999-", HttpStatusCode.RequestedRangeNotSatisfiable)]
    public async Task What_a_strangers_header_has_refused_is_kept_by_no_cache(string header, string value, HttpStatusCode status)
    {
        var image = await UploadedAsync();
        var path = $"{image.View}?w=40&fm=webp";
        var client = host.Stranger();
        foreach (var way in (string[])["made", "hot"])
        {
            var refused = await client.SendWithAsync(path, null, (header, value));
            Assert.True(refused.StatusCode == status, way);
            Assert.Equal("no-store", refused.Headers.CacheControl?.ToString());
            Assert.Equal("public, max-age=2592000", (await client.GetAsync(path)).Headers.CacheControl?.ToString());
        }
    }

    [Fact]
    public async Task A_question_mark_in_the_path_is_no_query_even_when_the_picture_is_hot()
    {
        var image = await UploadedAsync();
        var client = host.Stranger();
        for (var times = 0; times < 2; times++)
        {
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"{image.View}?w=41&fm=webp")).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"{image.View}%3Fw=41&fm=webp")).StatusCode);
        }
    }

    [Theory]
    [InlineData("full/max/0")]
    [InlineData("/max/0/default.jpg")]
    [InlineData("full%2Fmax/0/default.jpg")]
    [InlineData("full/max/0/default.jpg/more")]
    [InlineData("info.jsonx")]
    public async Task What_is_no_iiif_request_is_400_and_open_to_viewers(string request)
    {
        var image = await UploadedAsync();
        var answer = await host.Stranger().GetAsync($"{image.Iiif}/{request}");
        await answer.ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "iiif.invalid_request");
        Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        await (await host.Stranger().GetAsync($"/iiif/3/{Guid.CreateVersion7()}/{request}")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "image.unknown");
    }

    private async Task<Image> UploadedAsync() => await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg());
}
