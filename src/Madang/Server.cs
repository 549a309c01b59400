using System.Globalization;
using Madang.Accounts;
using Madang.Auctions;
using Madang.Design;
using Madang.Images;
using Madang.Market;
using Madang.Notifications;
using Madang.Orders;
using Madang.Platform.Blobs;
using Madang.Platform.Data;
using Madang.Platform.Live;
using Madang.Platform.Telemetry;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Madang.Wallet;
using Microsoft.Extensions.Logging.Console;

namespace Madang;

/// <summary>Puts the modules together into one web application.</summary>
internal static class Server
{
    /// <param name="configuration">Settings from the command line: <c>--key=value</c>.</param>
    /// <param name="join">True for a command beside a running server.</param>
    public static WebApplication Build(string[] configuration, bool join = false)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = configuration,
            // Settings and static files lie beside the program, whatever folder it is started from.
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseStaticWebAssets();
        if (string.IsNullOrEmpty(builder.Configuration["urls"]))
            builder.WebHost.UseUrls("http://127.0.0.1:5080");
        // Longer than any answer but a slow upload's; the queue gives its jobs back at once.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);

        builder.AddTelemetry();
        // What a command says is for the next program: key=$(./run keys create ...).
        if (join)
            builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddData(builder.Configuration, join);
        builder.Services.AddWorker();
        builder.Services.AddLive();
        builder.Services.AddBlobs(builder.Configuration);
        builder.Services.AddWeb();
        builder.Services.AddDesign();
        builder.Services.AddNotifications(builder.Configuration);
        builder.Services.AddAccounts(builder.Configuration);
        builder.Services.AddImages(builder.Configuration);
        builder.Services.AddWallet(builder.Configuration, builder.Environment.IsDevelopment());
        builder.Services.AddMarket(builder.Configuration);
        builder.Services.AddAuctions(builder.Configuration);
        builder.Services.AddOrders(builder.Configuration);
        builder.Services.AddOpenApi(ApiDescription.Configure);

        var app = builder.Build();
        app.UseImages();
        app.UseRequestLog();
        app.UseWeb();
        app.UseStatusCodePages();
        app.UseDesign();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAccess();
        app.UseAntiforgery();
        app.MapOpenApi("/openapi/v1.json");
        app.MapTelemetry();
        app.MapWork();
        app.MapDesign();
        app.MapNotifications();
        app.MapAccounts();
        app.MapImages();
        app.MapWallet();
        app.MapMarket();
        app.MapAuctions();
        app.MapOrders();
        return app;
    }
}
