using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Madang.Platform.Web;

/// <summary>An expected refusal: what went wrong, in a stable code for programs and a sentence for people.</summary>
/// <param name="Code">Stable, lower case, module first: <c>image.too_large</c>.</param>
/// <param name="Detail">A sentence that helps to do it right.</param>
/// <param name="Status">The HTTP status that it is answered with.</param>
public sealed record Failure(string Code, string Detail, int Status = StatusCodes.Status422UnprocessableEntity)
{
    /// <summary>When it is worth to try again; answered as <c>Retry-After</c>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>More members of the problem, such as the limit that was passed.</summary>
    public IReadOnlyDictionary<string, object?>? Extra { get; init; }

    /// <summary>The refusal as RFC 9457 problem details with the extension <c>code</c>.</summary>
    public ProblemHttpResult ToProblem()
    {
        var problem = new ProblemDetails { Type = $"/problems/{Code}", Title = Title(Status), Status = Status, Detail = Detail };
        problem.Extensions["code"] = Code;
        foreach (var (name, value) in Extra ?? new Dictionary<string, object?>())
            problem.Extensions[name] = value;
        return TypedResults.Problem(problem);
    }

    /// <summary>The refusal as problem details, with <c>Retry-After</c> where it has one.</summary>
    /// <param name="context">The request that is refused.</param>
    public ProblemHttpResult ToProblem(HttpContext context)
    {
        SetHeaders(context.Response);
        return ToProblem();
    }

    /// <summary>Writes the problem as the whole answer, with <c>Retry-After</c> where it has one.</summary>
    /// <param name="context">The request that is refused.</param>
    public Task WriteTo(HttpContext context)
    {
        SetHeaders(context.Response);
        return ToProblem().ExecuteAsync(context);
    }

    /// <summary>Sets the headers that belong to the refusal.</summary>
    /// <param name="response">The answer.</param>
    internal void SetHeaders(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        if (RetryAfter is { } wait)
            response.Headers.RetryAfter = ((int)Math.Ceiling(Math.Max(1, wait.TotalSeconds))).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Title(int status) => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status);
}

/// <summary>Carries a <see cref="Failure"/> out of a place that cannot return one, such as the middle of a stream.</summary>
/// <param name="failure">What is answered.</param>
public sealed class FailureException(Failure failure) : Exception(failure.Detail)
{
    /// <summary>What is answered.</summary>
    public Failure Failure { get; } = failure;
}
