using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Madang.Platform.Telemetry;

/// <summary>Holds the meters' values until somebody asks.</summary>
// The export mode alone makes Collect give nothing, without a word: the interface is needed too.
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    /// <summary>What an API key must carry to read <c>/metrics</c>.</summary>
    public const string Scope = "metrics:read";

    private const int CollectTimeoutMilliseconds = 5000;

    private readonly Lock _gate = new();
    private string _text = "";

    public Func<int, bool>? Collect { get; set; }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        _text = PrometheusText.Write(batch);
        return ExportResult.Success;
    }

    public string Scrape()
    {
        lock (_gate)
        {
            Collect?.Invoke(CollectTimeoutMilliseconds);
            return _text;
        }
    }

    /// <summary>Answers <c>GET /metrics</c> to a scraper on this machine, to the operator, and to keys with the scope.</summary>
    public IResult Answer(HttpContext context)
    {
        if (context.IsFromThisMachine())
            return TypedResults.Text(Scrape(), PrometheusText.ContentType);

        return context.Caller() switch
        {
            null => new Failure("auth.required", "Sign in, or send an API key as `Authorization: Bearer <key>`.", StatusCodes.Status401Unauthorized).ToProblem(),
            { } caller when caller.May(Scope) => TypedResults.Text(Scrape(), PrometheusText.ContentType),
            _ => new Failure("auth.scope", $"This key lacks the scope `{Scope}`.", StatusCodes.Status403Forbidden).ToProblem(),
        };
    }
}
