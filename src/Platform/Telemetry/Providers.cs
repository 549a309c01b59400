using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Madang.Platform.Telemetry;

/// <summary>Where OTLP goes, if anywhere.</summary>
internal sealed record Otlp(Uri? Configured, bool IsOn)
{
    public static Otlp From(IConfiguration configuration)
    {
        var configured = configuration["Telemetry:OtlpEndpoint"];
        return string.IsNullOrEmpty(configured)
            ? new(null, !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            : new(new Uri(configured), true);
    }

    /// <summary>Leaves to the exporter what it reads from the environment by itself.</summary>
    public void Apply(OtlpExporterOptions options, string signal)
    {
        if (Configured is null)
            return;

        // With gRPC the service is in the call; with HTTP an endpoint that is set in code is taken as it is.
        options.Endpoint = options.Protocol == OtlpExportProtocol.Grpc
            ? Configured
            : new Uri($"{Configured.ToString().TrimEnd('/')}/v1/{signal}");
    }
}

/// <summary>OpenTelemetry's providers, for as long as the host runs.</summary>
internal sealed class Providers(Otlp otlp, PrometheusExporter prometheus) : IHostedService, IDisposable
{
    private MeterProvider? _meters;
    private TracerProvider? _tracer;

    public static ResourceBuilder Resource => ResourceBuilder.CreateDefault()
        .AddService("madang", serviceVersion: typeof(Providers).Assembly.GetName().Version?.ToString(3), serviceInstanceId: Environment.MachineName)
        .AddEnvironmentVariableDetector();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meters = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(Resource)
            .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql", "Madang.*")
            .AddReader(new BaseExportingMetricReader(prometheus));
        if (otlp.IsOn)
        {
            meters.AddOtlpExporter(options => otlp.Apply(options, "metrics"));
            _tracer = Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(Resource)
                .AddSource("Microsoft.AspNetCore", "Npgsql", "Madang.*")
                .AddOtlpExporter(options => otlp.Apply(options, "traces"))
                .Build();
        }

        _meters = meters.Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Flushes what is left.
    public void Dispose()
    {
        _tracer?.Dispose();
        _meters?.Dispose();
    }
}
