using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Madang.Tests.Host;
using Madang.Tests.Images.Imaging;
using Xunit;

namespace Madang.Tests.Images;

/// <summary>Signed addresses, signed here by the documented rule and not by the product's own code.</summary>
public sealed class SignatureTests(SignatureTests.Signed host) : IClassFixture<SignatureTests.Signed>
{
    private const string Secret = "a secret of the shop 비밀";
    private const string OldSecret = "the secret before that one";

    /// <summary>A host that answers to signed addresses alone.</summary>
    public sealed class Signed(TestDatabase database) : ImagesHost(database)
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [
            .. base.Settings, new("Images:RequireSignature", "true"), new("Images:SigningKeys:0", Secret), new("Images:SigningKeys:1", OldSecret),
            new("Images:Presets:thumb", "w=40&h=40&fit=crop"),
        ];
    }

    [Fact]
    public async Task An_unsigned_address_is_refused_wherever_pictures_are()
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg());

        foreach (var path in new[] { image.View, $"{image.View}?w=100", image.Download, $"{image.Iiif}/info.json", $"{image.Iiif}/full/max/0/default.jpg", $"{image.View}?preset=thumb" })
            await (await host.Stranger().GetAsync(path)).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "signature.required");
    }

    [Fact]
    public async Task Who_may_upload_gets_addresses_that_are_signed()
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg(), sizes: "64");

        Assert.Equal(640, (await host.Stranger().PictureAsync(image.Url("view"))).Size.Width);
        Assert.Equal(640, (await host.Stranger().PictureAsync(image.Url("download"))).Size.Width);
        var sized = image.Json.GetProperty("urls").GetProperty("sizes").GetProperty("64").GetString()!;
        Assert.Equal(64, (await host.Stranger().PictureAsync(new Uri(sized).PathAndQuery)).Size.Width);
    }

    [Fact]
    public async Task Anybody_who_has_a_secret_can_sign_offline_in_any_order_of_the_query()
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg());

        foreach (var secret in new[] { Secret, OldSecret })
        {
            var signature = SignatureOf(secret, image.View, "w=100&fm=jpg");
            Assert.Equal(100, (await host.Stranger().PictureAsync($"{image.View}?w=100&fm=jpg&s={signature}")).Size.Width);
            Assert.Equal(100, (await host.Stranger().PictureAsync($"{image.View}?s={signature}&fm=jpg&w=100")).Size.Width);
        }
        foreach (var path in new[] { image.Download, $"{image.Iiif}/info.json", $"{image.Iiif}/full/50,/0/default.jpg" })
            Assert.Equal(HttpStatusCode.OK, (await host.Stranger().GetAsync(SignedBy(Secret, path, ""))).StatusCode);
    }

    [Fact]
    public async Task Nothing_of_a_signed_address_may_be_changed()
    {
        var shop = await host.ShopAsync();
        var image = await shop.TakenAsync(Pictures.Jpeg());
        var other = await shop.TakenAsync(Pictures.Jpeg());
        var signature = SignatureOf(Secret, image.View, "w=100");
        await host.Stranger().GetAsync($"{image.View}?w=100&s={signature}"); // also not when the picture is hot

        foreach (var path in new[]
        {
            $"{image.View}?w=101&s={signature}", $"{image.View}?w=100&h=5&s={signature}", $"{image.View}?s={signature}", $"{other.View}?w=100&s={signature}",
            $"{image.Download}?w=100&s={signature}", $"{image.View}?w=100&s={signature[..^1]}", $"{image.View}?w=100&s={signature}A", $"{image.View}?w=100&s=",
            $"{image.View}?w=100&s={signature}&s={signature}", $"{image.View}?w=100&exp=99999999999&s={signature}",
            SignedBy("not the secret of the shop", image.View, "w=100"),
        })
            await (await host.Stranger().GetAsync(path)).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "signature.invalid");
        await (await host.Stranger().GetAsync($"{image.View}?w=100")).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "signature.required");
    }

    [Fact]
    public async Task A_signature_ends_when_it_says_and_no_cache_keeps_the_picture_longer()
    {
        await using var node = await host.NodeAsync();
        var image = await (await host.ShopAsync(node)).TakenAsync(Pictures.Jpeg());
        var ends = node.Clock.GetUtcNow().AddSeconds(100).ToUnixTimeSeconds();
        var address = SignedBy(Secret, image.View, $"w=100&exp={ends.ToString(CultureInfo.InvariantCulture)}");

        for (var hot = 0; hot < 2; hot++)
        {
            var answer = await node.Stranger().GetAsync(address);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.InRange(answer.Headers.CacheControl!.MaxAge!.Value, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(100));
        }

        node.Clock.Advance(TimeSpan.FromSeconds(101));
        await (await node.Stranger().GetAsync(address)).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "signature.expired");
    }

    [Fact]
    public async Task Signatures_are_for_pictures_and_open_nothing_else()
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg());

        foreach (var path in new[] { $"/api/images/{image.Id}", $"/api/images/{image.Id}/original" })
            await (await host.Stranger().GetAsync(SignedBy(Secret, path, ""))).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "auth.required");
    }

    [Fact]
    public async Task Unsigned_requests_may_be_held_to_presets()
    {
        var node = await host.NodeAsync([new("Images:RequireSignature", "false"), new("Images:UnsignedPresetsOnly", "true")]);
        var image = await (await host.ShopAsync(node)).TakenAsync(Pictures.Jpeg());
        var stranger = node.Stranger();

        Assert.Equal((40, 40), ((await stranger.PictureAsync($"{image.View}?preset=thumb")).Size.Width, 40));
        Assert.Equal(80, (await stranger.PictureAsync($"{image.View}?preset=thumb&dpr=2&fm=webp")).Size.Width);
        foreach (var query in new[] { "", "?w=100", "?fm=webp" })
            await (await stranger.GetAsync(image.View + query)).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "signature.required");
        foreach (var query in new[] { "?preset=thumb&w=100", "?preset=thumb&q=3", "?preset=thumb&dpr=1.37", "?preset=unknown" })
            Assert.Equal(HttpStatusCode.BadRequest, (await stranger.GetAsync(image.View + query)).StatusCode);
        // Other ways to a picture of any size are shut as well, also with a preset's name on them.
        foreach (var path in new[] { $"{image.Iiif}/full/77,/0/default.jpg", $"{image.Iiif}/full/77,/0/default.jpg?preset=thumb", $"{image.Download}?preset=thumb" })
            await (await stranger.GetAsync(path)).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "signature.required");
        Assert.Equal(100, (await stranger.PictureAsync(SignedBy(Secret, image.View, "w=100"))).Size.Width);
    }

    [Fact]
    public async Task A_server_that_needs_signatures_and_has_no_secret_does_not_start()
    {
        using var folder = new TestFolder();
        await using var server = Madang.Server.Build(
            [$"--ConnectionStrings:Madang={host.Database}", $"--Data:Folder={folder.NewPath()}", "--urls=http://127.0.0.1:0", "--Images:RequireSignature=true"]);

        var error = await Assert.ThrowsAnyAsync<Exception>(() => server.StartAsync());

        Assert.Contains("secret", error.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    private static string SignedBy(string secret, string path, string query) =>
        $"{path}?{(query.Length == 0 ? "" : query + "&")}s={SignatureOf(secret, path, query)}";

    /// <summary>The rule of the documentation: HMAC-SHA256 over the path, a question mark and the sorted pieces of the query.</summary>
    private static string SignatureOf(string secret, string path, string query)
    {
        var pieces = query.Split('&');
        Array.Sort(pieces, StringComparer.Ordinal);
        return Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{path}?{string.Join('&', pieces)}")));
    }
}
