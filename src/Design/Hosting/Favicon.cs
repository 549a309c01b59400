using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Madang.Design.Hosting;

internal static class Favicon
{
    // The mark of Mark.razor; in a tab it must carry its own colours for both themes.
    private const string Svg = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
          <style>path{stroke:#1B6E5A}circle{fill:#1B6E5A}@media(prefers-color-scheme:dark){path{stroke:#6FC3A9}circle{fill:#6FC3A9}}</style>
          <path d="M12 26H8a3 3 0 0 1-3-3V9a3 3 0 0 1 3-3h16a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-4" fill="none" stroke-width="4.5" stroke-linecap="round"/>
          <circle cx="16" cy="16" r="2.6"/>
        </svg>
        """;

    public static void MapFavicon(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/favicon.svg", (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "public, max-age=86400";
            return Results.Text(Svg, "image/svg+xml");
        }).ExcludeFromDescription();
}
