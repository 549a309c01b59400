using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Madang.Platform.Telemetry;

/// <summary>
/// Writes one line a request, names its trace in <c>X-Trace-Id</c>, and puts route and status on its span. No header is ever
/// logged, and addresses only through <see cref="Redaction"/>.
/// </summary>
internal sealed partial class RequestLog(RequestDelegate next, TimeProvider time, ILoggerFactory loggers)
{
    public const string Category = "Madang.Request";
    public const string TraceHeader = "X-Trace-Id";

    private readonly ILogger _log = loggers.CreateLogger(Category);

    public async Task InvokeAsync(HttpContext context)
    {
        var started = time.GetTimestamp();
        var activity = context.Features.Get<IHttpActivityFeature>()?.Activity ?? Activity.Current;
        var traceId = activity?.TraceId.ToHexString() ?? context.TraceIdentifier;

        // Not now: the exception handler clears the headers before it answers.
        context.Response.OnStarting(static state =>
        {
            var (response, id) = ((HttpResponse, string))state;
            response.Headers[TraceHeader] = id;
            return Task.CompletedTask;
        }, (context.Response, traceId));

        try
        {
            await next(context);
        }
        catch (Exception) when (!context.Response.HasStarted)
        {
            // Nothing handled it; the server answers 500 when it gets there.
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            throw;
        }
        finally
        {
            Ended(context, activity, traceId, time.GetElapsedTime(started));
        }
    }

    private void Ended(HttpContext context, Activity? activity, string traceId, TimeSpan took)
    {
        var status = context.Response.StatusCode;
        var level = status >= 500 ? LogLevel.Warning : IsQuiet(context.Request.Path) ? LogLevel.Debug : LogLevel.Information;
        var traced = activity is { IsAllDataRequested: true };
        if (!traced && !_log.IsEnabled(level))
            return;

        // The exception handler takes endpoint and values off the request and keeps them in its feature.
        var fault = context.Features.Get<IExceptionHandlerPathFeature>();
        var values = fault?.RouteValues ?? context.Request.RouteValues;
        var route = ((fault?.Endpoint ?? context.GetEndpoint()) as RouteEndpoint)?.RoutePattern.RawText;
        var path = Redaction.Path((context.Request.PathBase + context.Request.Path).ToUriComponent(), values);
        var query = Redaction.Query(context.Request.QueryString.Value ?? "");

        if (traced)
            Describe(activity!, context.Request.Method, path, query, route, status);
        LogRequest(_log, level, context.Request.Method, path + query, route, status, took.TotalMilliseconds, context.Response.ContentLength, traceId);
    }

    private static void Describe(Activity activity, string method, string path, string query, string? route, int status)
    {
        activity.DisplayName = route is null ? method : $"{method} {route}";
        activity.SetTag("http.request.method", method);
        activity.SetTag("http.response.status_code", status);
        activity.SetTag("http.route", route);

        // In place of what the server itself has put there.
        activity.SetTag("url.path", path);
        activity.SetTag("url.query", query.Length == 0 ? null : query[1..]);
        if (status >= 500)
            activity.SetStatus(ActivityStatusCode.Error);
    }

    private static bool IsQuiet(PathString path) =>
        path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase);

    [LoggerMessage(Message = "{Method} {Path} {Status} in {Milliseconds:0.0} ms, route {Route}, bytes {Bytes}, trace {TraceId}")]
    private static partial void LogRequest(ILogger logger, LogLevel level, string method, string path, string? route, int status,
        double milliseconds, long? bytes, string traceId);
}
