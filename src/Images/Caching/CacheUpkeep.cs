using Microsoft.Extensions.Hosting;

namespace Madang.Images.Caching;

/// <summary>Ends expired files once a minute, so that the disk does not hold what nobody asks for.</summary>
internal sealed class CacheUpkeep(VariantCache cache, TimeProvider time) : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            cache.Sweep();
    }
}
