using System.Net.ServerSentEvents;
using Madang.Platform.Live;
using Madang.Tests.Host;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Madang.Tests.Platform;

/// <summary>Live topics as a browser gets them.</summary>
public sealed class LiveEventsTests(TestDatabase database) : OnOwnDatabase(database)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_carry_the_version_as_id_and_Last_Event_ID_is_heeded()
    {
        await using var web = await Web.StartAsync(Node());
        var first = await web.Node.Live.Publish("t", new { number = 1 }, ct: Ct);

        await using var fresh = await web.Open(null);
        Assert.Equal("heartbeat", (await fresh.Next()).EventType);
        var seen = await fresh.Next();
        Assert.Equal(("message", $"{first}", """{"number": 1}"""), (seen.EventType, seen.EventId, seen.Data.Replace(":1", ": 1", StringComparison.Ordinal)));

        await using var back = await web.Open($"{first}");
        Assert.Equal("heartbeat", (await back.Next()).EventType);
        var second = await web.Node.Live.Publish("t", new { number = 2 }, ct: Ct);
        Assert.Equal($"{second}", (await back.Next()).EventId);
    }

    [Fact]
    public async Task Silence_is_broken_by_heartbeats_that_leave_the_id_alone()
    {
        await using var web = await Web.StartAsync(Node());
        await using var stream = await web.Open(null);
        Assert.Equal("heartbeat", (await stream.Next()).EventType);

        var next = stream.Next();
        await Answers.EventuallyAsync(() =>
        {
            Clock.Advance(LiveModule.Heartbeat);
            return Task.FromResult(next.IsCompleted);
        }, came => came);

        Assert.Equal(("heartbeat", null), ((await next).EventType, (await next).EventId));
    }

    [Fact]
    public async Task A_stream_that_may_last_so_long_ends_then()
    {
        await using var web = await Web.StartAsync(Node(), longest: TimeSpan.FromMinutes(2));
        await using var stream = await web.Open(null);
        Assert.Equal("heartbeat", (await stream.Next()).EventType);

        var rest = stream.Rest();
        await Answers.EventuallyAsync(() =>
        {
            Clock.Advance(TimeSpan.FromMinutes(1));
            return Task.FromResult(rest.IsCompleted);
        }, ended => ended);
        Assert.True(rest.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Proxies_are_told_not_to_buffer()
    {
        await using var web = await Web.StartAsync(Node());
        await using var stream = await web.Open(null);

        Assert.Equal("no", stream.Response.Headers.GetValues("X-Accel-Buffering").Single());
        Assert.Equal("text/event-stream", stream.Response.Content.Headers.ContentType?.MediaType);
        Assert.True(stream.Response.Headers.CacheControl?.NoCache);
    }

    private sealed class Web(WorkNode node, WebApplication app) : IAsyncDisposable
    {
        public WorkNode Node => node;

        public static async Task<Web> StartAsync(WorkNode node, TimeSpan? longest = null)
        {
            _ = node.Live;
            await node.ListenAsync();
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseTestServer();
            var app = builder.Build();
            app.MapGet("/t", (HttpContext context) => node.Live.ToServerSentEvents(context, "t", longest));
            await app.StartAsync(Ct);
            return new Web(node, app);
        }

        public async Task<Events> Open(string? lastEventId)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/t");
            if (lastEventId is not null)
                request.Headers.Add("Last-Event-ID", lastEventId);
            var response = await app.GetTestClient().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
            return new Events(response, SseParser.Create(await response.Content.ReadAsStreamAsync(Ct)).EnumerateAsync(Ct).GetAsyncEnumerator(Ct));
        }

        public async ValueTask DisposeAsync()
        {
            await node.Lifetime.StopAsync();
            await app.DisposeAsync();
        }
    }

    private sealed class Events(HttpResponseMessage response, IAsyncEnumerator<SseItem<string>> items) : IAsyncDisposable
    {
        public HttpResponseMessage Response => response;

        public async Task<SseItem<string>> Next()
        {
            Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), Ct));
            return items.Current;
        }

        /// <summary>Reads on until the server ends the stream.</summary>
        public async Task Rest()
        {
            while (await items.MoveNextAsync())
            {
            }
        }

        public ValueTask DisposeAsync()
        {
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
