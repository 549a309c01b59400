using System.Net;
using Madang.Client;
using Madang.Images.Domain;
using Madang.Tests.Images;

namespace Madang.Tests.Client;

public class UrlTests(ClientHost host) : IClassFixture<ClientHost>
{
    private static readonly Guid Id = Guid.Parse("0198c0de-0000-7000-8000-000000000001");
    private static readonly DateTimeOffset Ends = DateTimeOffset.FromUnixTimeSeconds(1_800_000_100);

    private static readonly ImagesClient Images = new MadangClient(new HttpClient(), new()
    {
        Address = new("http://127.0.0.1:5080/"),
        PublicAddress = new("https://img.example.com"),
        SigningKey = ClientHost.SigningKey,
    }).Images;

    public static TheoryData<string, string> Written => new()
    {
        { Images.Url(Id), "" },
        { Images.Url(Id).LongEdge(640), "?h=640&w=640" },
        { Images.Url(Id).Width(400).Height(300).Crop(ImageGravity.TopLeft), "?crop=top,left&fit=crop&h=300&w=400" },
        { Images.Url(Id).Width(400).Height(300).Fit(ImageFit.Fill).Background("#FFF").Enlarge(), "?bg=FFF&enlarge=1&fit=fill&h=300&w=400" },
        { Images.Url(Id).Format(ImageFormat.Jpeg).Quality(70).Width(1).Width(2).Dpr(1.5), "?dpr=1.5&fm=jpg&q=70&w=2" },
        { Images.Url(Id).Preset("thumb").Format(ImageFormat.Auto).Dpr(2), "?dpr=2&fm=auto&preset=thumb" },
        { Images.Url(Id).Version("a b"), "?v=a%20b" },
        { Images.DownloadUrl(Id), "/download" },
    };

    [Theory]
    [MemberData(nameof(Written))]
    public void Addresses_are_written_in_one_order(string url, string rest) => Assert.Equal($"https://img.example.com/cdn/{Id}{rest}", url);

    [Fact]
    public void Iiif_addresses()
    {
        var iiif = $"https://img.example.com/iiif/3/{Id}/";
        Assert.Equal(iiif + "full/max/0/default.jpg", Images.Iiif(Id));
        Assert.Equal(iiif + "info.json", Images.Iiif(Id).Info());
        Assert.Equal(
            iiif + "1,2,30,40/%5E60,/!90/gray.png",
            Images.Iiif(Id).Region(1, 2, 30, 40).Width(60).Upscaled().Rotated(90, mirrored: true).Quality(IiifQuality.Gray).Format(ImageFormat.Png));
        Assert.Equal(iiif + "square/!50,60/0/default.jpg", Images.Iiif(Id).Square().Within(50, 60));
    }

    [Fact]
    public void A_srcset_names_each_width_and_keeps_the_box_in_proportion()
    {
        var url = $"https://img.example.com/cdn/{Id}";
        Assert.Equal($"{url}?w=320 320w, {url}?w=640 640w", Images.Url(Id).Dpr(2).Srcset(320, 640));
        Assert.Equal($"{url}?fit=crop&h=300&w=400 400w, {url}?fit=crop&h=600&w=800 800w", Images.Url(Id).Width(40).Height(30).Fit(ImageFit.Crop).Srcset(400, 800));
        Assert.Equal($"{url}?dpr=1&preset=thumb 1x, {url}?dpr=1.5&preset=thumb 1.5x", Images.Url(Id).Preset("thumb").SrcsetByDpr(1, 1.5));
        Assert.Equal([$"{url}?w=5", $"{url}?w=5"], Images.Urls([Id, Id], one => one.Width(5)).Select(one => one.ToString()));
    }

    [Fact]
    public void What_the_server_would_refuse_is_refused_here()
    {
        var url = Images.Url(Id);
        Assert.Throws<ArgumentOutOfRangeException>(() => url.Width(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => url.Quality(101));
        Assert.Throws<ArgumentOutOfRangeException>(() => url.Dpr(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => url.Dpr(5.1));
        Assert.Throws<ArgumentException>(() => url.Background("red"));
        Assert.Throws<InvalidOperationException>(() => url.Preset("thumb").Width(5));
        Assert.Throws<InvalidOperationException>(() => url.Preset("thumb").Srcset(5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Images.Iiif(Id).Rotated(45));
        Assert.Throws<ArgumentOutOfRangeException>(() => Images.Iiif(Id).Format(ImageFormat.Auto));
        Assert.Throws<InvalidOperationException>(() => new MadangClient(new HttpClient(), new() { Address = new("http://127.0.0.1") }).Images.Url(Id).Signed());
    }

    /// <summary>The value that <c>UrlSignerTests</c> has from Python's hmac.</summary>
    [Fact]
    public void The_known_signature() =>
        Assert.EndsWith("&s=fXMPry1-PIe4SK1Src1fmpCg6RJGu-VLFj2CkgaGS1E", Images.Url(Id).Width(800).Format(ImageFormat.Auto).Signed(Ends).ToString());

    [Fact]
    public void The_servers_signer_accepts_every_signed_address()
    {
        var signer = new UrlSigner([ClientHost.SigningKey]);
        DeliveryUrl[] urls =
        [
            Images.Url(Id).Signed(),
            Images.Url(Id).Signed(Ends),
            Images.Url(Id).Signed(Ends).Width(40).Height(30).Crop(ImageGravity.TopRight).Version("ㄱ&=+"),
            Images.DownloadUrl(Id).Signed(Ends),
            Images.Iiif(Id).Width(9).Upscaled().Rotated(90, mirrored: true).Signed(Ends),
            Images.Iiif(Id).Info().Signed(),
        ];
        foreach (var uri in urls.Select(url => url.ToUri()))
            Assert.Equal(SignatureState.Valid, signer.Check(Uri.UnescapeDataString(uri.AbsolutePath), uri.Query, Ends.AddSeconds(-1)));
    }

    [Fact]
    public async Task A_server_that_needs_signatures_serves_what_is_signed_here()
    {
        var strict = await host.NodeAsync([new("Images:RequireSignature", "true"), new("Blobs:Folder", Path.Combine(host.First.Folder, "blobs"))], port: 0);
        var images = await host.ImagesAsync(node: strict);
        var id = (await images.UploadAsync(ImageUpload.FromBytes(Pictures.Png(), "a.png"))).Id;
        var ends = strict.Clock.GetUtcNow().AddMinutes(1);
        using var browser = strict.Stranger();

        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(images.Url(id).Width(50))).StatusCode);
        DeliveryUrl[] signed =
        [
            images.Url(id).Width(50).Signed(ends),
            images.Url(id).Preset("thumb").Signed(),
            images.DownloadUrl(id).Signed(ends),
            images.Iiif(id).Region(0, 0, 10, 10).Width(20).Upscaled().Rotated(90, mirrored: true).Signed(ends),
            images.Iiif(id).Info().Signed(ends),
        ];
        foreach (var url in signed)
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(url)).StatusCode);

        // This client signs for itself.
        using var fetched = await images.FetchAsync(images.Url(id).Width(50).Format(ImageFormat.Webp));
        Assert.Equal("image/webp", fetched.Type);

        strict.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(signed[0])).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(signed[1])).StatusCode);
    }
}
