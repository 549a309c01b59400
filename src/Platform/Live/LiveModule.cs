using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Dapper;
using Madang.Platform.Work;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Madang.Platform.Live;

/// <summary>Adds live topics and answers with them.</summary>
public static class LiveModule
{
    /// <summary>Silence after which a heartbeat is sent: shorter than the idle limits of common proxies.</summary>
    internal static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private static readonly JsonElement Nothing = JsonElement.Parse("null");

    /// <summary>Adds <see cref="LiveTopics"/> and the daily pruning of topics that nobody published to for a week.</summary>
    /// <param name="services">The host's services, with the database added.</param>
    public static IServiceCollection AddLive(this IServiceCollection services) => services
        .AddSingleton<LiveTopics>()
        .AddWork<PruneLiveTopics.Everything, PruneLiveTopics>(PruneLiveTopics.Kind)
        .AddRecurringWork(PruneLiveTopics.Kind, "0 40 3 * * ?");

    /// <summary>
    /// Answers a request with a topic as server-sent events: the state as data, the version as event id. A client that comes
    /// back with <c>Last-Event-ID</c> (or <c>?lastEventId=</c>, for the first connection of a page that was rendered with a
    /// state) gets only what is newer. An event named <c>heartbeat</c>, without id, opens the stream and breaks its silences.
    /// </summary>
    /// <param name="live">The topics.</param>
    /// <param name="context">The request.</param>
    /// <param name="topic">The topic. Who may watch it is the endpoint's to decide.</param>
    /// <param name="longest">After so long the stream ends and the client, coming back, is asked anew who it is: for topics of one person, whose session may have ended.</param>
    public static ServerSentEventsResult<JsonElement> ToServerSentEvents(this LiveTopics live, HttpContext context, string topic, TimeSpan? longest = null)
    {
        // nginx buffers answers unless told otherwise.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(Events(live, topic, LastEventId(context.Request), longest, context.RequestAborted));
    }

    private static long? LastEventId(HttpRequest request)
    {
        var id = request.Headers["Last-Event-ID"].FirstOrDefault() ?? request.Query["lastEventId"].FirstOrDefault();
        return long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;
    }

    private static async IAsyncEnumerable<SseItem<JsonElement>> Events(
        LiveTopics live, string topic, long? lastEventId, TimeSpan? longest, [EnumeratorCancellation] CancellationToken ct)
    {
        using var late = new CancellationTokenSource(longest ?? Timeout.InfiniteTimeSpan, live.Clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct, late.Token);
        // At once, so that the headers leave and the browser reports the stream as open.
        yield return new SseItem<JsonElement>(Nothing, "heartbeat");
        await foreach (var message in live.Watch(topic, lastEventId, Heartbeat, end.Token))
        {
            yield return message is null
                ? new SseItem<JsonElement>(Nothing, "heartbeat")
                : new SseItem<JsonElement>(message.State) { EventId = message.Version.ToString(CultureInfo.InvariantCulture) };
        }
    }
}

/// <summary>Deletes topics that were not published to for a week. Modules keep what matters in their own tables.</summary>
internal sealed class PruneLiveTopics(NpgsqlDataSource database, TimeProvider time) : IWorkHandler<PruneLiveTopics.Everything>
{
    public const string Kind = "live.prune";

    private static readonly TimeSpan Keep = TimeSpan.FromDays(7);

    public async Task Handle(Everything payload, WorkContext context, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from platform.live where updated_at < @before", new { before = time.GetUtcNow() - Keep }, cancellationToken: ct));
    }

    internal sealed record Everything;
}
