using System.Buffers.Text;
using System.Text.Json;
using Madang.Accounts.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Madang.Accounts.Features.Passkeys;

/// <summary>A key's answer.</summary>
/// <param name="Credential">What the browser's <c>navigator.credentials</c> gave, by its <c>toJSON()</c>.</param>
/// <param name="Name">For a new passkey: what to call it, up to 60 letters; by default the browser's name.</param>
public sealed record PasskeyAnswer(JsonElement Credential, string? Name = null);

/// <summary>A passkey as it is listed.</summary>
/// <param name="Id">The credential's id, base64url.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="LastUsedAt">When it last answered; null: never.</param>
/// <param name="IsBackedUp">Its owner's other devices have it too.</param>
public sealed record PasskeyResource(string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, bool IsBackedUp);

/// <summary>The API for passkeys, which the pages' script uses too.</summary>
internal static class PasskeyEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/api/me/passkeys").RequireMember().WithTags("Me").WithMetadata(new RequestSizeLimitAttribute(64 * 1024));
        own.MapGet("", async (HttpContext context, PasskeyStore store, CancellationToken cancellation) =>
                (await store.ListAsync(context.Caller()!.MemberId!.Value, cancellation)).Select(Resource).ToList())
            .WithSummary("List my passkeys");
        own.MapPost("/options", async (HttpContext context, Passkeys passkeys, CancellationToken cancellation) =>
                Json(context, await passkeys.OfferAsync(context.Caller()!.MemberId!.Value, context, cancellation)))
            .RequireRecentProof().Produces<JsonElement>(StatusCodes.Status200OK, "application/json")
            .WithSummary("What a browser needs to make a passkey: options for navigator.credentials.create");
        own.MapPost("", async Task<Results<Created<PasskeyResource>, ProblemHttpResult>> (
                PasskeyAnswer answer, HttpContext context, Passkeys passkeys, CancellationToken cancellation) =>
                (await passkeys.AddAsync(answer.Credential, answer.Name, context.Caller()!, context, cancellation)).Succeeded(out var added, out var failure)
                    ? TypedResults.Created("/api/me/passkeys", Resource(added))
                    : failure.ToProblem(context))
            .RequireRecentProof().WithSummary("Add the passkey that the browser made");
        own.MapDelete("/{id}", async Task<Results<NoContent, ProblemHttpResult>> (string id, HttpContext context, Passkeys passkeys, CancellationToken cancellation) =>
                await passkeys.RemoveAsync(id, context.Caller()!, cancellation) is { } failure ? failure.ToProblem(context) : TypedResults.NoContent())
            .RequireRecentProof().WithSummary("Remove a passkey, unless it is the last way in");

        var enter = routes.MapGroup("/api/session/passkey").WithTags("Members").WithMetadata(new RequestSizeLimitAttribute(64 * 1024));
        enter.MapPost("/options", async (HttpContext context, Passkeys passkeys, CancellationToken cancellation) =>
                Json(context, await passkeys.AskAsync(context, cancellation)))
            .Produces<JsonElement>(StatusCodes.Status200OK, "application/json")
            .WithSummary("What a browser needs to sign in by passkey: options for navigator.credentials.get");
        enter.MapPost("", async Task<Results<Ok<SignedInMember>, ProblemHttpResult>> (
                PasskeyAnswer answer, HttpContext context, Passkeys passkeys, CancellationToken cancellation) =>
                (await passkeys.EnterAsync(answer.Credential, context, cancellation)).Succeeded(out var member, out var failure)
                    ? TypedResults.Ok(member)
                    : failure.ToProblem(context))
            .WithSummary("Sign this browser in by passkey; who is signed in proves by it once more who they are");

        routes.MapPost("/me/sign-in/passkeys/remove", async Task<Results<RedirectHttpResult, ProblemHttpResult>> (
                [FromForm] string? id, HttpContext context, Passkeys passkeys, CancellationToken cancellation) =>
                await passkeys.RemoveAsync(id, context.Caller()!, cancellation) is { } failure ? failure.ToProblem(context) : TypedResults.Redirect("/me/sign-in"))
            .RequireMember().RequireRecentProof().ExcludeFromDescription();
    }

    public static string IdOf(PasskeyRow row) => Base64Url.EncodeToString(row.CredentialId);

    private static PasskeyResource Resource(PasskeyRow row) => new(IdOf(row), row.Name, row.CreatedAt, row.LastUsedAt, row.IsBackedUp);

    private static Results<ContentHttpResult, ProblemHttpResult> Json(HttpContext context, Result<string> json) =>
        json.Succeeded(out var text, out var failure) ? TypedResults.Content(text, "application/json") : failure.ToProblem(context);
}
