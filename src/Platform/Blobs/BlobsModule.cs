using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Madang.Platform.Blobs;

/// <summary>Adds the blob store.</summary>
public static class BlobsModule
{
    /// <summary>
    /// Adds the <see cref="IBlobStore"/> that <c>Blobs:Store</c> names, and the health check <c>blobs</c>. A configuration
    /// that cannot work ends the start with a sentence; a store that is only down at the moment does not.
    /// </summary>
    public static IServiceCollection AddBlobs(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<BlobOptions>()
            .Bind(configuration.GetSection("Blobs"))
            .PostConfigure(options =>
            {
                var data = DataFolder.From(configuration);
                options.Folder ??= data.Combine("blobs");
                options.Scratch = data.Combine("scratch");
            })
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<BlobOptions>, BlobOptionsValidation>();
        services.AddSingleton(Create);
        services.AddHostedService<BlobStoreStart>();
        services.AddSingleton(new OutageRule(Outage));
        services.AddHealthChecks().AddCheck<BlobStoreHealth>("blobs", timeout: TimeSpan.FromSeconds(6));
        return services;
    }

    private static Failure? Outage(Exception fault) => fault switch
    {
        BlobStoreFullException => Full,
        BlobStoreUnavailableException => new("storage.unavailable", "The store of files cannot be reached; try again soon.", StatusCodes.Status503ServiceUnavailable)
        {
            RetryAfter = TimeSpan.FromSeconds(2),
        },
        // This node's own disk, where uploads land first.
        IOException when FolderFault.Of(fault) is BlobStoreFullException => Full,
        _ => null,
    };

    private static Failure Full => new("storage.full", "There is no room left to store files. The operator has to make some.", StatusCodes.Status507InsufficientStorage);

    private static IBlobStore Create(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<BlobOptions>>().Value;
        return options.InS3
            ? new S3BlobStore(options.S3, options.Scratch, services.GetRequiredService<ILogger<S3BlobStore>>())
            : new FolderBlobStore(options.Folder!);
    }
}

/// <summary>Sweeps what a killed process left, and says early in the log when the store does not work.</summary>
internal sealed class BlobStoreStart(IBlobStore store, ILogger<BlobStoreStart> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await (store is IBlobStoreProbe probe ? probe.Probe(stoppingToken) : Task.CompletedTask);
        }
        catch (BlobStoreUnavailableException outage)
        {
            log.LogError(outage, "The blob store does not work yet: {Reason}", outage.Message);
        }
    }
}
