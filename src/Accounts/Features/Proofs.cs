using Madang.Accounts.Storage;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>Who it is, once more.</summary>
/// <param name="Password">The member's password.</param>
public sealed record ProofRequest(string? Password);

/// <summary>
/// Takes a proof of who is at a session, for acts that ask for a recent one (<see cref="Access.RequireRecentProof"/>): the page <c>/prove</c> and
/// <c>POST /api/session/proof</c>. It holds for this session alone.
/// </summary>
internal sealed class Proofs(NpgsqlDataSource source, Members members, PasswordSignIn passwords, Sessions sessions)
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/session/proof", async Task<Results<NoContent, ProblemHttpResult>> (
            ProofRequest request, HttpContext context, Proofs proofs, CancellationToken cancellation) =>
            await proofs.ByPasswordAsync(request.Password, context, cancellation) is { } failure ? failure.ToProblem(context) : TypedResults.NoContent())
        .RequireMember()
        .WithTags("Me")
        .WithSummary("Prove once more who you are; good for ten minutes")
        .WithDescription("Endpoints that move money or could take the account over answer 403 `auth.proof_required` until you did.");

    public async Task<Failure?> ByPasswordAsync(string? password, HttpContext context, CancellationToken cancellation)
    {
        if (context.Caller()?.MemberId is not { } id || await members.FindAsync(id, cancellation) is not { } member)
            return new Failure("auth.member", "Only a member may do this.", StatusCodes.Status403Forbidden);
        if (member.PasswordHash is null)
            return new Failure("password.none", "You have no password. Prove it by the way you sign in.");
        return await passwords.ProveAsync(member, password, context, cancellation) ?? await NoteAsync(context, cancellation);
    }

    /// <summary>Notes the proof; call it when a passkey or provider has given one.</summary>
    public async Task<Failure?> NoteAsync(HttpContext context, CancellationToken cancellation)
    {
        var noted = Sessions.CurrentId(context) is { } session && await source.InTransaction(tx => sessions.ProveAsync(tx, session), cancellation);
        return noted ? null : new Failure("auth.required", "This session has ended. Sign in again.", StatusCodes.Status401Unauthorized);
    }
}
