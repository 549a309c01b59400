using System.Net;
using Madang.Images.Imaging;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Images;

/// <summary>What is refused leaves no row, no job, no stored file and no file on the node. Nothing is ever taken in this class.</summary>
public sealed class RefusedUploadTests(ImagesHost host) : IClassFixture<ImagesHost>
{
    [Fact]
    public async Task A_stranger_uploads_nothing()
    {
        await (await host.Stranger().UploadAsync(Pictures.Jpeg())).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "auth.required");
        await NothingIsLeftAsync();
    }

    [Fact]
    public Task Text_named_jpg_is_no_picture() => RefusedAsync(Pictures.TextNamedJpg(), HttpStatusCode.UnsupportedMediaType, "image.type_unknown");

    [Fact]
    public Task Svg_is_refused_by_name() => RefusedAsync(Pictures.Svg(), HttpStatusCode.UnsupportedMediaType, "image.svg_refused");

    [Fact]
    public Task An_svg_that_says_png_is_refused_all_the_same() => RefusedAsync(Pictures.Svg(), HttpStatusCode.UnsupportedMediaType, "image.svg_refused", "logo.png");

    [Fact]
    public Task An_empty_file_is_refused() => RefusedAsync([], HttpStatusCode.UnprocessableEntity, "image.empty");

    [Theory]
    [InlineData("Jpeg")]
    [InlineData("Png")]
    [InlineData("Webp")]
    [InlineData("Avif")]
    [InlineData("Heic")]
    [InlineData("Gif")]
    [InlineData("Tiff")]
    public Task A_truncated_file_of_each_type_is_refused(string format) =>
        RefusedAsync(Pictures.Truncated(Enum.Parse<SourceFormat>(format)), HttpStatusCode.UnprocessableEntity, "image.truncated", "image.corrupt");

    [Theory]
    [InlineData("Jpeg")]
    [InlineData("Png")]
    [InlineData("Webp")]
    [InlineData("Avif")]
    [InlineData("Heic")]
    [InlineData("Gif")]
    [InlineData("Tiff")]
    public Task A_file_of_which_only_the_head_came_is_refused(string format) =>
        RefusedAsync(Pictures.Of(Enum.Parse<SourceFormat>(format))[..24], HttpStatusCode.UnprocessableEntity, "image.truncated", "image.corrupt");

    [Theory]
    [InlineData("Jpeg")]
    [InlineData("Png")]
    [InlineData("Webp")]
    [InlineData("Gif")]
    [InlineData("Tiff")]
    public Task A_small_file_that_claims_to_be_huge_is_refused_by_its_header(string format) => RefusedAsync(
        Pictures.Bomb(Enum.Parse<SourceFormat>(format)), HttpStatusCode.UnprocessableEntity, "image.too_large_side", "image.too_many_pixels", "image.corrupt", "image.truncated");

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("320,0")]
    [InlineData("16385")]
    [InlineData("99999999999999999999")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("wide")]
    [InlineData("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17")]
    public async Task Sizes_have_bounds(string sizes)
    {
        var shop = await host.ShopAsync();
        await (await shop.UploadAsync(Pictures.Jpeg(), sizes: sizes)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "image.sizes");
        await (await shop.UploadAsync(new Form().File(Pictures.Jpeg()).Field("sizes", sizes).Content())).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "image.sizes");
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("31536001")]
    [InlineData("99999999999999999999")]
    [InlineData("")]
    [InlineData("long")]
    public async Task The_caching_time_has_bounds(string seconds)
    {
        await (await (await host.ShopAsync()).UploadAsync(Pictures.Jpeg(), cacheSeconds: seconds)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "image.cache_seconds");
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_form_must_be_as_agreed()
    {
        var shop = await host.ShopAsync();
        await (await shop.UploadAsync(new Form().Field("name", "x").Content())).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "upload.file_missing");
        await (await shop.UploadAsync(new Form().File(Pictures.Jpeg()).File(Pictures.Png()).Content())).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "upload.several_files");
        await (await shop.UploadAsync(new Form().Field("size", "3").File(Pictures.Jpeg()).Content())).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "upload.unknown_field");
        await (await shop.UploadAsync(new Form().Field("name", new string('x', 5000)).File(Pictures.Jpeg()).Content())).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "upload.field_too_long");
        await (await shop.UploadAsync(new Form().File(Pictures.Jpeg()).Broken())).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "upload.broken_form");
        await (await shop.UploadAsync(new ByteArrayContent(Pictures.Jpeg()))).ShouldBeRefusedAsync(HttpStatusCode.UnsupportedMediaType, "upload.not_multipart");
        await (await shop.UploadAsync(Pictures.Jpeg(), key: new string('k', 201))).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "upload.key_too_long");
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Limits_are_the_operators_and_named_in_the_refusal()
    {
        var strict = await host.NodeAsync([new("Images:MaxBytes", "20000"), new("Images:MaxPixels", "10000"), new("Images:MaxSide", "300"), new("Images:MaxFrames", "3")]);
        var shop = await host.ShopAsync(strict);

        var large = await (await shop.UploadAsync(Pictures.Jpeg(1600, 1200))).ShouldBeRefusedAsync(HttpStatusCode.RequestEntityTooLarge, "image.too_large");
        await (await shop.UploadAsync(Pictures.Gif(301, 2))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "image.too_large_side");
        await (await shop.UploadAsync(Pictures.Gif(101, 100))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "image.too_many_pixels");
        await (await shop.UploadAsync(Pictures.AnimatedGif(4, 10, 10))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "image.too_many_frames");
        await (await shop.UploadAsync(Pictures.AnimatedGif(3, 70, 60))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "image.too_many_pixels");

        Assert.Equal(20_000, large.GetProperty("maxBytes").GetInt32());
        Assert.Equal(Remains.Nothing, await host.RemainsAsync(strict));
    }

    [Fact]
    public async Task A_file_far_over_the_limit_is_refused_without_being_read_to_its_end()
    {
        var node = await host.NodeAsync([new("Images:MaxBytes", "100000")], port: 0);
        await using var phone = await RawConnection.PostAsync(node.Address, "/api/images", await node.NewKeyAsync("images:write"), 900_000);
        var form = new Form().File(new byte[800_000]).Unfinished();

        await phone.SendAsync(form.AsMemory(0, 300_000));

        // The rest is never sent.
        Assert.Contains("image.too_large", await phone.ReadUntilAsync("maxBytes"), StringComparison.Ordinal);
        Assert.Equal(Remains.Nothing, await host.RemainsAsync(node));
    }

    [Fact]
    public async Task A_body_that_says_that_it_is_far_too_large_is_refused_at_once()
    {
        var node = await host.NodeAsync([new("Images:MaxBytes", "100000")], port: 0);
        await using var phone = await RawConnection.PostAsync(node.Address, "/api/images", await node.NewKeyAsync("images:write"), 5_000_000_000);
        await phone.SendAsync(new Form().File([1]).Unfinished());

        var answer = await phone.ReadUntilAsync("\"code\"");

        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
        Assert.Contains("request.too_large", answer, StringComparison.Ordinal);
        Assert.Equal(Remains.Nothing, await host.RemainsAsync(node));
    }

    [Theory]
    [InlineData("/api/images")]
    [InlineData("/api/images/batch")]
    public async Task A_client_that_stops_in_the_middle_leaves_nothing(string path)
    {
        var node = await host.NodeAsync(port: 0);
        var form = new Form().File(Pictures.Jpeg(1600, 1200)).Finished();
        await using var phone = await RawConnection.PostAsync(node.Address, path, await node.NewKeyAsync("images:write"), form.Length);

        await phone.SendAsync(form.AsMemory(0, form.Length / 2));
        await Answers.EventuallyAsync(() => Task.FromResult(ImagesHost.FilesIn(node.Folder).Count), files => files > 0);
        phone.Break();

        await Answers.EventuallyAsync(() => host.RemainsAsync(node), remains => remains == Remains.Nothing);
    }

    private async Task RefusedAsync(byte[] file, HttpStatusCode status, params string[] codesAndName)
    {
        var codes = codesAndName.Where(text => text.StartsWith("image.", StringComparison.Ordinal)).ToArray();
        var name = codesAndName.Except(codes).SingleOrDefault() ?? "photo.jpg";

        var answer = await (await host.ShopAsync()).UploadAsync(file, name);

        var body = await answer.JsonAsync();
        await answer.ShouldBeRefusedAsync(status, codes.FirstOrDefault(code => code == body.GetProperty("code").GetString()) ?? codes[0]);
        await NothingIsLeftAsync();
    }

    private async Task NothingIsLeftAsync() => Assert.Equal(Remains.Nothing, await host.RemainsAsync());
}
