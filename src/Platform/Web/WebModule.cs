using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Platform.Web;

/// <summary>What every answer has in common: problems, JSON, access, forgery protection, security headers.</summary>
public static class WebModule
{
    /// <summary>The form field of the antiforgery token.</summary>
    public const string AntiforgeryField = "__csrf";

    /// <summary>The header of the antiforgery token, for scripts.</summary>
    public const string AntiforgeryHeader = "X-CSRF-TOKEN";

    /// <summary>Adds problems, JSON options and forgery protection.</summary>
    /// <param name="services">The host's services.</param>
    public static IServiceCollection AddWeb(this IServiceCollection services)
    {
        services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
        {
            // Answers that the framework itself refuses (no such route, wrong method) get a code as well.
            if (!context.ProblemDetails.Extensions.ContainsKey("code"))
                context.ProblemDetails.Extensions["code"] = $"http.{context.ProblemDetails.Status}";
        });
        services.AddSingleton<PublicUrl>();
        services.AddSingleton<Outages>();
        services.AddExceptionHandler<Faults>();
        services.AddValidation();
        services.AddAntiforgery(options =>
        {
            options.FormFieldName = AntiforgeryField;
            options.HeaderName = AntiforgeryHeader;
            options.Cookie.Name = "madang-csrf";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        // Korean as it is, not as &#x...; entities.
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.Configure<JsonOptions>(options =>
        {
            options.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
            options.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
            options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            options.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        });
        return services;
    }

    /// <summary>Adds the outer layer: faults become problems, security headers. Call it before anything that may fail.</summary>
    /// <param name="app">The application.</param>
    /// <exception cref="InvalidOperationException"><c>Web:PublicUrl</c> is no address.</exception>
    public static IApplicationBuilder UseWeb(this IApplicationBuilder app)
    {
        // A mistake in the address stops the start, and not the first mail.
        _ = app.ApplicationServices.GetRequiredService<PublicUrl>();
        return app
            .Use(SecurityHeaders.AddAsync)
            .UseExceptionHandler(new ExceptionHandlerOptions
            {
                // A refusal, a caller who left and an outage are no bugs: the request's own log line says enough.
                SuppressDiagnosticsCallback = context => context.Exception is FailureException or BadHttpRequestException or OperationCanceledException or ConnectionResetException
                || BrokenForm.Is(context.Exception)
                    || context.HttpContext.RequestServices.GetRequiredService<Outages>().Recognise(context.Exception) is not null,
            });
    }

    /// <summary>Checks who may call the matched endpoint. Call it after authentication.</summary>
    /// <param name="app">The application.</param>
    public static IApplicationBuilder UseAccess(this IApplicationBuilder app) => app.Use(Access.CheckAsync);
}
