using System.Globalization;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Madang.Notifications.Features;

/// <summary>The buttons of the list, which lead back to it: what works without scripts.</summary>
internal static class NotificationForms
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var forms = routes.MapGroup("/notifications").RequireMember().ExcludeFromDescription();
        forms.MapPost("/{id:guid}/read", async Task<Results<RedirectHttpResult, ProblemHttpResult>> (
            Guid id, [FromForm] string? after, HttpContext context, Inbox inbox, CancellationToken ct) =>
            await inbox.Read(NotificationEndpoints.Member(context), id, ct) is { } failure ? failure.ToProblem() : Back(after));
        forms.MapPost("/read-all", async ([FromForm] string? until, HttpContext context, Inbox inbox, CancellationToken ct) =>
        {
            // What came since the page was made has not been seen.
            var seen = DateTimeOffset.TryParse(until, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : (DateTimeOffset?)null;
            await inbox.ReadAll(NotificationEndpoints.Member(context), seen, ct);
            return Back(after: null);
        });
    }

    private static RedirectHttpResult Back(string? after) =>
        TypedResults.Redirect(after is { Length: > 0 } ? $"/notifications?after={Uri.EscapeDataString(after)}" : "/notifications");
}
