using Madang.Accounts;
using Madang.Design;
using Madang.Market.Features;
using Madang.Market.Pages;
using Madang.Market.Storage;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Work;
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
        AddFinding(services);
        AddAround(services);
        AddScreens(services);
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
        services.AddSingleton<ShowSeller>();
        services.AddSingleton<Cards>();
        services.AddSingleton<UploadPictures>();
        services.AddSingleton<SaveListing>();
        services.AddSingleton<PublishListing>();
        services.AddSingleton<ShowListing>();
        services.AddSingleton<MyListings>();
    }

    private static void AddFinding(IServiceCollection services)
    {
        services.AddSingleton<SearchListings>();
        services.AddSingleton<Tally>();
        services.AddSingleton<RecordSearch>();
        services.AddSingleton<SaveSearch>();
        services.AddWork<TellSearchers.Job, TellSearchers>(TellSearchers.Kind);
        services.AddSingleton(new NotificationKind(TellSearchers.FoundKind, typeof(MarketText), Href: "/market/{Listing}"));
    }

    private static void AddAround(IServiceCollection services)
    {
        services.AddSingleton<LikeListing>();
        services.AddSingleton<RecordView>();
        services.AddWork<FoldViews.Job, FoldViews>(FoldViews.Kind, new WorkSettings(MaxAttempts: 3, Concurrency: 1));
        services.AddRecurringWork(FoldViews.Kind, FoldViews.Cron);
        services.AddSingleton<AskQuestion>();
        services.AddSingleton(new NotificationKind(AskQuestion.AskedKind, typeof(MarketText), Href: "/market/{Listing}#questions"));
        services.AddSingleton(new NotificationKind(AskQuestion.AnsweredKind, typeof(MarketText), Href: "/market/{Listing}#questions"));
        services.AddSingleton<BlockMember>();
        services.AddSingleton<ReportListing>();
        services.AddSingleton<DecideReports>();
        services.AddSingleton(new NotificationKind(DecideReports.TakenDownKind, typeof(MarketText), Href: "/market/{Listing}", Mandatory: true));
        services.AddSingleton<IPersonalData, MarketPersonalData>();
        services.AddWork<SweepMarket.Job, SweepMarket>(SweepMarket.Kind, new WorkSettings(MaxAttempts: 3, Concurrency: 1));
        services.AddRecurringWork(SweepMarket.Kind, SweepMarket.Cron);
    }

    private static void AddScreens(IServiceCollection services)
    {
        services.AddSingleton(new NavigationItem("/market", typeof(MarketText), "Navigation", Order: 10));
        services.AddSingleton(new NavigationItem("/market/my", typeof(MarketText), "My.Navigation", Order: 5, For: Audience.Members, InMenu: true));
        services.AddSingleton(new NavigationItem("/operator/market", typeof(MarketText), "Operator.Navigation", Order: 840, For: Audience.Operators));
        services.AddSingleton<ListingWords>();
        services.AddSingleton<EditorForm>();
        services.AddSingleton<DraftForm>();
        services.AddScoped<IStartPageCard, MarketCard>();
        services.AddSingleton(new Slot("market.my", typeof(MyListingsSection), Order: 100));
        services.AddSingleton(new Slot("market.my", typeof(MyLikesSection), Order: 500));
        services.AddSingleton(new Slot("market.my", typeof(MySeenSection), Order: 600));
        services.AddSingleton(new Slot("market.my", typeof(MySearchesSection), Order: 700));
    }

    /// <summary>Maps the module's API and what its pages post to.</summary>
    /// <param name="routes">The host's routes.</param>
    public static IEndpointRouteBuilder MapMarket(this IEndpointRouteBuilder routes)
    {
        UploadPictures.Map(routes);
        ListingEndpoints.Map(routes);
        SearchListings.Map(routes);
        ListCategories.Map(routes);
        RecordSearch.Map(routes);
        SaveSearch.Map(routes);
        LikeListing.Map(routes);
        RecordView.Map(routes);
        AskQuestion.Map(routes);
        BlockMember.Map(routes);
        ReportListing.Map(routes);
        DecideReports.Map(routes);
        ShowSeller.Map(routes);
        EditorForm.Map(routes);
        DraftForm.Map(routes);
        MarketForms.Map(routes);
        return routes;
    }
}
