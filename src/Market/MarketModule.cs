using Madang.Design;
using Madang.Market.Features;
using Madang.Market.Storage;
using Madang.Platform.Data;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

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
        services.AddValidation();
        AddListings(services);
        return services;
    }

    private static void AddListings(IServiceCollection services)
    {
        services.AddSingleton<ListingStore>();
        services.AddSingleton<PictureStore>();
        services.AddSingleton<LikeStore>();
        services.AddSingleton<MarketListings>();
        services.AddSingleton<IListings>(provider => provider.GetRequiredService<MarketListings>());
        services.TryAddSingleton<IReputations, NoReputations>();
        // The modules that sell are above this one: they are asked for when something is sold, not when this is made.
        services.AddSingleton<Sales>();
        services.AddSingleton<Sellers>();
        services.AddSingleton<Cards>();
        services.AddSingleton<UploadPictures>();
        services.AddSingleton<SaveListing>();
        services.AddSingleton<PublishListing>();
        services.AddSingleton<ShowListing>();
        services.AddSingleton<MyListings>();
    }

    /// <summary>Maps the module's API and what its pages post to.</summary>
    /// <param name="routes">The host's routes.</param>
    public static IEndpointRouteBuilder MapMarket(this IEndpointRouteBuilder routes)
    {
        UploadPictures.Map(routes);
        ListingEndpoints.Map(routes);
        return routes;
    }
}
