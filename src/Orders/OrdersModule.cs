using Madang.Design;
using Madang.Platform.Data;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Orders;

/// <summary>From a sale to its hand-over: escrow, shipping, complaints, reviews.</summary>
public static class OrdersModule
{
    /// <summary>Adds the module; its settings are the section <c>Orders</c>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration.</param>
    public static IServiceCollection AddOrders(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddMigrations("orders", typeof(OrdersModule).Assembly);
        services.AddPages<OrdersText>();
        return services;
    }

    /// <summary>Maps the module's API and what its pages post to.</summary>
    /// <param name="routes">The host's routes.</param>
    public static IEndpointRouteBuilder MapOrders(this IEndpointRouteBuilder routes) => routes;
}
