using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Madang.Accounts.Features;

/// <summary>The buttons of the access page that lead back to it.</summary>
internal static class AccessForms
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var forms = routes.MapGroup("/access").RequireOperator().ExcludeFromDescription();
        forms.MapPost("/keys/{id:guid}/revoke", async (Guid id, HttpContext context, ApiKeys keys, CancellationToken cancellation) =>
            Back(await keys.RevokeAsync(id, context.Caller(), cancellation)));
        forms.MapPost("/devices/{id:guid}/revoke", async (Guid id, Sessions sessions, CancellationToken cancellation) => Back(await sessions.RevokeAsync(memberId: null, id, cancellation)));
    }

    private static Results<RedirectHttpResult, ProblemHttpResult> Back(Failure? failure) =>
        failure is null ? TypedResults.Redirect("/access") : failure.ToProblem();
}
