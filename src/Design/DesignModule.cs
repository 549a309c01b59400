using System.Reflection;
using Madang.Design.Hosting;
using Madang.Design.Layout;
using Madang.Design.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Madang.Design;

/// <summary>The look: layout, shared components, bundled scripts and styles, languages, and the pages that belong to no module.</summary>
public static class DesignModule
{
    /// <summary>Registers Razor pages, languages and the bundle.</summary>
    public static IServiceCollection AddDesign(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddLocalization();
        services.AddHttpContextAccessor();
        services.ConfigureLanguages();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<Bundle>();
        services.AddScoped<StartPageCards>();
        services.AddSingleton(new NavigationItem("/api", typeof(DesignText), "Navigation.Api", Order: 900));
        return services;
    }

    /// <summary>Registers the assembly of <typeparamref name="TModule"/> as one that has pages (components with <c>@page</c>).</summary>
    public static IServiceCollection AddPages<TModule>(this IServiceCollection services) =>
        services.AddSingleton(new PageAssembly(typeof(TModule).Assembly));

    /// <summary>
    /// Chooses the request's language and gives people a readable page for what is missing or broken. Goes after
    /// authentication and after the exception handler of the API, before endpoints run.
    /// </summary>
    public static IApplicationBuilder UseDesign(this IApplicationBuilder app) =>
        app.UseRequestLocalization().UseMiddleware<PageProblems>();

    /// <summary>Maps all pages, the bundle and the language and theme switches.</summary>
    public static RazorComponentsEndpointConventionBuilder MapDesign(this IEndpointRouteBuilder routes)
    {
        routes.MapBundle();
        routes.MapFavicon();
        routes.MapPreferences();
        var assemblies = routes.ServiceProvider.GetServices<PageAssembly>()
            .Select(page => page.Assembly)
            .Where(assembly => assembly != typeof(DesignModule).Assembly)
            .Distinct()
            .ToArray();
        return routes.MapRazorComponents<AppDocument>().AddAdditionalAssemblies(assemblies);
    }
}

internal sealed record PageAssembly(Assembly Assembly);
