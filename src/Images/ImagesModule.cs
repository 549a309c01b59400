using System.Diagnostics.Metrics;
using Madang.Design;
using Madang.Images.Caching;
using Madang.Images.Delivery;
using Madang.Images.Features;
using Madang.Images.Pages;
using Madang.Images.Storage;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Madang.Images;

/// <summary>Pictures: upload, convert, resize, deliver.</summary>
public static class ImagesModule
{
    /// <summary>The scope that lists and shows images.</summary>
    public const string Read = "images:read";

    /// <summary>The scope that uploads, changes and deletes images.</summary>
    public const string Write = "images:write";

    /// <summary>Adds the image module; its settings are the section <c>Images</c>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration.</param>
    public static IServiceCollection AddImages(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ImagesOptions>().Bind(configuration.GetSection("Images")).ValidateDataAnnotations().ValidateOnStart();
        services.AddMigrations("images", typeof(ImagesModule).Assembly);
        services.AddSingleton(new Scope(Read, "list and show images"));
        services.AddSingleton(new Scope(Write, "upload, change and delete images"));

        services.AddSingleton<ImageStore>();
        services.AddSingleton<ScratchFolder>();
        services.AddHostedService(provider => provider.GetRequiredService<ScratchFolder>());
        services.AddSingleton<IngestImage>();
        services.AddSingleton<ManageImages>();
        services.AddSingleton<IPictures, KeptPictures>();
        services.AddSingleton<ImageResources>();
        services.AddWork<PrepareImage.Job, PrepareImage>(PrepareImage.Kind, new WorkSettings(Concurrency: Environment.ProcessorCount));
        services.AddWork<EraseImage.Job, EraseImage>(EraseImage.Kind);
        services.AddWork<EndRetention.Job, EndRetention>(EndRetention.Kind);
        services.AddRecurringWork(EndRetention.Kind, EndRetention.Cron);
        AddDelivery(services);
        AddPages(services);
        return services;
    }

    /// <summary>Answers pictures that are hot in memory before anything else runs. Call it first.</summary>
    /// <param name="app">The application.</param>
    public static IApplicationBuilder UseImages(this IApplicationBuilder app)
    {
        // Not before the first request: a short command builds the application too, and must not open the running server's cache.
        var deliverer = new Lazy<Deliverer>(app.ApplicationServices.GetRequiredService<Deliverer>);
        return app.Use(next => context => DeliverImage.SkipToHit(context, next, deliverer.Value));
    }

    /// <summary>Maps the API below <c>/api/images</c>, delivery at <c>/cdn</c>, IIIF at <c>/iiif/3</c> and what the pages at <c>/images</c> post to.</summary>
    /// <param name="routes">The host's routes.</param>
    public static IEndpointRouteBuilder MapImages(this IEndpointRouteBuilder routes)
    {
        var options = routes.ServiceProvider.GetRequiredService<IOptions<ImagesOptions>>().Value;
        var api = routes.MapGroup("/api/images").WithTags("Images");
        UploadImage.Map(api, options);
        UploadBatch.Map(api);
        ImageEndpoints.Map(api);
        WatchImage.Map(api);
        DeliverImage.Map(routes);
        DeliverIiif.Map(routes);
        PictureForms.Map(routes);
        return routes;
    }

    private static void AddPages(IServiceCollection services)
    {
        services.AddPages<ImageStore>();
        services.AddSingleton(new NavigationItem("/images", typeof(ImagesText), "Navigation.Images", Order: 100, For: Audience.Operators));
        services.AddSingleton<PictureViews>();
        services.AddScoped<IStartPageCard, ImagesCard>();
    }

    private static void AddDelivery(IServiceCollection services)
    {
        services.AddSingleton<DeliveryRules>();
        services.AddSingleton<ImageCatalog>();
        services.AddSingleton<HotTargets>();
        services.AddSingleton<Deliverer>();
        services.AddSingleton<Pictures>();
        services.AddSingleton(provider => new CacheMetrics(provider.GetRequiredService<IMeterFactory>().Create("Madang.Images")));
        services.AddSingleton<Purges>();
        services.AddSingleton(provider => new VariantCache(
            Caches(provider), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<Purges>(), provider.GetRequiredService<CacheMetrics>(), provider.GetService<FreeSpace>()));
        services.AddSingleton(HotFilesOf);
        services.AddSingleton(AdmissionOf);
        services.AddHostedService<CacheUpkeep>();
        services.AddHostedService<DeliveryStart>();
    }

    private static HotFiles HotFilesOf(IServiceProvider provider)
    {
        var hot = new HotFiles(
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<Purges>(), provider.GetRequiredService<VariantCache>().Touch,
            Options(provider).HotBytes, Options(provider).HotFileBytes);
        provider.GetRequiredService<CacheMetrics>().Observe(hot);
        return hot;
    }

    private static Admission AdmissionOf(IServiceProvider provider)
    {
        var options = Options(provider);
        var admission = new Admission(
            new AdmissionSettings(options.RenderBytes, Concurrency(options), options.RenderQueue), provider.GetRequiredService<TimeProvider>());
        provider.GetRequiredService<CacheMetrics>().Observe(admission);
        return admission;
    }

    private static CacheSettings Caches(IServiceProvider provider) => new()
    {
        Folder = provider.GetRequiredService<DataFolder>().Combine("cache", "images"),
        MaxBytes = Options(provider).CacheBytes,
        MinFreeBytes = Options(provider).CacheReserveBytes,
    };

    private static int Concurrency(ImagesOptions options) => options.RenderConcurrency > 0 ? options.RenderConcurrency : Environment.ProcessorCount;

    private static ImagesOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<ImagesOptions>>().Value;

    /// <summary>
    /// Listening for other nodes' purges starts with the node, not with its first request; and rules that cannot be kept (signatures without a
    /// secret, a preset that cannot be read) end the start instead of failing every request.
    /// </summary>
    private sealed class DeliveryStart(ImageCatalog catalog, DeliveryRules rules) : Microsoft.Extensions.Hosting.IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            _ = (catalog, rules);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
