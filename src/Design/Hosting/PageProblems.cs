using System.Diagnostics;
using Madang.Design.Layout;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Madang.Design.Hosting;

/// <summary>People who asked for a page get one when it is missing or broken; programs keep their problem JSON.</summary>
internal sealed partial class PageProblems(RequestDelegate next, IEnumerable<OutageRule> outages, ILogger<PageProblems> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!AsksForPage(context.Request))
        {
            await next(context);
            return;
        }
        context.Features.Set(new PageAudience());
        try
        {
            await next(context);
        }
        catch (Exception error) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            var status = ProblemStatus.Of(error, outages);
            if (status >= StatusCodes.Status500InternalServerError) LogBroken(log, error);
            context.Response.Clear();
            await Render(context, status);
            return;
        }
        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null or 0 })
            await Render(context, context.Response.StatusCode);
    }

    private static async Task Render(HttpContext context, int status)
    {
        // What the broken page left half made in its scope must not meet this one.
        var broken = context.RequestServices;
        await using var scope = broken.GetRequiredService<IServiceScopeFactory>().CreateAsyncScope();
        context.RequestServices = scope.ServiceProvider;
        // A page that called NavigationManager.NotFound() has set this already, and the renderer insists on setting it itself.
        context.Response.Headers.Remove("blazor-enhanced-nav");
        // A trace id is what a person can hand to the operator.
        var parameters = new Dictionary<string, object?>
        {
            [nameof(AppDocument.Problem)] = new PageProblem(status, Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier),
        };
        await new RazorComponentResult<AppDocument>(parameters) { StatusCode = status }.ExecuteAsync(context);
        context.RequestServices = broken;
    }

    // What only programs call; everything else with "text/html" in Accept is a person's browser.
    private static readonly PathString[] ForPrograms = ["/cdn", "/iiif", "/openapi", "/design", "/metrics", "/health"];

    private static bool AsksForPage(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
        && !(request.Path.Value?.StartsWith("/api/", StringComparison.OrdinalIgnoreCase) ?? false)
        && !ForPrograms.Any(path => request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase));

    // Not its path, which may hold a secret (a sign-in link): the request's own line names it, with the secrets taken out.
    [LoggerMessage(Level = LogLevel.Error, Message = "A page broke")]
    private static partial void LogBroken(ILogger log, Exception error);
}

/// <summary>Why a page is not shown.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="TraceId">What the operator finds the request by; empty when nobody needs to.</param>
public sealed record PageProblem(int Status, string TraceId);
