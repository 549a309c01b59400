using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Madang.Platform.Work;

/// <summary>What the operator sees and does of the queue.</summary>
/// <param name="Counts">How many jobs of each kind there are.</param>
/// <param name="Dead">Jobs that were given up, newest first, at most a hundred.</param>
public sealed record WorkOverview(IReadOnlyList<WorkCount> Counts, IReadOnlyList<DeadWork> Dead);

/// <summary>The operator's API of the queue, below <c>/api/work</c>.</summary>
public static class WorkEndpoints
{
    /// <summary>Maps it.</summary>
    /// <param name="routes">The host's routes.</param>
    public static IEndpointRouteBuilder MapWork(this IEndpointRouteBuilder routes)
    {
        var work = routes.MapGroup("/api/work").RequireOperator().WithTags("Work");
        work.MapGet("", async (WorkQueue queue, CancellationToken ct, long? before = null) =>
                TypedResults.Ok(new WorkOverview(await queue.Counts(ct), await queue.ListDead(before, ct: ct))))
            .WithSummary("Count jobs, and list those that were given up; `before` takes the last id for the next page");
        work.MapPost("/{id:long}/retry", async Task<Results<NoContent, ProblemHttpResult>> (long id, WorkQueue queue, CancellationToken ct) =>
                await queue.Retry(id, ct) ? TypedResults.NoContent() : Unknown.ToProblem())
            .WithSummary("Give a dead job all its attempts again, starting now");
        work.MapDelete("/{id:long}", async Task<Results<NoContent, ProblemHttpResult>> (long id, WorkQueue queue, CancellationToken ct) =>
                await queue.Discard(id, ct) ? TypedResults.NoContent() : Unknown.ToProblem())
            .WithSummary("Delete a dead job for good");
        return routes;
    }

    private static Failure Unknown => new("work.unknown", "There is no such dead job, or a living one has taken its place.", StatusCodes.Status404NotFound);
}
