using System.Globalization;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Design.Hosting;

/// <summary>
/// Language and theme of a visitor, in two cookies. The server reads the theme and writes it into the document, so that
/// a page never flashes in the wrong one and needs no inline script for it.
/// </summary>
internal static class Preferences
{
    public const string LanguageCookie = "madang.language";
    public const string ThemeCookie = "madang.theme";

    public static readonly string[] Languages = ["en", "ko"];
    public static readonly string[] Themes = ["system", "light", "dark"];

    public static void ConfigureLanguages(this IServiceCollection services) =>
        services.Configure<RequestLocalizationOptions>(options =>
        {
            options.SetDefaultCulture("en").AddSupportedCultures(Languages).AddSupportedUICultures(Languages);
            options.RequestCultureProviders =
            [
                new CustomRequestCultureProvider(async context => await OfAccountAsync(context) is { } language ? new ProviderCultureResult(language) : null),
                new CustomRequestCultureProvider(context => Task.FromResult(
                    context.Request.Cookies[LanguageCookie] is { } language && Languages.Contains(language)
                        ? new ProviderCultureResult(language)
                        : null)),
                new AcceptLanguageHeaderRequestCultureProvider(),
            ];
        });

    /// <summary>The language that the member chose, on whatever device.</summary>
    private static async Task<string?> OfAccountAsync(HttpContext context)
    {
        try
        {
            // Asked once a request; the authentication that follows gets the same answer.
            var language = (await context.AuthenticateAsync()).Principal?.FindFirst(Caller.LanguageClaim)?.Value;
            return Languages.Contains(language) ? language : null;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // In an outage the authentication that follows fails too, where it is told properly.
            return null;
        }
    }

    /// <summary>The language of this request: <c>en</c> or <c>ko</c>.</summary>
    public static string Language => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName;

    public static string Theme(HttpContext? context) =>
        context?.Request.Cookies[ThemeCookie] is { } theme && Themes.Contains(theme) ? theme : "system";

    public static void MapPreferences(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/preferences", Save).ExcludeFromDescription();

    private static async Task<IResult> Save(
        HttpContext context, IAntiforgery antiforgery, IEnumerable<ILanguageChoice> choices,
        [FromForm] string? language, [FromForm] string? theme, [FromForm] string? returnUrl)
    {
        if (!await antiforgery.IsRequestValidAsync(context)) return Results.BadRequest();
        if (language is not null && Languages.Contains(language))
        {
            Keep(context, LanguageCookie, language);
            foreach (var choice in choices)
                await choice.Save(context, language);
        }
        if (theme is not null && Themes.Contains(theme)) Keep(context, ThemeCookie, theme);
        return Results.LocalRedirect(LocalPath.Of(returnUrl));
    }

    private static void Keep(HttpContext context, string cookie, string value) =>
        context.Response.Cookies.Append(cookie, value, new CookieOptions
        {
            HttpOnly = true,
            IsEssential = true,
            MaxAge = TimeSpan.FromDays(365),
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
        });
}
