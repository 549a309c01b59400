using System.Net;
using System.Security.Cryptography;
using System.Text;
using Madang.Images;
using Madang.Images.Imaging;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Images;

public sealed class UploadTests(ImagesHost host) : IClassFixture<ImagesHost>
{
    [Fact]
    public async Task The_answer_tells_all_that_there_is_to_know()
    {
        var shop = await host.ShopAsync();
        var picture = Pictures.Jpeg();

        var answer = await shop.UploadAsync(picture, "바다_여행.jpg", sizes: "640,320", cacheSeconds: "3600");

        var image = new Image(await answer.ShouldBeAsync(HttpStatusCode.Created));
        Assert.Equal($"/api/images/{image.Id}", answer.Headers.Location?.ToString());
        Assert.Equal("바다_여행.jpg", image.Name);
        Assert.Equal("image/jpeg", image.Type);
        Assert.Equal((640, 480), image.Size);
        Assert.Equal(picture.Length, image.Json.GetProperty("bytes").GetInt64());
        Assert.Equal($"sha256:{Convert.ToHexStringLower(SHA256.HashData(picture))}", image.Json.GetProperty("digest").GetString());
        Assert.Contains(image.Status, new[] { "processing", "ready" });
        Assert.Equal(3600, image.CacheSeconds);
        Assert.Equal([320, 640], image.Sizes);
        Assert.Equal(1, image.Json.GetProperty("frames").GetInt32());
    }

