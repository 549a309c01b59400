using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Madang.Platform.Blobs;

/// <summary>The health check <c>blobs</c>: a file touched, or one small request.</summary>
internal sealed class BlobStoreHealth(IBlobStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await (store is IBlobStoreProbe probe ? probe.Probe(cancellationToken) : Task.CompletedTask);
            return HealthCheckResult.Healthy();
        }
        catch (BlobStoreUnavailableException outage)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, outage.Message, outage);
        }
    }
}
