using Madang.Accounts.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Madang.Accounts.Features;

/// <summary>What a new key is called and may do.</summary>
/// <param name="Name">1 to 100 letters.</param>
/// <param name="Scopes">At least one known scope.</param>
public sealed record CreateKeyRequest(string? Name, IReadOnlyList<string>? Scopes);

/// <summary>A key as it is listed.</summary>
/// <param name="Id">To revoke it by.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Hint">Its first letters.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="LastUsedAt">Last use, to the minute; null when never used.</param>
/// <param name="RevokedAt">When it ended; null while it works.</param>
public sealed record ApiKeyResource(
    Guid Id, string Name, string Hint, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt);

/// <summary>The operator's API for keys.</summary>
internal static class KeyEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var keys = routes.MapGroup("/api/keys").RequireOperator().WithTags("Keys");
        keys.MapGet("", async (ApiKeys store, CancellationToken cancellation) =>
                (await store.ListAsync(cancellation)).Select(Resource).ToList())
            .WithSummary("List API keys, those in use first");
        keys.MapPost("", async Task<Results<Created<NewApiKey>, ProblemHttpResult>> (CreateKeyRequest request, HttpContext context, ApiKeys store, CancellationToken cancellation) =>
                (await store.CreateAsync(request.Name, request.Scopes, context.Caller(), cancellation)).Succeeded(out var key, out var failure)
                    ? TypedResults.Created($"/api/keys/{key.Id}", key)
                    : failure.ToProblem())
            .WithSummary("Make an API key; its text is in this answer and nowhere else");
        keys.MapDelete("/{id:guid}", async Task<Results<NoContent, ProblemHttpResult>> (Guid id, HttpContext context, ApiKeys store, CancellationToken cancellation) =>
                await store.RevokeAsync(id, context.Caller(), cancellation) is { } failure ? failure.ToProblem() : TypedResults.NoContent())
            .WithSummary("Revoke an API key everywhere within a second");
    }

    internal static ApiKeyResource Resource(ApiKeyRow row) =>
        new(row.Id, row.Name, row.Hint, row.Scopes, row.CreatedAt, row.LastUsedAt, row.RevokedAt);
}
