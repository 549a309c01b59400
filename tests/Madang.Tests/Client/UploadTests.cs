using System.Net;
using System.Security.Cryptography;
using Madang.Client;
using Madang.Tests.Images;

namespace Madang.Tests.Client;

public class UploadTests(ClientHost host) : IClassFixture<ClientHost>
{
    [Fact]
    public async Task A_file_becomes_an_image_and_its_progress_is_told()
    {
        var images = await host.ImagesAsync();
        var bytes = Pictures.Jpeg();
        var path = Path.Combine(host.First.Folder, "마당 사진_1.jpg");
        await File.WriteAllBytesAsync(path, bytes);
        var reports = new Reports();

        var image = await images.UploadAsync(ImageUpload.FromFile(path) with { Sizes = [320, 64], CacheSeconds = 3600 }, reports);

        Assert.Equal(("마당 사진_1.jpg", "image/jpeg", 640, 480), (image.Name, image.Type, image.Width, image.Height));
        Assert.Equal((3600, (long)bytes.Length), (image.CacheSeconds, image.Bytes));
        Assert.Equal($"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}", image.Digest);
        Assert.Equal([64, 320], image.Sizes);
        Assert.Equal([64, 320], image.Urls.Sizes.Keys.Order());

        var sent = reports.All.Select(report => report.SentBytes).ToArray();
        Assert.Equal(sent.Order(), sent);
        Assert.Equal((0, bytes.Length), (sent[0], sent[^1]));
        Assert.True(sent.Length > 2);
        Assert.All(reports.All, report => Assert.Equal(bytes.Length, report.TotalBytes));
        Assert.Equal(1, reports.All[^1].Fraction);
    }

    [Fact]
    public async Task A_stream_is_sent_from_where_it_stands_and_left_open()
    {
        var images = await host.ImagesAsync();
        var seekable = new MemoryStream([1, 2, 3, .. Pictures.Png(80, 60)]) { Position = 3 };
        var forward = new TrickleStream(Pictures.Png(90, 60));
        var reports = new Reports();

        Assert.Equal(80, (await images.UploadAsync(ImageUpload.FromStream(seekable, "a.png"))).Width);
        Assert.Equal(90, (await images.UploadAsync(ImageUpload.FromStream(forward, "b.png"), reports)).Width);

        Assert.True(seekable.CanRead);
        Assert.False(forward.Disposed);
        Assert.All(reports.All, report => Assert.Null(report.Fraction));
    }

    [Fact]
    public async Task Waiting_gives_the_image_when_it_is_ready()
    {
        var images = await host.ImagesAsync();
        var uploaded = await images.UploadAsync(ImageUpload.FromBytes(Pictures.Jpeg(), "a.jpg") with { Sizes = [100] });

        var ready = await images.WaitUntilReadyAsync(uploaded.Id);

        Assert.Equal(ImageStatus.Ready, ready.Status);
        Assert.NotNull(ready.ThumbHash);
        Assert.Matches("^#[0-9a-f]{6}$", ready.DominantColor);
    }

    [Fact]
    public async Task Waiting_works_where_events_do_not_come_through()
    {
        var images = await host.ImagesAsync(new NoEvents(), options => options.MaxAttempts = 1);
        var uploaded = await images.UploadAsync(ImageUpload.FromBytes(Pictures.Jpeg(), "a.jpg"));
        Assert.Equal(ImageStatus.Ready, (await images.WaitUntilReadyAsync(uploaded.Id)).Status);
    }

    [Fact]
    public async Task Waiting_ends_with_the_reason_when_the_picture_turns_out_broken()
    {
        var images = await host.ImagesAsync();
        // Its header and its chunks are in order; the pixels are not.
        var bytes = (byte[])Pictures.Png().Clone();
        bytes.AsSpan(1000, 500).Clear();
        var broken = await images.UploadAsync(ImageUpload.FromBytes(bytes, "a.png"));

        var error = await Assert.ThrowsAsync<MadangException>(() => images.WaitUntilReadyAsync(broken.Id));

        var image = await images.GetAsync(broken.Id);
        Assert.Equal(ImageStatus.Failed, image.Status);
        Assert.Equal((image.Failure!.Code, image.Failure.Detail), (error.Code, error.Detail));
    }

    [Fact]
    public async Task Waiting_can_be_given_up()
    {
        var images = await host.ImagesAsync();
        var id = (await images.UploadAsync(ImageUpload.FromBytes(Pictures.Jpeg(), "a.jpg"))).Id;
        await images.WaitUntilReadyAsync(id);
        await host.ScalarAsync<int>("update images.image set status = 'processing' where id = @id", new { id });
        using var end = new CancellationTokenSource(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => images.WaitUntilReadyAsync(id, end.Token));
    }

    [Fact]
    public async Task Many_keep_their_order_and_a_bad_one_in_the_middle_spoils_none()
    {
        var images = await host.ImagesAsync(configure: options => options.UploadConcurrency = 3);
        var reports = new Reports();
        ImageUpload[] uploads =
        [
            ImageUpload.FromBytes(Pictures.Png(100, 50), "0.png"),
            ImageUpload.FromBytes(Pictures.TextNamedJpg(), "1.jpg"),
            ImageUpload.FromBytes(Pictures.Png(102, 50), "2.png") with { Sizes = [10] },
            ImageUpload.FromFile("/there/is/no/such.jpg"),
            ImageUpload.FromStream(new TrickleStream(Pictures.Png(300, 200), breaksAt: 2000), "4.png"),
            ImageUpload.FromBytes(Pictures.Webp(105, 50), "5.webp"),
        ];

        var results = await images.UploadManyAsync(uploads, reports);

        Assert.Equal(uploads, results.Select(result => result.Upload));
        Assert.Equal(
            ["100", "image.type_unknown", "102", MadangErrors.Unreadable, MadangErrors.Unreadable, "105"],
            results.Select(result => result switch
            {
                UploadResult.Uploaded done => $"{done.Image.Width}",
                UploadResult.Failed failed => failed.Error.Code,
                _ => "",
            }));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, Assert.IsType<UploadResult.Failed>(results[1]).Error.Status);
        Assert.Equal([10], Assert.IsType<UploadResult.Uploaded>(results[2]).Image.Sizes);
        var ends = reports.All.Where(report => report.Result is not null).OrderBy(report => report.Index);
        Assert.Equal(results, ends.Select(report => report.Result));
    }

    [Fact]
    public async Task Many_can_be_broken_off()
    {
        var images = await host.ImagesAsync();
        using var end = new CancellationTokenSource();
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => images.UploadManyAsync([ImageUpload.FromBytes(Pictures.Png(), "a.png")], cancellation: end.Token));
    }

    private sealed class NoEvents : DelegatingHandler
    {
        public NoEvents()
            : base(new SocketsHttpHandler())
        {
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.RequestUri!.AbsolutePath.EndsWith("/events", StringComparison.Ordinal)
                ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadGateway))
                : base.SendAsync(request, cancellationToken);
    }
}
