using System.Globalization;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Madang.Accounts.Features;

/// <summary>A member with all that the operator may know.</summary>
/// <param name="Member">The facts.</param>
/// <param name="Sessions">Where the member is signed in.</param>
public sealed record MemberDetail(MemberEntry Member, IReadOnlyList<SessionResource> Sessions);

/// <summary>The operator's API for members and the audit log, and what its pages post to.</summary>
internal static class OperatorEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/operator").RequireOperator().WithTags("Operator");
        api.MapGet("/members", async Task<Results<Ok<MemberList>, ProblemHttpResult>> (string? q, string? show, string? after, HttpContext context, MemberDirectory directory, CancellationToken cancellation) =>
                Cursor.TryRead(after, out var cursor, out var failure) ? TypedResults.Ok(await directory.ListAsync(q, show, cursor, cancellation)) : failure.ToProblem(context))
            .WithSummary("Members by how nickname, login id or e-mail address begins; `show`: suspended, operators");
        api.MapGet("/members/{id:guid}", FindAsync).WithSummary("A member, and where one is signed in");
        api.MapPut("/members/{id:guid}/suspension", (Guid id, SuspensionRequest request, HttpContext context, MemberPower power, CancellationToken cancellation) =>
                Answer(power.SuspendAsync(id, request, context.Caller()!, cancellation), context))
            .WithSummary("Suspend a member: signed out everywhere, and told why");
        api.MapDelete("/members/{id:guid}/suspension", (Guid id, HttpContext context, MemberPower power, CancellationToken cancellation) =>
                Answer(power.ReinstateAsync(id, context.Caller()!, cancellation), context))
            .WithSummary("Reinstate a suspended member");
        api.MapDelete("/members/{id:guid}/sessions", (Guid id, HttpContext context, MemberPower power, CancellationToken cancellation) =>
                Answer(power.SignOutEverywhereAsync(id, context.Caller()!, cancellation), context))
            .WithSummary("Sign a member out everywhere");
        api.MapPut("/members/{id:guid}/role", (Guid id, RoleRequest request, HttpContext context, MemberPower power, CancellationToken cancellation) =>
                Answer(power.SetRoleAsync(id, request.Role, context.Caller()!, cancellation), context))
            .RequireRecentProof()
            .WithSummary("Make a member an operator, or no longer one");
        api.MapGet("/audit", async Task<Results<Ok<AuditPage>, ProblemHttpResult>> (
                string? action, Guid? subject, Guid? actor, string? after, HttpContext context, AuditTrail trail, CancellationToken cancellation) =>
                Cursor.TryRead(after, out var cursor, out var failure) ? TypedResults.Ok(await trail.ListAsync(action, subject, actor, cursor, cancellation)) : failure.ToProblem(context))
            .WithSummary("The audit log, newest first; `action`: whole, or a module with its dot");

        var forms = routes.MapGroup("/operator/members/{id:guid}").RequireOperator().ExcludeFromDescription();
        forms.MapPost("/reinstate", (Guid id, HttpContext context, MemberPower power, CancellationToken cancellation) =>
            Back(id, power.ReinstateAsync(id, context.Caller()!, cancellation)));
        forms.MapPost("/sign-out", (Guid id, HttpContext context, MemberPower power, CancellationToken cancellation) =>
            Back(id, power.SignOutEverywhereAsync(id, context.Caller()!, cancellation)));
        forms.MapPost("/role", (Guid id, [FromForm] string? role, HttpContext context, MemberPower power, CancellationToken cancellation) =>
            Back(id, power.SetRoleAsync(id, role, context.Caller()!, cancellation))).RequireRecentProof();
    }

    private static async Task<Results<Ok<MemberDetail>, ProblemHttpResult>> FindAsync(
        Guid id, HttpContext context, MemberDirectory directory, Sessions sessions, CancellationToken cancellation) =>
        (await directory.FindAsync(id, cancellation)).Succeeded(out var member, out var failure)
            ? TypedResults.Ok(new MemberDetail(member, SessionEndpoints.Resources(await sessions.ListAsync(id, cancellation), Sessions.CurrentId(context))))
            : failure.ToProblem(context);

    private static async Task<Results<NoContent, ProblemHttpResult>> Answer(Task<Failure?> act, HttpContext context) =>
        await act is { } failure ? failure.ToProblem(context) : TypedResults.NoContent();

    // What is refused here was decided meanwhile by another operator: the page shows how it is.
    private static async Task<RedirectHttpResult> Back(Guid id, Task<Failure?> act)
    {
        await act;
        return TypedResults.Redirect(string.Create(CultureInfo.InvariantCulture, $"/operator/members/{id}"));
    }
}
