using System.Net;
using Madang.Client;
using Madang.Tests.Images;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Madang.Tests.Client;

public class ManageTests(ClientHost host) : IClassFixture<ClientHost>
{
    [Fact]
    public async Task Images_are_listed_newest_first_over_all_pages()
    {
        var images = await host.ImagesAsync();
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
            ids.Insert(0, (await images.UploadAsync(ImageUpload.FromBytes(Pictures.Png(), $"{i}.png"))).Id);

        Assert.Equal(ids, await images.ListAsync(pageSize: 2).Take(5).Select(image => image.Id).ToListAsync());
        var page = await images.ListPageAsync(limit: 3);
        Assert.Equal(ids[3], (await images.ListPageAsync(page.Next, 1)).Items.Single().Id);
    }

    [Fact]
    public async Task An_image_is_renamed_purged_downloaded_and_deleted()
    {
        var images = await host.ImagesAsync();
        var bytes = Pictures.Oriented(6);
        var id = (await images.UploadAsync(ImageUpload.FromBytes(bytes, "old.jpg"))).Id;

        var changed = await images.ChangeAsync(id, name: "가을 하늘_2.jpg", cacheSeconds: 60);
        Assert.Equal(("가을 하늘_2.jpg", 60), (changed.Name, changed.CacheSeconds));
        Assert.Equal("가을 하늘_2.jpg", (await images.ChangeAsync(id, cacheSeconds: 61)).Name);
        await images.PurgeAsync(id);

        using (var download = await images.DownloadAsync(id))
        {
            Assert.Equal(("가을 하늘_2.jpg", "image/jpeg"), (download.Name, download.Type));
            Assert.InRange(download.CacheFor!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(61));
            Assert.NotNull(download.ETag);
            Assert.Equal(download.Bytes, (await BytesAsync(download)).Length);
        }
        using (var original = await images.OriginalAsync(id))
        {
            Assert.Null(original.CacheFor);
            Assert.Equal(bytes, await BytesAsync(original));
        }

        await images.DeleteAsync(id);
        Assert.Equal("image.unknown", (await Assert.ThrowsAsync<MadangException>(() => images.GetAsync(id))).Code);
    }

    [Fact]
    public async Task Refusals_are_typed()
    {
        var images = await host.ImagesAsync();
        var unknown = await Assert.ThrowsAsync<MadangException>(() => images.GetAsync(Guid.Empty));
        Assert.Equal(("image.unknown", HttpStatusCode.NotFound, false), (unknown.Code, unknown.Status, unknown.IsTransient));
        Assert.NotEmpty(unknown.Detail);
        Assert.NotNull(unknown.TraceId);

        await RefusedAsync("list.limit", HttpStatusCode.BadRequest, images.ListPageAsync(limit: 0));
        await RefusedAsync("image.sizes", HttpStatusCode.UnprocessableEntity, images.UploadAsync(ImageUpload.FromBytes(Pictures.Png(), "a.png") with { Sizes = [0] }));
        await RefusedAsync("image.cache_seconds", HttpStatusCode.UnprocessableEntity, images.ChangeAsync(Guid.Empty, cacheSeconds: -1));
        await RefusedAsync("auth.required", HttpStatusCode.Unauthorized, (await host.ImagesAsync(configure: options => options.ApiKey = null)).ListPageAsync());
        var readOnly = await host.First.NewKeyAsync(["images:read"]);
        await RefusedAsync("auth.scope", HttpStatusCode.Forbidden, (await host.ImagesAsync(configure: options => options.ApiKey = readOnly)).DeleteAsync(Guid.Empty));
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_refused_before_it_was_sent()
    {
        var images = await host.ImagesAsync();
        var reports = new Reports();
        var upload = ImageUpload.FromBytes(new byte[30_000_000], "large.jpg");
        var error = await Assert.ThrowsAsync<MadangException>(() => images.UploadAsync(upload, reports));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, error.Status);
        // A client waits a second for the word that it may send; a machine under load may be later with its no.
        Assert.DoesNotContain(reports.All, report => report.SentBytes == report.TotalBytes);
    }

    [Fact]
    public async Task An_answer_that_is_not_Madangs_is_told_as_such()
    {
        var images = await host.ImagesAsync(new BadNetwork(BadNetwork.Answers(HttpStatusCode.OK), BadNetwork.Answers(HttpStatusCode.Unauthorized)));
        Assert.Equal(MadangErrors.UnexpectedAnswer, (await Assert.ThrowsAsync<MadangException>(() => images.ListPageAsync())).Code);
        Assert.Equal(MadangErrors.UnexpectedAnswer, (await Assert.ThrowsAsync<MadangException>(() => images.ListPageAsync())).Code);
    }

    [Fact]
    public async Task No_server_is_an_error_of_ours()
    {
        var images = new MadangClient(new HttpClient(), new() { Address = new("http://127.0.0.1:1"), MaxAttempts = 1 }).Images;
        var error = await Assert.ThrowsAsync<MadangException>(() => images.ListPageAsync());
        Assert.Equal((MadangErrors.Unreachable, null, true), (error.Code, error.Status, error.IsTransient));
    }

    [Fact]
    public void A_container_gives_the_client_and_refuses_options_that_cannot_work()
    {
        var services = new ServiceCollection();
        services.AddMadang(options => options.Address = new("http://127.0.0.1:5080"));
        Assert.Equal("http://127.0.0.1:5080/cdn/00000000-0000-0000-0000-000000000000", services.BuildServiceProvider().GetRequiredService<MadangClient>().Images.Url(Guid.Empty));

        services.AddMadang(options => options.SigningKey = "short");
        Assert.Throws<OptionsValidationException>(() => services.BuildServiceProvider().GetRequiredService<MadangClient>());
        foreach (var options in new MadangOptions[]
        {
            new(), new() { Address = new("/relative", UriKind.Relative) }, new() { Address = new("ftp://a") }, new() { Address = new("http://a"), MaxAttempts = 0 },
            new() { Address = new("http://a"), Timeout = TimeSpan.Zero }, new() { Address = new("http://a"), RetryDelay = TimeSpan.FromSeconds(-1) },
        })
            Assert.Throws<ArgumentException>(() => new MadangClient(new HttpClient(), options));
    }

    private static async Task RefusedAsync(string code, HttpStatusCode status, Task call)
    {
        var error = await Assert.ThrowsAsync<MadangException>(() => call);
        Assert.Equal((code, status), (error.Code, error.Status));
    }

    private static async Task<byte[]> BytesAsync(ImageDownload download)
    {
        using var bytes = new MemoryStream();
        await download.Content.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
