using System.Text.Json;
using Madang.Images.Storage;
using Madang.Platform.Live;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Madang.Images.Features;

/// <summary><c>GET /api/images/{id}/events</c>: the image's status as server-sent events, from now on and whenever it changes.</summary>
internal static class WatchImage
{
    public static string Topic(Guid id) => $"images/{id:N}";

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/{id:guid}/events", HandleAsync)
        .RequireScope(ImagesModule.Read)
        .Produces<ImageStatus>(StatusCodes.Status200OK, "text/event-stream")
        .WithSummary("Watch an image's status as server-sent events");

    private static async Task<Results<ServerSentEventsResult<JsonElement>, ProblemHttpResult>> HandleAsync(
        Guid id, HttpContext context, ImageStore store, LiveTopics live, CancellationToken cancellation) =>
        await store.FindPublicAsync(id, cancellation) is null ? Refusals.UnknownImage.ToProblem() : live.ToServerSentEvents(context, Topic(id));
}
