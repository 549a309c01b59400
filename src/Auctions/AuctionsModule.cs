using Madang.Accounts;
using Madang.Auctions.Features;
using Madang.Auctions.Pages;
using Madang.Auctions.Storage;
using Madang.Design;
using Madang.Market;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Madang.Wallet;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Madang.Auctions;

/// <summary>Bidding: proxy bids in lanes, opening and closing by time, the live price.</summary>
public static class AuctionsModule
{
    /// <summary>Adds the module; its settings are the section <c>Auctions</c>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration.</param>
    public static IServiceCollection AddAuctions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AuctionsOptions>().Bind(configuration.GetSection("Auctions")).ValidateDataAnnotations()
            .Validate(options => options.HasTable, "Auctions:Increments must rise: neither bands nor steps may shrink.").ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<AuctionsOptions>>().Value.Rules());
        services.AddValidation();
        services.AddMigrations("auctions", typeof(AuctionsModule).Assembly);
        services.AddSingleton<AuctionStore>();
        services.AddSingleton<BidStore>();
        services.AddSingleton<OfferStore>();
        services.AddSingleton<Announce>();
        services.AddSingleton<Pulse>();
        services.AddHostedService(provider => provider.GetRequiredService<Pulse>());
        AddBidding(services);
        AddSelling(services);
        AddPages(services);
        services.AddSingleton<IPersonalData, AuctionsPersonalData>();
        return services;
    }

    /// <summary>Maps the API below <c>/api/auctions</c>, and what the module's pages post to.</summary>
    /// <param name="routes">The host's routes.</param>
    public static IEndpointRouteBuilder MapAuctions(this IEndpointRouteBuilder routes)
    {
        PlaceBid.Map(routes);
        ShowAuction.Map(routes);
        ListBids.Map(routes);
        RetractBid.Map(routes);
        SellerControls.Map(routes);
        SecondChance.Map(routes);
        AuctionForms.Map(routes);
        if (routes.ServiceProvider.GetRequiredService<IOptions<AuctionsOptions>>().Value.NothingEndpoint)
            Nothing.Map(routes);
        return routes;
    }

    private static void AddBidding(IServiceCollection services)
    {
        services.AddSingleton<DecideBids>();
        services.AddSingleton<PlaceBid>();
        services.AddSingleton<ShowAuction>();
        services.AddSingleton<ListBids>();
        services.AddSingleton<UndoBids>();
        services.AddSingleton<RetractBid>();
        services.AddSingleton<TellOutbid>();
        services.AddWork<TellOutbid.Job, TellOutbid>(TellOutbid.Kind, new WorkSettings(Concurrency: 4));
        services.AddSingleton<SuspendedBidders>();
        services.AddSingleton<IWhenSuspended>(provider => provider.GetRequiredService<SuspendedBidders>());
        services.AddWork<SuspendedBidders.Job, SuspendedBidders>(SuspendedBidders.Kind, new WorkSettings(MaxAttempts: 100));
    }

    private static void AddSelling(IServiceCollection services)
    {
        services.AddSingleton<ISale, SellByAuction>();
        services.AddSingleton<SellAuction>();
        services.AddSingleton<TellLosers>();
        services.AddWork<TellLosers.Job, TellLosers>(TellLosers.Kind);
        services.AddSingleton<ISoldAuctions, CallOffSale>();
        services.AddSingleton<SellerControls>();
        services.AddSingleton<SecondChance>();
        services.AddWork<SecondChance.Job, SecondChance>(SecondChance.ExpireKind);
        services.AddWork<OpenAuction.Job, OpenAuction>(OpenAuction.Kind);
        services.AddWork<CloseAuction.Job, CloseAuction>(CloseAuction.Kind, CloseAuction.Settings);
        services.AddWork<SweepAuctions.Job, SweepAuctions>(SweepAuctions.Kind);
        services.AddRecurringWork(SweepAuctions.Kind, SweepAuctions.Cron);
    }

    private static void AddPages(IServiceCollection services)
    {
        services.AddPages<AuctionsText>();
        services.AddSingleton(new WalletLink("auction", "/market/{0}"));
        string[] kinds =
        [
            TellOutbid.Kind, CloseAuction.UnsoldKind, CloseAuction.ReserveKind, CloseAuction.OutageKind, UndoBids.LeadingKind,
            UndoBids.UncoveredKind, SellByAuction.WithdrawnKind, SellByAuction.OfferWithdrawnKind, SecondChance.Kind, SecondChance.DeclinedKind, TellLosers.LostKind,
        ];
        foreach (var kind in kinds)
            services.AddSingleton(new NotificationKind(kind, typeof(AuctionsText), Href: "/market/{Auction}"));
        services.AddSingleton(new Slot("market.listing", typeof(AuctionPanel), 100));
        services.AddSingleton(new Slot("market.listing.below", typeof(BidHistory), 100));
        services.AddSingleton(new Slot("market.my", typeof(MyBids), 200));
        services.AddSingleton(new Slot("market.my", typeof(MyWins), 250));
        services.AddSingleton(new Slot("market.home", typeof(EndingSoon), 100));
    }
}
