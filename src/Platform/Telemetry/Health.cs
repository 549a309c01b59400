using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Madang.Platform.Telemetry;

/// <summary>The health check <c>database</c>: one round trip.</summary>
internal sealed class DatabaseHealth(NpgsqlDataSource database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var command = database.CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (NpgsqlException e)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The database does not answer.", e);
        }
    }
}

/// <summary>The answer's form: names, states and times. Reasons are in the log, for strangers may ask.</summary>
internal static class HealthAnswer
{
    // Alive means that the process answers; a database that is down is no reason to kill it.
    public static HealthCheckOptions Live { get; } = new() { Predicate = _ => false, ResponseWriter = Write };

    public static HealthCheckOptions Ready { get; } = new()
    {
        ResponseWriter = Write,
        ResultStatusCodes =
        {
            [HealthStatus.Healthy] = StatusCodes.Status200OK,
            [HealthStatus.Degraded] = StatusCodes.Status200OK,
            [HealthStatus.Unhealthy] = StatusCodes.Status503ServiceUnavailable,
        },
    };

    private static Task Write(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = Name(report.Status),
        checks = report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new { status = Name(entry.Value.Status), milliseconds = Math.Round(entry.Value.Duration.TotalMilliseconds, 1) },
            StringComparer.Ordinal),
    }, JsonSerializerOptions.Web, context.RequestAborted);

    private static string Name(HealthStatus status) => status.ToString().ToLowerInvariant();
}
