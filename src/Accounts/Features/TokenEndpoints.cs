using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Madang.Accounts.Features;

/// <summary>Who signs in.</summary>
/// <param name="Login">Login id or e-mail address.</param>
/// <param name="Password">The member's password.</param>
public sealed record TokenRequest(string? Login, string? Password);

/// <summary>What gives the next pair.</summary>
/// <param name="RefreshToken">As it was given.</param>
public sealed record RefreshRequest(string? RefreshToken);

/// <summary>The way in for programs and phones.</summary>
internal static class TokenEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var tokens = routes.MapGroup("/api/tokens").WithTags("Tokens");
        tokens.MapPost("", OpenAsync)
            .WithSummary("Sign in a program or phone by password")
            .WithDescription("Gives an access token for two hours and a refresh token for two weeks. 401 `sign_in.refused`, 403 `member.suspended`, 429 when tried too often.");
        tokens.MapPost("/refresh", RefreshAsync)
            .WithSummary("Take the next pair of tokens")
            .WithDescription("A refresh token works once. A second use ends all tokens of this sign-in (`token.reused`), so send one refresh at a time.");
        tokens.MapDelete("", CloseAsync).RequireMember().WithSummary("Sign out: end all tokens of this sign-in");
    }

    private static async Task<Results<Ok<TokenPair>, ProblemHttpResult>> OpenAsync(
        TokenRequest request, HttpContext context, PasswordSignIn passwords, Tokens tokens, CancellationToken cancellation) =>
        Answer(await passwords.EnterAsync(request.Login, request.Password, context, (tx, member) => tokens.OpenAsync(tx, member.Id, context), cancellation), context);

    private static async Task<Results<Ok<TokenPair>, ProblemHttpResult>> RefreshAsync(RefreshRequest request, HttpContext context, Tokens tokens) =>
        Answer(await tokens.RefreshAsync(request.RefreshToken, context), context);

    private static async Task<Results<NoContent, ProblemHttpResult>> CloseAsync(HttpContext context, Sessions sessions, CancellationToken cancellation)
    {
        var failure = await sessions.RevokeAsync(context.Caller()!.MemberId, Sessions.CurrentId(context)!.Value, cancellation);
        return failure is null ? TypedResults.NoContent() : failure.ToProblem(context);
    }

    private static Results<Ok<TokenPair>, ProblemHttpResult> Answer(Result<TokenPair> result, HttpContext context)
    {
        // Secrets: no cache keeps them.
        context.Response.Headers.CacheControl = "no-store";
        if (result.Succeeded(out var pair, out var failure))
            return TypedResults.Ok(pair);
        return failure.ToProblem(context);
    }
}
