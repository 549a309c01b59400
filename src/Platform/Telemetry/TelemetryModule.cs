using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry.Logs;

namespace Madang.Platform.Telemetry;

/// <summary>What the platform tells of itself: logs, metrics, traces, health.</summary>
public static class TelemetryModule
{
    /// <summary>
    /// Adds one log line a request, metrics, health checks, and, when <c>Telemetry:OtlpEndpoint</c> or
    /// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, traces, metrics and logs by OTLP. Meters and activity sources named
    /// <c>Madang.*</c> are picked up; modules add their own checks by <c>AddHealthChecks()</c>.
    /// </summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="builder">The host's builder.</param>
    public static TBuilder AddTelemetry<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        AddLogging(builder);
        builder.Services.AddSingleton(new Scope(PrometheusExporter.Scope, "read the metrics of this node"));

        var otlp = Otlp.From(builder.Configuration);
        if (otlp.IsOn)
        {
            builder.Logging.AddOpenTelemetry(logs => logs
                .SetResourceBuilder(Providers.Resource)
                .AddOtlpExporter(options => otlp.Apply(options, "logs")));
        }

        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(otlp);
        services.AddSingleton<PrometheusExporter>();
        services.AddHostedService<Providers>();
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database", timeout: TimeSpan.FromSeconds(3));
        return builder;
    }

    /// <summary>Writes one line a request and names its trace. Call it before whatever shall be in the log.</summary>
    /// <param name="app">The application.</param>
    public static IApplicationBuilder UseRequestLog(this IApplicationBuilder app) => app.UseMiddleware<RequestLog>();

    /// <summary>
    /// Maps <c>/metrics</c> (Prometheus text; for a scraper on the same machine, the operator, and keys with the scope
    /// <c>metrics:read</c>), <c>/health/live</c> (the process answers) and <c>/health/ready</c> (so does all it depends on;
    /// otherwise 503).
    /// </summary>
    /// <param name="routes">The host's routes.</param>
    public static IEndpointRouteBuilder MapTelemetry(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/metrics", (HttpContext context, PrometheusExporter metrics) => metrics.Answer(context)).ExcludeFromDescription();
        routes.MapHealthChecks("/health/live", HealthAnswer.Live);
        routes.MapHealthChecks("/health/ready", HealthAnswer.Ready);
        return routes;
    }

    private static void AddLogging(IHostApplicationBuilder builder)
    {
        // Defaults below every other source of configuration.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Logging:LogLevel:Microsoft"] = "Warning",
                ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
                ["Logging:LogLevel:Npgsql"] = "Warning",
                ["Logging:LogLevel:Quartz"] = "Warning",
                ["Logging:LogLevel:System.Net.Http"] = "Warning",
            },
        });

        // The server's own request lines carry the address with its secrets: no configuration may bring them back by a
        // wider category.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        builder.Services.Configure<SimpleConsoleFormatterOptions>(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });

        // A terminal that stands still must not stop the server.
        builder.Services.Configure<ConsoleLoggerOptions>(console =>
        {
            // Left open it means the same, but then the options above are not used.
            console.FormatterName ??= ConsoleFormatterNames.Simple;
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
            console.MaxQueueLength = 10_000;
        });
    }
}
