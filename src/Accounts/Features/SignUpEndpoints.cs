using Madang.Accounts.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Madang.Accounts.Features;

/// <summary>What somebody signs in with.</summary>
/// <param name="Login">Login id or e-mail address.</param>
/// <param name="Password">The password.</param>
public sealed record SignInRequest(string? Login, string? Password);

/// <summary>The API by which people become members, come in, and get back in.</summary>
internal static class SignUpEndpoints
{
    // What people type is short; nobody shall have us read megabytes for it.
    private const int LongestRequest = 32 * 1024;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api").WithTags("Members").WithMetadata(new RequestSizeLimitAttribute(LongestRequest));

        api.MapPost("/members/availability", async Task<Results<Ok<AvailabilityAnswer>, ProblemHttpResult>> (
                AvailabilityRequest request, Availability availability, HttpContext context, CancellationToken cancellation) =>
                (await availability.CheckAsync(request, context, cancellation)).Succeeded(out var answer, out var failure) ? TypedResults.Ok(answer) : failure.ToProblem(context))
            .WithSummary("Ask whether a login id, nickname or phone number is free");

        api.MapPost("/sign-up", async Task<Results<Accepted<PendingSignUp>, ProblemHttpResult>> (
                SignUpRequest request, SignUp signUp, HttpContext context, CancellationToken cancellation) =>
                (await signUp.BeginAsync(request, context, cancellation)).Succeeded(out var pending, out var failure)
                    ? TypedResults.Accepted((string?)null, pending)
                    : failure.ToProblem(context))
            .WithSummary("Sign up: a code is mailed, and makes you a member when it comes back");
        api.MapPost("/sign-up/resend", async Task<Results<Accepted<PendingSignUp>, ProblemHttpResult>> (
                ResendCodeRequest request, SignUp signUp, HttpContext context, CancellationToken cancellation) =>
                (await signUp.ResendAsync(request.SignUp, cancellation)).Succeeded(out var pending, out var failure)
                    ? TypedResults.Accepted((string?)null, pending)
                    : failure.ToProblem(context))
            .WithSummary("Mail another code for a sign-up; the one before ends");
        api.MapPost("/sign-up/confirm", async Task<Results<Created<SignedInMember>, ProblemHttpResult>> (
                ConfirmSignUpRequest request, ConfirmSignUp confirm, HttpContext context, CancellationToken cancellation) =>
                (await confirm.ConfirmAsync(request, context, cancellation)).Succeeded(out var member, out var failure)
                    ? TypedResults.Created($"/api/members/{member.Id}", member)
                    : failure.ToProblem(context))
            .WithSummary("Confirm a sign-up by the mailed code: makes the member and signs this browser in");

        api.MapPost("/session", async Task<Results<Ok<SignedInMember>, ProblemHttpResult>> (
                SignInRequest request, SignInByPassword signIn, HttpContext context, CancellationToken cancellation) =>
                (await signIn.OpenAsync(request.Login, request.Password, context, cancellation)).Succeeded(out var member, out var failure)
                    ? TypedResults.Ok(member)
                    : failure.ToProblem(context))
            .WithSummary("Sign this browser in by login id or e-mail address, and password");

        api.MapPost("/login-id/code", (AskForCodeRequest request, AskForCode ask, HttpContext context, CancellationToken cancellation) =>
                AskAsync(MailedCodes.ForLoginId, request, ask, context, cancellation))
            .WithSummary("Forgotten login id: mail a code");
        api.MapPost("/login-id", async Task<Results<Ok<FoundLoginId>, ProblemHttpResult>> (
                FindLoginIdRequest request, FindLoginId find, HttpContext context, CancellationToken cancellation) =>
                (await find.FindAsync(request, context, cancellation)).Succeeded(out var found, out var failure) ? TypedResults.Ok(found) : failure.ToProblem(context))
            .WithSummary("Forgotten login id: see it, by the mailed code");

        api.MapPost("/password/code", (AskForCodeRequest request, AskForCode ask, HttpContext context, CancellationToken cancellation) =>
                AskAsync(MailedCodes.ForPassword, request, ask, context, cancellation))
            .WithSummary("Forgotten password: mail a code");
        api.MapPost("/password", async Task<Results<NoContent, ProblemHttpResult>> (
                ResetPasswordRequest request, ResetPassword reset, HttpContext context, CancellationToken cancellation) =>
                await reset.ResetAsync(request, context, cancellation) is { } failure ? failure.ToProblem(context) : TypedResults.NoContent())
            .WithSummary("Forgotten password: set a new one by the mailed code; ends every session and token");

        api.MapPut("/me/password", async Task<Results<NoContent, ProblemHttpResult>> (
                ChangePasswordRequest request, ChangePassword change, HttpContext context, CancellationToken cancellation) =>
                await change.ChangeAsync(request, context, cancellation) is { } failure ? failure.ToProblem(context) : TypedResults.NoContent())
            .RequireMember()
            .WithSummary("Change the password, or set the first; ends every other session and token");
    }

    private static async Task<Results<Accepted<CodeChallenge>, ProblemHttpResult>> AskAsync(
        string purpose, AskForCodeRequest request, AskForCode ask, HttpContext context, CancellationToken cancellation) =>
        (await ask.AskAsync(purpose, request, context, cancellation)).Succeeded(out var challenge, out var failure)
            ? TypedResults.Accepted((string?)null, challenge)
            : failure.ToProblem(context);
}

/// <summary>A sign-up whose code did not come.</summary>
/// <param name="SignUp">The secret that the sign-up was answered with.</param>
public sealed record ResendCodeRequest(string? SignUp);
