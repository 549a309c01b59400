using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Madang.Tests.Host;
using Madang.Tests.Images.Imaging;
using Xunit;

namespace Madang.Tests.Images;

/// <summary>What a shop does with its pictures.</summary>
internal static class Shop
{
    public static Task<HttpResponseMessage> UploadAsync(
        this HttpClient client, byte[] picture, string name = "photo.jpg", string? sizes = null, string? cacheSeconds = null, string? key = null, string type = "image/jpeg")
    {
        var form = new Form();
        if (sizes is not null)
            form.Field("sizes", sizes);
        if (cacheSeconds is not null)
            form.Field("cacheSeconds", cacheSeconds);
        return client.UploadAsync(form.File(picture, name, type).Content(), key);
    }

    public static Task<HttpResponseMessage> UploadAsync(this HttpClient client, HttpContent form, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/images") { Content = form };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return client.SendAsync(request);
    }

    /// <summary>Uploads a picture that is taken.</summary>
    public static async Task<Image> TakenAsync(
        this HttpClient client, byte[] picture, string name = "photo.jpg", string? sizes = null, string? cacheSeconds = null, string? key = null) =>
        new(await (await client.UploadAsync(picture, name, sizes, cacheSeconds, key)).ShouldBeAsync(HttpStatusCode.Created));

    /// <summary>Uploads a picture and waits until it is prepared.</summary>
    public static async Task<Image> ReadyAsync(this HttpClient client, byte[] picture, string name = "photo.jpg", string? sizes = null, string? cacheSeconds = null) =>
        await client.ReadyAsync(await client.TakenAsync(picture, name, sizes, cacheSeconds));

    public static async Task<Image> ReadyAsync(this HttpClient client, Image image)
    {
        var done = await client.SettledAsync(image);
        Assert.Equal("ready", done.Status);
        return done;
    }

    /// <summary>Waits until the image's job has ended, well or not.</summary>
    public static async Task<Image> SettledAsync(this HttpClient client, Image image) =>
        await Answers.EventuallyAsync(() => client.ShowAsync(image.Id), seen => seen.Status != "processing", seconds: 60);

    public static async Task<Image> ShowAsync(this HttpClient client, Guid id) =>
        new(await (await client.GetAsync($"/api/images/{id}")).ShouldBeAsync(HttpStatusCode.OK));

    /// <summary>Asks for a picture with an Accept header.</summary>
    public static Task<HttpResponseMessage> GetAsync(this HttpClient client, string path, string accept, HttpMethod? method = null) =>
        client.SendWithAsync(path, method, ("Accept", accept));

    public static Task<HttpResponseMessage> SendWithAsync(this HttpClient client, string path, HttpMethod? method, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return client.SendAsync(request);
    }

    /// <summary>The picture of an answer that has one.</summary>
    public static async Task<Decoded> PictureAsync(this HttpResponseMessage answer)
    {
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {System.Text.Encoding.UTF8.GetString(bytes)}");
        return Decode(bytes);
    }

    public static async Task<Decoded> PictureAsync(this HttpClient client, string path) => await (await client.GetAsync(path)).PictureAsync();

    public static Decoded Decode(byte[] bytes)
    {
        using var folder = new TestFolder();
        return Decoded.Of(folder.With(bytes));
    }

    /// <summary>The events of a stream, until it ends or the reader stops.</summary>
    public static async IAsyncEnumerable<(string Kind, JsonElement Data)> EventsAsync(this HttpResponseMessage answer)
    {
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        await using var stream = await answer.Content.ReadAsStreamAsync();
        await foreach (var item in SseParser.Create(stream).EnumerateAsync())
            yield return (item.EventType, JsonDocument.Parse(item.Data).RootElement);
    }
}

/// <summary>An image as the API shows it, read as a stranger to our code would.</summary>
internal sealed record Image(JsonElement Json)
{
    public Guid Id => Json.GetProperty("id").GetGuid();

    public string Status => Json.GetProperty("status").GetString()!;

    public string Name => Json.GetProperty("name").GetString()!;

    public string Type => Json.GetProperty("type").GetString()!;

    public (int Width, int Height) Size => (Json.GetProperty("width").GetInt32(), Json.GetProperty("height").GetInt32());

    public int CacheSeconds => Json.GetProperty("cacheSeconds").GetInt32();

    public int[] Sizes => [.. Json.GetProperty("sizes").EnumerateArray().Select(size => size.GetInt32())];

    public string FailureCode => Json.GetProperty("failure").GetProperty("code").GetString()!;

    public string View => $"/cdn/{Id}";

    public string Download => $"/cdn/{Id}/download";

    public string Iiif => $"/iiif/3/{Id}";

    /// <summary>An address that the answer names, without scheme and host.</summary>
    public string Url(string which) => new Uri(Json.GetProperty("urls").GetProperty(which).GetString()!).PathAndQuery;

    public override string ToString() => Json.GetRawText();
}
