using Madang.Accounts;
using Madang.Auctions;
using Madang.Design;
using Madang.Market;
using Madang.Notifications;
using Madang.Orders.Domain;
using Madang.Orders.Features;
using Madang.Orders.Pages;
using Madang.Orders.Storage;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Madang.Wallet;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Madang.Orders;

/// <summary>From a sale to its hand-over: escrow, shipping, complaints, reviews.</summary>
public static class OrdersModule
{
    /// <summary>Adds the module; its settings are the section <c>Orders</c>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration.</param>
    public static IServiceCollection AddOrders(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<OrdersOptions>().Bind(configuration.GetSection("Orders")).ValidateDataAnnotations().ValidateOnStart();
        services.AddMigrations("orders", typeof(OrdersModule).Assembly);
        services.AddValidation();
        services.AddSingleton(provider =>
        {
            var (options, zone) = (provider.GetRequiredService<IOptions<OrdersOptions>>().Value, provider.GetRequiredService<WalletZone>());
            return new Terms(options, new BusinessCalendar(zone.Day, zone.Start, options.Holidays.ToHashSet()));
        });
        AddSelling(services);
        AddHandling(services);
        AddReviews(services);
        services.AddWork<AdvanceOrders.Job, AdvanceOrders>(AdvanceOrders.Kind, new WorkSettings(MaxAttempts: 3, Concurrency: 1));
        services.AddRecurringWork(AdvanceOrders.Kind, AdvanceOrders.Cron);
        services.AddSingleton<IPersonalData, OrdersPersonalData>();
        AddPages(services);
        return services;
    }

    /// <summary>Maps the API below <c>/api/orders</c> and <c>/api/operator/orders</c>, and what the module's pages post to.</summary>
    /// <param name="routes">The host's routes.</param>
    public static IEndpointRouteBuilder MapOrders(this IEndpointRouteBuilder routes)
    {
        CreateOrder.Map(routes);
        ListOrders.Map(routes);
        ShowOrder.Map(routes);
        OrderActs.Map(routes);
        Complaints.Map(routes);
        Reviews.Map(routes);
        OperatorOrders.Map(routes);
        OrderForms.Map(routes);
        return routes;
    }

    private static void AddSelling(IServiceCollection services)
    {
        services.AddSingleton<ISale, FixedSale>();
        services.AddSingleton<IAuctionSales, AuctionSales>();
        services.AddSingleton<ReadDelivery>();
        services.AddSingleton<CreateOrder>();
    }

    private static void AddHandling(IServiceCollection services)
    {
        services.AddSingleton<OrderStore>();
        services.AddSingleton<AddressStore>();
        services.AddSingleton<ComplaintStore>();
        services.AddSingleton<Announce>();
        services.AddSingleton<MoveOrder>();
        services.AddSingleton<OrderActs>();
        services.AddSingleton<Complaints>();
        services.AddSingleton<ShowOrder>();
        services.AddSingleton<ListOrders>();
        services.AddSingleton<OperatorOrders>();
    }

    private static void AddReviews(IServiceCollection services)
    {
        services.AddSingleton<ReviewStore>();
        services.AddSingleton<Reviews>();
        // After the market's own, which knows newcomers only.
        services.AddSingleton<IReputations, ReputationStore>();
    }

    private static void AddPages(IServiceCollection services)
    {
        services.AddPages<OrdersText>();
        services.AddSingleton(new NavigationItem("/orders", typeof(OrdersText), "Orders.Navigation", Order: 250, For: Audience.Members));
        services.AddSingleton(new NavigationItem("/operator/orders", typeof(OrdersText), "Operator.Navigation", Order: 835, For: Audience.Operators));
        services.AddSingleton(new Slot("market.listing", typeof(BuyPanel), Order: 100));
        services.AddSingleton(new Slot("market.seller", typeof(SellerReviews), Order: 100));
        services.AddSingleton(new Slot("market.my", typeof(ToDoSection), Order: 50));
        services.AddSingleton(new Slot("market.my", typeof(BoughtSection), Order: 300));
        services.AddSingleton(new Slot("market.my", typeof(SoldSection), Order: 400));
        services.AddSingleton(new WalletLink("order", "/orders/{0}"));
        foreach (var kind in Announce.Kinds)
            services.AddSingleton(new NotificationKind(kind, typeof(OrdersText), Href: "/orders/{Order}")
            {
                // Comes together with another that is mailed.
                Default = kind == Announce.ReviewAsked ? Channels.InApp : Channels.InApp | Channels.Mail,
            });
    }
}
