using System.Net;
using Madang.Client;
using Madang.Client.Http;
using Madang.Tests.Host;
using Madang.Tests.Images;

namespace Madang.Tests.Client;

public class RetryTests(ClientHost host) : IClassFixture<ClientHost>
{
    [Fact]
    public async Task A_read_is_repeated_until_it_works()
    {
        var network = new BadNetwork(BadNetwork.Unreachable, BadNetwork.Answers(HttpStatusCode.BadGateway), BadNetwork.Answers(HttpStatusCode.TooManyRequests));
        await (await host.ImagesAsync(network)).ListPageAsync();
        Assert.Equal(Enumerable.Repeat("GET /api/images", 4), network.Attempts);
    }

    [Fact]
    public async Task An_upload_whose_answer_was_lost_makes_one_image()
    {
        var before = await host.CountAsync();
        var network = new BadNetwork(BadNetwork.AnswerLost, BadNetwork.AnswerLost);
        var reports = new Reports();

        var image = await (await host.ImagesAsync(network)).UploadAsync(ImageUpload.FromBytes(Pictures.Png(), "once.png"), reports);

        Assert.Equal(3, network.Attempts.Count);
        Assert.Single(network.Keys.Distinct());
        Assert.Equal(before + 1, await host.CountAsync());
        Assert.Equal("once.png", image.Name);
        Assert.Equal(3, reports.All.Count(report => report.SentBytes == 0));
    }

    [Fact]
    public async Task Two_uploads_of_one_file_make_two_images_unless_they_have_one_key()
    {
        var images = await host.ImagesAsync();
        var upload = ImageUpload.FromBytes(Pictures.Png(), "twice.png");
        var keyed = upload with { IdempotencyKey = "product 17" };
        Assert.NotEqual((await images.UploadAsync(upload)).Id, (await images.UploadAsync(upload)).Id);
        Assert.Equal((await images.UploadAsync(keyed)).Id, (await images.UploadAsync(keyed)).Id);
        Assert.Throws<ArgumentException>(() => upload with { IdempotencyKey = "열쇠" });
    }

    [Fact]
    public async Task A_stream_that_cannot_seek_is_repeated_only_while_none_of_it_was_read()
    {
        var network = new BadNetwork(BadNetwork.Unreachable);
        await (await host.ImagesAsync(network)).UploadAsync(ImageUpload.FromStream(new TrickleStream(Pictures.Png()), "a.png"));
        Assert.Equal(2, network.Attempts.Count);

        network = new BadNetwork(BadNetwork.AnswerLost);
        var images = await host.ImagesAsync(network);
        var error = await Assert.ThrowsAsync<MadangException>(() => images.UploadAsync(ImageUpload.FromStream(new TrickleStream(Pictures.Png()), "b.png")));
        Assert.Equal(MadangErrors.Unreachable, error.Code);
        Assert.Single(network.Attempts);
    }

    [Fact]
    public async Task Deleting_is_done_when_an_earlier_attempt_did_it_and_only_then()
    {
        var images = await host.ImagesAsync(new BadNetwork(BadNetwork.AnswerLost));
        var id = (await (await host.ImagesAsync()).UploadAsync(ImageUpload.FromBytes(Pictures.Png(), "a.png"))).Id;
        await images.DeleteAsync(id);
        Assert.Equal("image.unknown", (await Assert.ThrowsAsync<MadangException>(() => images.DeleteAsync(id))).Code);
    }

    [Fact]
    public async Task A_purge_is_repeated_and_a_change_is_not()
    {
        var id = (await (await host.ImagesAsync()).UploadAsync(ImageUpload.FromBytes(Pictures.Png(), "a.png"))).Id;
        await (await host.ImagesAsync(new BadNetwork(BadNetwork.AnswerLost))).PurgeAsync(id);
        var images = await host.ImagesAsync(new BadNetwork(BadNetwork.Unreachable));
        Assert.Equal(MadangErrors.Unreachable, (await Assert.ThrowsAsync<MadangException>(() => images.ChangeAsync(id, name: "b.png"))).Code);
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.Conflict)]
    [InlineData(HttpStatusCode.UnprocessableEntity)]
    [InlineData(HttpStatusCode.NotImplemented)]
    public async Task A_refusal_is_not_repeated(HttpStatusCode status)
    {
        var network = new BadNetwork(BadNetwork.Answers(status));
        var images = await host.ImagesAsync(network);
        Assert.Equal(status, (await Assert.ThrowsAsync<MadangException>(() => images.ListPageAsync())).Status);
        Assert.Single(network.Attempts);
    }

    [Fact]
    public async Task A_server_that_asks_for_too_much_patience_is_not_waited_for()
    {
        var network = new BadNetwork(BadNetwork.Answers(HttpStatusCode.ServiceUnavailable, retryAfter: 120));
        var images = await host.ImagesAsync(network);
        var error = await Assert.ThrowsAsync<MadangException>(() => images.ListPageAsync());
        Assert.Equal((TimeSpan.FromMinutes(2), true), (error.RetryAfter, error.IsTransient));
        Assert.Single(network.Attempts);
    }

    [Fact]
    public async Task A_silent_server_is_left_after_the_timeout()
    {
        var clock = new ManualClock();
        var network = new BadNetwork(send => { clock.Advance(TimeSpan.FromSeconds(60)); return send(); });
        var options = new MadangOptions { Address = host.First.Address, MaxAttempts = 1 };
        var images = new MadangClient(new HttpClient(network), options, clock).Images;
        var error = await Assert.ThrowsAsync<MadangException>(() => images.ListPageAsync());
        Assert.Equal((MadangErrors.Timeout, null), (error.Code, error.Status));
    }

    [Fact]
    public void Pauses_double_with_some_chance_up_to_a_limit_and_obey_the_server()
    {
        var options = new MadangOptions { RetryDelay = TimeSpan.FromSeconds(1), MaxRetryDelay = TimeSpan.FromSeconds(5), MaxAttempts = 5 };
        var busy = new MadangException("x", "x", HttpStatusCode.ServiceUnavailable);
        Assert.Equal([0.5, 1, 2, 4, null], Pauses(random: 0, busy));
        Assert.Equal([1, 2, 4, 5, null], Pauses(random: 1, busy));
        Assert.Equal([3, 3, 3, 4, null], Pauses(random: 0, new("x", "x", HttpStatusCode.TooManyRequests) { RetryAfter = TimeSpan.FromSeconds(3) }));
        Assert.Equal([null, null, null, null, null], Pauses(random: 0, new("x", "x", HttpStatusCode.BadRequest)));

        double?[] Pauses(double random, MadangException error) =>
            [.. Enumerable.Range(1, 5).Select(attempt => new RetryPause(options, () => random).After(attempt, error)?.TotalSeconds)];
    }
}
