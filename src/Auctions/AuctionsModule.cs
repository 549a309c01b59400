using Madang.Design;
using Madang.Platform.Data;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Auctions;

/// <summary>Bidding: proxy bids in lanes, opening and closing by time, the live price.</summary>
public static class AuctionsModule
{
    /// <summary>Adds the module; its settings are the section <c>Auctions</c>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration.</param>
    public static IServiceCollection AddAuctions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddMigrations("auctions", typeof(AuctionsModule).Assembly);
        services.AddPages<AuctionsText>();
        return services;
    }

    /// <summary>Maps the module's API and what its pages post to.</summary>
    /// <param name="routes">The host's routes.</param>
    public static IEndpointRouteBuilder MapAuctions(this IEndpointRouteBuilder routes) => routes;
}
