using Madang.Design;
using Madang.Platform.Data;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Market;

/// <summary>Listings: what people offer, how it is found, and what is said around it.</summary>
public static class MarketModule
{
    /// <summary>Adds the module; its settings are the section <c>Market</c>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration.</param>
    public static IServiceCollection AddMarket(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddMigrations("market", typeof(MarketModule).Assembly);
        services.AddPages<MarketText>();
        return services;
    }

    /// <summary>Maps the module's API and what its pages post to.</summary>
    /// <param name="routes">The host's routes.</param>
    public static IEndpointRouteBuilder MapMarket(this IEndpointRouteBuilder routes) => routes;
}
