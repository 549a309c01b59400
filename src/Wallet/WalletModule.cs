using Madang.Accounts;
using Madang.Design;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Madang.Wallet.Features;
using Madang.Wallet.Pages;
using Madang.Wallet.Providers;
using Madang.Wallet.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Madang.Wallet;

/// <summary>Points: a double-entry ledger, holds, charge and refund.</summary>
public static partial class WalletModule
{
    /// <summary>Adds the wallet; its settings are the section <c>Wallet</c>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration.</param>
    /// <param name="development">True on a developer's machine: the sandbox is on unless the settings say otherwise.</param>
    public static IServiceCollection AddWallet(this IServiceCollection services, IConfiguration configuration, bool development = false)
    {
        var section = configuration.GetSection("Wallet");
        services.AddOptions<WalletOptions>().Bind(section).ValidateDataAnnotations()
            .Validate(options => options.MinCharge <= options.MaxCharge, "Wallet:MinCharge is above Wallet:MaxCharge.")
            .Validate(options => options.Toss.SecretKey is null || options.Currency == "KRW", "Toss Payments charges KRW, Wallet:Currency is another.")
            .Validate(options => TimeZoneInfo.TryFindSystemTimeZoneById(options.TimeZone, out _), "Wallet:TimeZone is no IANA time zone.")
            .ValidateOnStart();
        services.AddMigrations("wallet", typeof(WalletModule).Assembly);
        services.AddSingleton<TransferIds>();
        services.AddSingleton<LedgerStore>();
        services.AddSingleton<IWallet, LedgerWallet>();
        AddCharging(services, section.Get<WalletOptions>() ?? new(), development, configuration["Web:PublicUrl"]);
        AddPages(services);
        return services;
    }

    /// <summary>Maps the API below <c>/api/wallet</c> and <c>/api/operator/wallet</c>, and what the pages at <c>/wallet</c> post to.</summary>
    /// <param name="routes">The host's routes.</param>
    public static IEndpointRouteBuilder MapWallet(this IEndpointRouteBuilder routes)
    {
        ShowBalance.Map(routes);
        ListHistory.Map(routes);
        CreateCharge.Map(routes);
        RefundPoints.Map(routes);
        ReceiveWebhook.Map(routes);
        ReturnFromCheckout.Map(routes);
        OperatorViews.Map(routes);
        ReconcileDay.Map(routes);
        AdjustBalance.Map(routes);
        WalletForms.Map(routes);
        if (routes.ServiceProvider.GetService<SandboxProvider>() is not null)
            SandboxCheckout.Map(routes);
        return routes;
    }

    private static void AddCharging(IServiceCollection services, WalletOptions options, bool development, string? publicUrl)
    {
        services.AddSingleton<ChargeStore>();
        services.AddSingleton<EventStore>();
        services.AddSingleton<RefundStore>();
        services.AddSingleton<WalletZone>();
        services.AddSingleton<PaymentProviders>();
        services.AddSingleton<CreateCharge>();
        services.AddSingleton<SettleCharge>();
        services.AddSingleton<ReceiveWebhook>();
        services.AddSingleton<RefundPoints>();
        services.AddSingleton<ListHistory>();
        services.AddSingleton<AdjustBalance>();
        services.AddSingleton<OperatorViews>();
        services.AddSingleton<ReconcileDay>();
        services.AddWork<LookAtCharge.Job, LookAtCharge>(LookAtCharge.Kind, new WorkSettings(Concurrency: 4));
        services.AddWork<SendRefund.Job, SendRefund>(SendRefund.Kind);
        services.AddWork<SweepCharges.Job, SweepCharges>(SweepCharges.Kind, new WorkSettings(MaxAttempts: 3, Concurrency: 1));
        services.AddRecurringWork(SweepCharges.Kind, SweepCharges.Cron);
        services.AddWork<ReconcileDay.Job, ReconcileDay>(ReconcileDay.Kind, new WorkSettings(Concurrency: 1));
        services.AddRecurringWork(ReconcileDay.Kind, ReconcileDay.Cron);

        var toss = !string.IsNullOrEmpty(options.Toss.SecretKey);
        if (toss)
        {
            services.AddHttpClient(TossPayments.ProviderName, client => client.Timeout = TimeSpan.FromSeconds(30)).RemoveAllLoggers();
            services.AddSingleton<IPaymentProvider, TossPayments>();
        }
        var sandbox = (options.Sandbox ?? (development ? "auto" : "false")).ToUpperInvariant();
        var isOpenToTheWorld = Uri.TryCreate(publicUrl, UriKind.Absolute, out var site) && !site.IsLoopback;
        if (sandbox == "TRUE" || (sandbox == "AUTO" && !toss && !isOpenToTheWorld))
        {
            services.AddSingleton<SandboxProvider>();
            services.AddSingleton<IPaymentProvider>(provider => provider.GetRequiredService<SandboxProvider>());
            services.AddSingleton<SandboxCheckout>();
            services.AddSingleton(new SandboxReach(ThisMachineOnly: sandbox == "AUTO"));
            services.AddWork<SendSandboxWebhook.Job, SendSandboxWebhook>(SendSandboxWebhook.Kind);
            services.AddHostedService<SandboxNotice>();
        }
    }

    private static void AddPages(IServiceCollection services)
    {
        services.AddPages<WalletText>();
        services.AddSingleton(new NavigationItem("/wallet", typeof(WalletText), "Wallet.Navigation", Order: 300, For: Audience.Members));
        services.AddSingleton(new NavigationItem("/operator/wallet", typeof(WalletText), "Operator.Navigation", Order: 830, For: Audience.Operators));
        services.AddSingleton(new NotificationKind("wallet.charged", typeof(WalletText), Href: "/wallet"));
        services.AddSingleton(new NotificationKind("wallet.refunded", typeof(WalletText), Href: "/wallet/refund"));
        services.AddSingleton(new NotificationKind("wallet.refund_failed", typeof(WalletText), Href: "/wallet/refund"));
        services.AddSingleton(new NotificationKind("wallet.adjusted", typeof(WalletText), Href: "/wallet"));
        services.AddSingleton<Money>();
        services.AddSingleton<IPersonalData, WalletPersonalData>();
    }

    /// <summary>Points for nothing are never on without a word.</summary>
    private sealed partial class SandboxNotice(ILogger<SandboxNotice> log) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            LogOn(log);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        [LoggerMessage(LogLevel.Warning, "The sandbox payment provider is on: members can give themselves points without paying. Switch it off with Wallet:Sandbox=false")]
        private static partial void LogOn(ILogger log);
    }
}
