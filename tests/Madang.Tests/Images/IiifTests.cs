using System.Globalization;
using System.Net;
using System.Text.Json;
using Madang.Images.Domain;
using Madang.Images.Imaging;
using Madang.Tests.Host;
using Madang.Tests.Images.Imaging;
using Xunit;

namespace Madang.Tests.Images;

/// <summary>
/// The checks of the official validator of the IIIF Image API 3.0 (https://iiif.io/api/image/validator/), level 2, by table: each answer's size, and which
/// square of the validator's picture is seen where.
/// </summary>
public sealed class IiifTests(IiifTests.WithSquares host) : IClassFixture<IiifTests.WithSquares>
{
    /// <summary>A host with the validator's picture.</summary>
    public sealed class WithSquares(TestDatabase database) : ImagesHost(database)
    {
        public string Base { get; private set; } = "";

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            var shop = await ShopAsync();
            Base = (await shop.ReadyAsync(Squares.Png, "squares.png")).Iiif;
        }
    }

    // In "x,y=column,row" a pixel of the answer is told with the square that it must show.
    [Theory]
    // Regions
    [InlineData("full/max/0/default", 1000, 1000, "50,50=0,0 950,950=9,9 450,250=4,2")]
    [InlineData("square/max/0/default", 1000, 1000, "50,50=0,0 950,950=9,9")]
    [InlineData("300,400,100,100/max/0/default", 100, 100, "50,50=3,4 5,5=3,4 95,95=3,4")]
    [InlineData("0,0,200,100/max/0/default", 200, 100, "50,50=0,0 150,50=1,0")]
    [InlineData("850,850,500,500/max/0/default", 150, 150, "20,20=8,8 100,100=9,9")]
    [InlineData("900,0,100,2000/max/0/default", 100, 1000, "50,50=9,0 50,950=9,9")]
    [InlineData("pct:20,30,10,10/max/0/default", 100, 100, "50,50=2,3")]
    [InlineData("pct:20.0,30.0,10.0,10.0/max/0/default", 100, 100, "50,50=2,3")]
    [InlineData("pct:90,90,50,50/max/0/default", 100, 100, "50,50=9,9")]
    [InlineData("pct:0,0,100,100/max/0/default", 1000, 1000, "50,50=0,0")]
    [InlineData("125,15,120,140/max/0/default", 120, 140, "10,10=1,0 110,120=2,1")]
    // Sizes
    [InlineData("full/500,/0/default", 500, 500, "25,25=0,0 475,475=9,9")]
    [InlineData("full/,500/0/default", 500, 500, "25,25=0,0 475,475=9,9")]
    [InlineData("full/pct:50/0/default", 500, 500, "25,25=0,0 475,475=9,9")]
    [InlineData("full/pct:12.5/0/default", 125, 125, "6,6=0,0")]
    [InlineData("full/500,250/0/default", 500, 250, "25,12=0,0 475,237=9,9")]
    [InlineData("full/250,500/0/default", 250, 500, "12,25=0,0 237,475=9,9")]
    [InlineData("full/!500,300/0/default", 300, 300, "15,15=0,0 285,285=9,9")]
    [InlineData("full/!2000,3000/0/default", 1000, 1000, "50,50=0,0")]
    [InlineData("full/1000,1000/0/default", 1000, 1000, "50,50=0,0")]
    [InlineData("100,200,100,200/50,/0/default", 50, 100, "25,25=1,2 25,75=1,3")]
    [InlineData("100,200,200,100/!50,50/0/default", 50, 25, "12,12=1,2 37,12=2,2")]
    [InlineData("0,0,100,100/^200,/0/default", 200, 200, "100,100=0,0")]
    [InlineData("0,0,100,100/^,150/0/default", 150, 150, "100,100=0,0")]
    [InlineData("0,0,100,100/^pct:200/0/default", 200, 200, "100,100=0,0")]
    [InlineData("0,0,100,100/^200,300/0/default", 200, 300, "100,100=0,0")]
    [InlineData("0,0,100,100/^!200,300/0/default", 200, 200, "100,100=0,0")]
    [InlineData("full/^1100,/0/default", 1100, 1100, "55,55=0,0 1045,1045=9,9")]
    [InlineData("full/^500,/0/default", 500, 500, "25,25=0,0")]
    // Rotations
    [InlineData("full/max/90/default", 1000, 1000, "50,50=0,9 950,50=0,0 950,950=9,0")]
    [InlineData("full/max/180/default", 1000, 1000, "50,50=9,9 950,950=0,0 250,50=7,9")]
    [InlineData("full/max/270/default", 1000, 1000, "50,50=9,0 950,50=9,9 50,950=0,0")]
    [InlineData("full/max/360/default", 1000, 1000, "50,50=0,0 950,50=9,0")]
    [InlineData("full/max/0.0/default", 1000, 1000, "50,50=0,0 950,50=9,0")]
    [InlineData("full/max/!0/default", 1000, 1000, "50,50=9,0 950,50=0,0 50,950=9,9")]
    [InlineData("full/max/!180/default", 1000, 1000, "50,50=0,9 950,50=9,9 50,950=0,0")]
    [InlineData("full/max/!90/default", 1000, 1000, "50,50=9,9 950,950=0,0 950,50=9,0")]
    [InlineData("0,0,200,100/max/90/default", 100, 200, "50,50=0,0 50,150=1,0")]
    [InlineData("0,0,200,100/100,/!270/default", 50, 100, "25,25=0,0 25,75=1,0")]
    [InlineData("full/500,250/90/default", 250, 500, "12,25=0,9 237,25=0,0")]
    // Qualities
    [InlineData("full/max/0/color", 1000, 1000, "50,50=0,0 450,250=4,2")]
    public async Task The_part_in_the_size_and_turn_that_was_asked(string path, int width, int height, string seen)
    {
        foreach (var format in new[] { "jpg", "png", "webp" })
        {
            var picture = await host.Stranger().PictureAsync($"{host.Base}/{path}.{format}");
            Assert.Equal((width, height), (picture.Size.Width, picture.Size.Height));
            foreach (var look in seen.Split(' '))
            {
                var numbers = look.Split(',', '=').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray();
                Decoded.AssertNear(Squares.At(numbers[2], numbers[3]), picture.At(numbers[0], numbers[1]), 24);
            }
        }
    }

    [Fact]
    public async Task Caret_max_is_the_largest_that_the_document_allows()
    {
        var info = await InfoAsync();
        var small = await host.Stranger().PictureAsync($"{host.Base}/0,0,10,10/^max/0/default.jpg");

        Assert.Equal(small.Size.Width, small.Size.Height);
        Assert.InRange(small.Size.Width, 1001, info.GetProperty("maxWidth").GetInt32());
        Assert.InRange((long)small.Size.Width * small.Size.Height, 1, info.GetProperty("maxArea").GetInt64());
    }

    [Theory]
    [InlineData("gray")]
    [InlineData("bitonal")]
    public async Task Gray_and_bitonal_have_no_colour(string quality)
    {
        foreach (var format in new[] { "jpg", "png", "webp" })
        {
            var picture = await host.Stranger().PictureAsync($"{host.Base}/full/200,/0/{quality}.{format}");
            var levels = new HashSet<int>();
            for (var x = 5; x < 200; x += 10)
                for (var y = 5; y < 200; y += 10)
                {
                    var (r, g, b, _) = picture.At(x, y);
                    Assert.InRange(Math.Max(r, Math.Max(g, b)) - Math.Min(r, Math.Min(g, b)), 0, 6);
                    levels.Add(r);
                }
            if (quality == "bitonal")
                Assert.All(levels, level => Assert.True(level is < 20 or > 235, $"{level} is neither black nor white"));
            else
                Assert.True(levels.Count > 10);
        }
    }

    [Theory]
    [InlineData("jpg", "image/jpeg", "Jpeg")]
    [InlineData("png", "image/png", "Png")]
    [InlineData("webp", "image/webp", "Webp")]
    [InlineData("avif", "image/avif", "Avif")]
    [InlineData("gif", "image/gif", "Gif")]
    public async Task Each_format_is_what_it_says(string extension, string type, string format)
    {
        var answer = await host.Stranger().GetAsync($"{host.Base}/full/100,/0/default.{extension}", "image/webp");

        Assert.Equal(type, answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(Enum.Parse<SourceFormat>(format), (await answer.PictureAsync()).Format);
    }

    [Theory]
    // Regions
    [InlineData("random/max/0/default.jpg")]
    [InlineData("Full/max/0/default.jpg")]
    [InlineData("1,2,3/max/0/default.jpg")]
    [InlineData("1,2,3,4,5/max/0/default.jpg")]
    [InlineData("-1,0,10,10/max/0/default.jpg")]
    [InlineData("0,0,0,10/max/0/default.jpg")]
    [InlineData("0,0,10,0/max/0/default.jpg")]
    [InlineData("1000,0,10,10/max/0/default.jpg")]
    [InlineData("0,1000,10,10/max/0/default.jpg")]
    [InlineData("1.5,0,10,10/max/0/default.jpg")]
    [InlineData("pct:100,0,10,10/max/0/default.jpg")]
    [InlineData("pct:0,0,0,10/max/0/default.jpg")]
    [InlineData("pct:a,0,10,10/max/0/default.jpg")]
    [InlineData("99999999999999999999,0,1,1/max/0/default.jpg")]
    // Sizes
    [InlineData("full/random/0/default.jpg")]
    [InlineData("full/full/0/default.jpg")]
    [InlineData("full/0,/0/default.jpg")]
    [InlineData("full/,0/0/default.jpg")]
    [InlineData("full/0,0/0/default.jpg")]
    [InlineData("full/!0,10/0/default.jpg")]
    [InlineData("full/,/0/default.jpg")]
    [InlineData("full/100/0/default.jpg")]
    [InlineData("full/-5,/0/default.jpg")]
    [InlineData("full/pct:0/0/default.jpg")]
    [InlineData("full/pct:101/0/default.jpg")]
    [InlineData("full/1001,/0/default.jpg")]
    [InlineData("full/,1001/0/default.jpg")]
    [InlineData("full/500,1001/0/default.jpg")]
    [InlineData("0,0,100,100/101,/0/default.jpg")]
    [InlineData("full/^99999,/0/default.jpg")]
    [InlineData("full/^16384,16384/0/default.jpg")]
    [InlineData("full/99999999999999999999,/0/default.jpg")]
    // Rotations
    [InlineData("full/max/random/default.jpg")]
    [InlineData("full/max/-90/default.jpg")]
    [InlineData("full/max/361/default.jpg")]
    [InlineData("full/max/22.5/default.jpg")]
    [InlineData("full/max/0!/default.jpg")]
    // Qualities and formats
    [InlineData("full/max/0/random.jpg")]
    [InlineData("full/max/0/grey.jpg")]
    [InlineData("full/max/0/default.random")]
    [InlineData("full/max/0/default.JPG")]
    [InlineData("full/max/0/default")]
    [InlineData("full/max/0/.jpg")]
    public async Task What_cannot_be_asked_is_400_and_says_why(string path)
    {
        var answer = await host.Stranger().GetAsync($"{host.Base}/{path}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.StartsWith("iiif.", (await answer.JsonAsync()).GetProperty("code").GetString(), StringComparison.Ordinal);
        Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Theory]
    [InlineData("/iiif/3/unknown/info.json")]
    [InlineData("/iiif/3/0198c2d4-0000-7000-8000-000000000000/info.json")]
    [InlineData("/iiif/3/0198c2d4-0000-7000-8000-000000000000/full/max/0/default.jpg")]
    [InlineData("/iiif/3/[frob]/info.json")]
    [InlineData("/iiif/3/a%2Fb/full/max/0/default.jpg")]
    [InlineData("/iiif/3/..%2F..%2Fetc/full/max/0/default.jpg")]
    public async Task An_identifier_that_is_none_of_ours_is_404(string path) =>
        Assert.Equal(HttpStatusCode.NotFound, (await host.Stranger().GetAsync(path)).StatusCode);

    [Fact]
    public async Task An_identifier_may_be_percent_encoded()
    {
        var escaped = string.Concat(host.Base["/iiif/3/".Length..].Select(letter => $"%{(int)letter:X2}"));

        Assert.Equal(HttpStatusCode.OK, (await host.Stranger().GetAsync($"/iiif/3/{escaped}/full/10,/0/default.jpg")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Stranger().GetAsync($"{host.Base}/full/%5E1100,/0/default.jpg")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Stranger().GetAsync($"{host.Base}/pct%3A0%2C0%2C50%2C50/10%2C/%210/default.jpg")).StatusCode);
    }

    [Fact]
    public async Task The_document_says_what_there_is()
    {
        var info = await InfoAsync();

        Assert.Equal("http://iiif.io/api/image/3/context.json", info.GetProperty("@context").GetString());
        Assert.Equal("@context", info.EnumerateObject().First().Name);
        Assert.Equal($"http://localhost{host.Base}", info.GetProperty("id").GetString());
        Assert.Equal("ImageService3", info.GetProperty("type").GetString());
        Assert.Equal("http://iiif.io/api/image", info.GetProperty("protocol").GetString());
        Assert.Equal("level2", info.GetProperty("profile").GetString());
        Assert.Equal((1000, 1000), (info.GetProperty("width").GetInt32(), info.GetProperty("height").GetInt32()));
        Assert.True(info.GetProperty("maxWidth").GetInt32() > 0);
        Assert.All(info.GetProperty("extraFormats").EnumerateArray(), format => Assert.DoesNotContain(format.GetString(), new[] { "jpg", "png" }));
    }

    [Fact]
    public async Task Every_format_quality_size_and_tile_of_the_document_is_there()
    {
        var info = await InfoAsync();
        var stranger = host.Stranger();

        foreach (var format in info.GetProperty("extraFormats").EnumerateArray().Concat(info.GetProperty("preferredFormats").EnumerateArray()))
            Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync($"{host.Base}/full/20,/0/default.{format.GetString()}")).StatusCode);
        foreach (var quality in info.GetProperty("extraQualities").EnumerateArray())
            Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync($"{host.Base}/full/20,/0/{quality.GetString()}.jpg")).StatusCode);
        foreach (var size in info.GetProperty("sizes").EnumerateArray())
        {
            var (width, height) = (size.GetProperty("width").GetInt32(), size.GetProperty("height").GetInt32());
            var picture = await stranger.PictureAsync($"{host.Base}/full/{width},{height}/0/default.jpg");
            Assert.Equal(new PixelSize(width, height), picture.Size);
        }
        foreach (var tile in info.GetProperty("tiles").EnumerateArray())
            foreach (var factor in tile.GetProperty("scaleFactors").EnumerateArray().Select(one => one.GetInt32()))
                await TilesAsync(stranger, tile.GetProperty("width").GetInt32(), factor);
    }

    /// <summary>Asks for each tile as viewers compute them (section 5.4 of the specification).</summary>
    private async Task TilesAsync(HttpClient client, int side, int factor)
    {
        for (var x = 0; x < Squares.Side; x += side * factor)
            for (var y = 0; y < Squares.Side; y += side * factor)
            {
                var (width, height) = (Math.Min(side * factor, Squares.Side - x), Math.Min(side * factor, Squares.Side - y));
                var (scaledWidth, scaledHeight) = ((width + factor - 1) / factor, (height + factor - 1) / factor);
                var tile = await client.PictureAsync($"{host.Base}/{x},{y},{width},{height}/{scaledWidth},{scaledHeight}/0/default.jpg");
                Assert.Equal(new PixelSize(scaledWidth, scaledHeight), tile.Size);
                Decoded.AssertNear(Squares.At((x + 50) / 100, (y + 50) / 100), tile.At(50 / factor, 50 / factor), 24);
            }
    }

    [Theory]
    [InlineData("application/ld+json", "application/ld+json;profile=\"http://iiif.io/api/image/3/context.json\"")]
    [InlineData("application/ld+json;q=0.9,application/json;q=0.5", "application/ld+json;profile=\"http://iiif.io/api/image/3/context.json\"")]
    [InlineData("application/json", "application/json")]
    [InlineData("application/json,application/ld+json;q=0.5", "application/json")]
    [InlineData("text/html,*/*", "application/json")]
    public async Task The_document_is_json_or_linked_json_as_its_reader_asks(string accept, string type)
    {
        var answer = await host.Stranger().GetAsync($"{host.Base}/info.json", accept);

        Assert.Equal(type, string.Join("", answer.Content.Headers.GetValues("Content-Type")).Replace("; charset=utf-8", "", StringComparison.Ordinal).Replace("; ", ";", StringComparison.Ordinal));
        Assert.Equal(["Accept"], answer.Headers.Vary);
        Assert.Equal("level2", (await answer.JsonAsync()).GetProperty("profile").GetString());
    }

    [Fact]
    public async Task The_base_address_leads_to_the_document_by_303()
    {
        var answer = await host.Stranger().GetAsync(host.Base);

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal($"http://localhost{host.Base}/info.json", answer.Headers.Location?.ToString());
        Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Fact]
    public async Task Scripts_of_any_site_may_read_document_and_pictures()
    {
        foreach (var path in new[] { "/info.json", "/full/10,/0/default.jpg", "/full/10,/0/default.jpg" })
        {
            var answer = await host.Stranger().SendWithAsync(host.Base + path, null, ("Origin", "https://viewer.example"));
            Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());

            var preflight = await host.Stranger().SendWithAsync(
                host.Base + path, HttpMethod.Options, ("Origin", "https://viewer.example"), ("Access-Control-Request-Method", "GET"));
            Assert.True(preflight.IsSuccessStatusCode);
            Assert.Equal("*", preflight.Headers.GetValues("Access-Control-Allow-Origin").Single());
            Assert.Contains("GET", preflight.Headers.GetValues("Access-Control-Allow-Methods").Single(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("full/max/0/default.jpg", "full/max/0/default.jpg")]
    [InlineData("0,0,1000,1000/1000,1000/360/color.jpg", "full/max/0/default.jpg")]
    [InlineData("square/500,/0/default.jpg", "full/500,500/0/default.jpg")]
    [InlineData("pct:10,10,20,20/max/0/default.jpg", "100,100,200,200/max/0/default.jpg")]
    [InlineData("900,900,500,500/pct:50/!90.0/gray.png", "900,900,100,100/50,50/!90/gray.png")]
    [InlineData("0,0,100,100/^200,/0/default.webp", "0,0,100,100/^200,200/0/default.webp")]
    [InlineData("full/!300,500/0/default.jpg", "full/300,300/0/default.jpg")]
    public async Task A_picture_names_its_canonical_address_and_its_profile(string asked, string canonical)
    {
        for (var hot = 0; hot < 2; hot++)
        {
            var answer = await host.Stranger().GetAsync($"{host.Base}/{asked}");

            var links = string.Join(", ", answer.Headers.GetValues("Link"));
            Assert.Contains($"<http://localhost{host.Base}/{canonical}>;rel=\"canonical\"", links, StringComparison.Ordinal);
            Assert.Contains("<http://iiif.io/api/image/3/level2.json>;rel=\"profile\"", links, StringComparison.Ordinal);
        }
        // The canonical address gives the same bytes.
        Assert.Equal(await host.Stranger().GetByteArrayAsync($"{host.Base}/{asked}"), await host.Stranger().GetByteArrayAsync($"{host.Base}/{canonical}"));
    }

    [Fact]
    public async Task Document_and_pictures_answer_to_head()
    {
        var node = await host.NodeAsync(port: 0);
        foreach (var path in new[] { "/info.json", "/full/10,/0/default.jpg" })
        {
            var head = await node.Stranger().SendWithAsync(host.Base + path, HttpMethod.Head);
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task A_picture_is_cached_by_its_tag_like_any_other()
    {
        var path = $"{host.Base}/full/100,/0/default.jpg";
        var etag = (await host.Stranger().GetAsync(path)).Headers.ETag!.Tag;

        Assert.Equal(HttpStatusCode.NotModified, (await host.Stranger().SendWithAsync(path, null, ("If-None-Match", etag))).StatusCode);
    }

    [Fact]
    public async Task An_animation_gives_its_first_frame()
    {
        var image = await (await host.ShopAsync()).TakenAsync(Pictures.AnimatedGif());

        var picture = await host.Stranger().PictureAsync($"{image.Iiif}/full/max/0/default.png");

        Assert.Equal(1, picture.Frames);
        Decoded.AssertNear(Pictures.FrameColor(0), picture.At(5, 5));
    }

    private async Task<JsonElement> InfoAsync() => await (await host.Stranger().GetAsync($"{host.Base}/info.json")).ShouldBeAsync(HttpStatusCode.OK);
}
