using System.Collections.Concurrent;
using System.Net;
using Madang.Tests.Host;
using Madang.Tests.Servers;
using Xunit;

namespace Madang.Tests.Images;

/// <summary>The real program, killed in the worst moments.</summary>
[Collection(nameof(Platform.MeasuredAlone))]
public sealed class KilledProgramTests
{
    [Fact]
    public async Task Killed_while_it_prepares_a_picture_it_runs_the_job_again_and_leaves_no_database_behind()
    {
        await using var madang = new MadangProgram();
        await madang.StartAsync();
        var key = await madang.NewKeyAsync();
        var original = Pictures.Phone12Mp();
        var image = await madang.Client(key).TakenAsync(original, "전화_사진.jpg", sizes: "3600,3200,2800");
        // Another upload is in its middle.
        var form = new Form().File(original).Finished();
        await using var phone = await RawConnection.PostAsync(madang.Address, "/api/images", key, form.Length);
        await phone.SendAsync(form.AsMemory(0, form.Length / 2));
        var scratch = Path.Join(madang.Folder, "images-scratch");
        await Answers.EventuallyAsync(() => Task.FromResult(Directory.Exists(scratch) && Directory.GetDirectories(scratch).Length > 0), working => working);
        Assert.Equal("processing", (await madang.Client(key).ShowAsync(image.Id)).Status);
        var database = madang.DatabasePid!.Value;

        await madang.KillAsync();

        await Answers.EventuallyAsync(() => Task.FromResult(MadangProgram.Gone(database)), gone => gone);
        await madang.StartAsync();
        var shop = madang.Client(key);
        Assert.Empty(ImagesHost.FilesIn(scratch));
        var ready = await Answers.EventuallyAsync(() => shop.ShowAsync(image.Id), seen => seen.Status != "processing", seconds: 150);
        Assert.Equal("ready", ready.Status);
        Assert.Equal(original, await shop.GetByteArrayAsync($"/api/images/{image.Id}/original"));
        Assert.Equal(2800, (await madang.Client().PictureAsync($"{image.View}?w=2800&h=2800&fm=webp")).Size.Width);
        Assert.Single((await (await shop.GetAsync("/api/images")).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("items").EnumerateArray());
        await Answers.EventuallyAsync(() => Task.FromResult(ImagesHost.FilesIn(scratch).Count), files => files == 0);
    }

    [Fact]
    public async Task While_PostgreSQL_is_away_there_are_503s_at_most_and_afterwards_everything_works()
    {
        await using var madang = new MadangProgram();
        await madang.StartAsync();
        var key = await madang.NewKeyAsync();
        var shop = madang.Client(key);
        var image = await shop.ReadyAsync(Pictures.Jpeg());
        await shop.GetAsync($"{image.View}?w=50");
        var stranger = madang.Client();
        var seen = new ConcurrentDictionary<(string What, HttpStatusCode Status), int>();
        using var end = new CancellationTokenSource();
        var width = 60;
        var refused = 0;
        var load = new[]
        {
            LoadAsync("hot", () => stranger.GetAsync($"{image.View}?w=50")),
            LoadAsync("cold", () => shop.GetAsync($"{image.View}?w={Interlocked.Increment(ref width)}&fm=jpg")),
            LoadAsync("show", () => shop.GetAsync($"/api/images/{image.Id}")),
            LoadAsync("upload", () => shop.UploadAsync(Pictures.Gif())),
        };
        await AllSeenAsync(("hot", HttpStatusCode.OK), ("cold", HttpStatusCode.OK), ("show", HttpStatusCode.OK), ("upload", HttpStatusCode.Created));

        for (var round = 0; round < 2; round++)
        {
            var pid = madang.DatabasePid;
            madang.KillDatabase();
            await Answers.EventuallyAsync(() => Task.FromResult(madang.DatabasePid), now => now is not null && now != pid, seconds: 60);
            seen.Clear();
            await AllSeenAsync(("show", HttpStatusCode.OK), ("upload", HttpStatusCode.Created), ("cold", HttpStatusCode.OK));
        }
        await end.CancelAsync();
        await Task.WhenAll(load);

        Assert.True(refused > 0, "nobody noticed the outage: this test proves nothing");
        Assert.Equal("ready", (await shop.ReadyAsync(Pictures.Jpeg(320, 200), sizes: "100")).Status);
        await (await shop.DeleteAsync($"/api/images/{image.Id}")).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await shop.GetAsync($"{image.View}?w=50")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "image.unknown");

        async Task LoadAsync(string what, Func<Task<HttpResponseMessage>> send)
        {
            while (!end.IsCancellationRequested)
            {
                using var answer = await send();
                seen.AddOrUpdate((what, answer.StatusCode), 1, (_, count) => count + 1);
                if (!answer.IsSuccessStatusCode)
                {
                    Interlocked.Increment(ref refused);
                    Assert.NotEqual("hot", what); // what is in memory needs no database
                    await answer.ShouldBeRefusedAsync(HttpStatusCode.ServiceUnavailable, "database.unavailable");
                    Assert.NotNull(answer.Headers.RetryAfter);
                    await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
                }
            }
        }

        Task AllSeenAsync(params (string What, HttpStatusCode Status)[] expected) => Answers.EventuallyAsync(
            async () =>
            {
                foreach (var one in load.Where(one => one.IsFaulted))
                    await one;
                return expected.Count(seen.ContainsKey);
            },
            count => count == expected.Length,
            seconds: 60);
    }
}
