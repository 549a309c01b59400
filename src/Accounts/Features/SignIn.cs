using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Madang.Accounts.Features;

/// <summary>
/// Signs the operator in by a one-time link and out again. The link opens a page with one button: taking the link is a POST, so
/// that a program that looks at links ahead of a person does not use it up.
/// </summary>
internal static class SignIn
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/sign-in", OpenAsync).ExcludeFromDescription();
        routes.MapPost("/sign-out", CloseAsync).ExcludeFromDescription();
    }

    private static async Task<RedirectHttpResult> OpenAsync([FromForm] string? link, HttpContext context, SignInLinks links)
    {
        if (!(await links.UseAsync(link, context)).Succeeded(out var token, out _))
            return TypedResults.Redirect("/sign-in?refused=1");
        SessionCookie.Append(context, token);
        return TypedResults.Redirect("/");
    }

    private static async Task<RedirectHttpResult> CloseAsync(HttpContext context, Sessions sessions, CancellationToken cancellation)
    {
        // A foreign page's form comes without the cookie (SameSite), and so without a check for forgery: it must not end the session of this browser.
        if (SessionId(context) is not { } id)
            return TypedResults.Redirect("/");
        await sessions.RevokeAsync(context.Caller()?.MemberId, id, cancellation);
        SessionCookie.Delete(context);
        return TypedResults.Redirect("/");
    }

    /// <summary>The session that this request comes with; null for programs and strangers.</summary>
    public static Guid? SessionId(HttpContext context) =>
        context.Caller()?.Id is { } id && id.StartsWith("session:", StringComparison.Ordinal) && Guid.TryParseExact(id["session:".Length..], "N", out var session)
            ? session
            : null;
}