    [Fact]
    public async Task Every_address_in_the_answer_works_at_once_and_without_a_key()
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg(), sizes: "100,200");
        var stranger = host.Stranger();
        var urls = image.Json.GetProperty("urls");

        Assert.Equal(640, (await stranger.PictureAsync(image.Url("view"))).Size.Width);
        Assert.Equal(640, (await stranger.PictureAsync(image.Url("download"))).Size.Width);
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync(image.Url("iiif") + "/info.json")).StatusCode);
        foreach (var size in urls.GetProperty("sizes").EnumerateObject())
            Assert.Equal(int.Parse(size.Name), (await stranger.PictureAsync(new Uri(size.Value.GetString()!).PathAndQuery)).Size.Width);
        foreach (var candidate in urls.GetProperty("srcset").GetString()!.Split(", "))
        {
            var (url, width) = (candidate.Split(' ')[0], candidate.Split(' ')[1]);
            Assert.Equal(width, $"{(await stranger.PictureAsync(new Uri(url).PathAndQuery)).Size.Width}w");
        }
    }

    [Theory]
    [InlineData("Jpeg", "image/jpeg")]
    [InlineData("Png", "image/png")]
    [InlineData("Webp", "image/webp")]
    [InlineData("Avif", "image/avif")]
    [InlineData("Heic", "image/heic")]
    [InlineData("Gif", "image/gif")]
    [InlineData("Tiff", "image/tiff")]
    public async Task Each_type_is_told_by_its_content_whatever_name_and_header_say(string format, string type)
    {
        var picture = Pictures.Of(Enum.Parse<SourceFormat>(format));
        var shop = await host.ShopAsync();

        var image = new Image(await (await shop.UploadAsync(picture, "lie.bmp", type: "application/pdf")).ShouldBeAsync(HttpStatusCode.Created));

        Assert.Equal(type, image.Type);
        Assert.Equal("ready", (await shop.SettledAsync(image)).Status);
    }

    [Theory]
    [InlineData("photo.Jpg")]
    [InlineData("photo.PNG")]
    [InlineData("photo.JPEG")]
    [InlineData("photo")]
    [InlineData("photo.jpg.exe")]
    public async Task An_extension_decides_nothing(string name)
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Png(), name);

        Assert.Equal("image/png", image.Type);
        Assert.Equal(name, image.Name);
    }

    [Fact]
    public async Task A_name_of_300_Korean_letters_is_cut_between_letters_and_keeps_its_extension()
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg(), new string('한', 300) + ".jpg");

        Assert.InRange(Encoding.UTF8.GetByteCount(image.Name), 200, 255);
        Assert.Equal(".jpg", Path.GetExtension(image.Name));
        Assert.All(Path.GetFileNameWithoutExtension(image.Name), letter => Assert.Equal('한', letter));
    }

    [Theory]
    [InlineData("../../../etc/passwd.png", "passwd.png")]
    [InlineData("..\\..\\windows\\system.png", "system.png")]
    [InlineData("/etc/cron.d/job.png", "job.png")]
    [InlineData("C:\\photos\\me.png", "me.png")]
    [InlineData("..", "image")]
    [InlineData(".", "image")]
    [InlineData("a/..", "image")]
    [InlineData("...png", "png")]
    [InlineData("pho\u0001to\u202Egnp.png", "photognp.png")]
    [InlineData("%2e%2e%2fx.png", "%2e%2e%2fx.png")]
    public async Task A_name_never_becomes_a_path(string name, string kept)
    {
        var shop = await host.ShopAsync();
        var before = Directory.GetParent(host.Blobs)!.GetFileSystemInfos("*.png").Length;

        var image = await shop.TakenAsync(Pictures.Png(), name);

        Assert.Equal(kept, image.Name);
        Assert.All(host.StoredOf(image.Id), path => Assert.StartsWith(host.Blobs, Path.GetFullPath(path), StringComparison.Ordinal));
        Assert.NotEmpty(host.StoredOf(image.Id));
        Assert.DoesNotContain(ImagesHost.FilesIn(host.Blobs), path => Path.GetFileName(path).Contains("png", StringComparison.Ordinal) && path.Contains(kept, StringComparison.Ordinal));
        Assert.Equal(before, Directory.GetParent(host.Blobs)!.GetFileSystemInfos("*.png").Length);
    }

    [Fact]
    public async Task A_name_may_come_encoded_as_programs_send_it()
    {
        var answer = await (await host.ShopAsync()).UploadAsync(new Form().FileStar(Pictures.Jpeg(), Uri.EscapeDataString("여름_휴가.jpg")).Content());

        Assert.Equal("여름_휴가.jpg", new Image(await answer.ShouldBeAsync(HttpStatusCode.Created)).Name);
    }

    [Fact]
    public async Task Fields_may_stand_before_or_behind_the_file()
    {
        var shop = await host.ShopAsync();
        var before = await shop.UploadAsync(new Form().Field("name", "a.jpg").Field("sizes", "50").Field("cacheSeconds", "7").File(Pictures.Jpeg()).Content());
        var behind = await shop.UploadAsync(new Form().File(Pictures.Jpeg()).Field("name", "a.jpg").Field("sizes", "50").Field("cacheSeconds", "7").Content());

        foreach (var answer in new[] { before, behind })
        {
            var image = new Image(await answer.ShouldBeAsync(HttpStatusCode.Created));
            Assert.Equal(("a.jpg", 7), (image.Name, image.CacheSeconds));
            Assert.Equal([50], image.Sizes);
        }
    }

    [Fact]
    public async Task Sizes_that_are_asked_twice_are_prepared_once()
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.Jpeg(), sizes: " 200, 100,200,100 ");

        Assert.Equal([100, 200], image.Sizes);
    }

    [Fact]
    public async Task Repeated_under_one_key_an_upload_is_one_image()
    {
        var shop = await host.ShopAsync();
        var key = Guid.CreateVersion7().ToString();

        var uploads = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => shop.UploadAsync(Pictures.Jpeg(), key: key)));
        var again = await shop.UploadAsync(Pictures.Jpeg(), key: key);

        var ids = new HashSet<Guid>();
        foreach (var answer in uploads.Append(again))
            ids.Add(new Image(await answer.ShouldBeAsync(HttpStatusCode.Created)).Id);
        var id = Assert.Single(ids);
        Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from images.image where idempotency_key = @key", new { key }));
        Assert.Equal("ready", (await shop.SettledAsync(await shop.ShowAsync(id))).Status);
    }

    [Fact]
    public async Task A_key_is_good_for_one_file_and_one_caller()
    {
        var shop = await host.ShopAsync();
        var image = await shop.TakenAsync(Pictures.Jpeg(), key: "order-1");

        await (await shop.UploadAsync(Pictures.Png(), key: "order-1")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "upload.key_reused");
        var other = await (await host.ShopAsync()).TakenAsync(Pictures.Png(), key: "order-1");

        Assert.NotEqual(image.Id, other.Id);
    }

    [Fact]
    public async Task Without_a_key_the_same_file_is_two_images()
    {
        var shop = await host.ShopAsync();

        Assert.NotEqual((await shop.TakenAsync(Pictures.Jpeg())).Id, (await shop.TakenAsync(Pictures.Jpeg())).Id);
    }

    [Fact]
    public async Task The_operator_uploads_from_the_browser_with_the_pages_token()
    {
        using var browser = await host.OperatorAsync();
        Task<HttpResponseMessage> Send() => browser.SendAsync(new(HttpMethod.Post, "/api/images") { Content = new Form().File(Pictures.Jpeg()).Content() });

        await (await Send()).ShouldBeAsync(HttpStatusCode.Created);
        browser.SendsToken = false;
        await (await Send()).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "auth.csrf");
    }

    [Fact]
    public async Task A_key_that_may_only_read_may_not_upload() =>
        await (await (await host.ProgramAsync(ImagesModule.Read)).UploadAsync(Pictures.Jpeg())).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.scope");
}
