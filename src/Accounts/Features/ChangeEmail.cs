using Dapper;
using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>Another e-mail address.</summary>
/// <param name="Email">Where the code is sent.</param>
public sealed record ChangeEmailRequest(string? Email);

/// <summary>A change that waits for its code.</summary>
/// <param name="Change">Needed with the code; a secret of who asked.</param>
/// <param name="CodeUntil">When the code ends.</param>
public sealed record PendingEmailChange(string Change, DateTimeOffset CodeUntil);

/// <summary>The code from the mail.</summary>
/// <param name="Change">What the wish was answered with.</param>
/// <param name="Code">Six digits.</param>
public sealed record ConfirmEmailRequest(string? Change, string? Code);

/// <summary>
/// Changes a member's e-mail address once a code shows that the new one is theirs, and sends word to the old one. Whether the new address is another member's is
/// told by the mail alone, to its owner.
/// </summary>
internal sealed class ChangeEmail(NpgsqlDataSource source, Members members, Allowances allowances, IMails mails, IAuditLog audit, TimeProvider time)
{
    public const string CodeMail = "accounts.email_code";
    public const string TakenMail = "accounts.email_taken";
    public const string ChangedMail = "accounts.email_changed";

    private static readonly Budget ByMember = new("email-change:member", Burst: 5, Every: TimeSpan.FromMinutes(20));
    private static readonly Budget ByEmail = new("email-change:email", Burst: 5, Every: TimeSpan.FromMinutes(30));

    public static void Map(IEndpointRouteBuilder routes)
    {
        var email = routes.MapGroup("/api/me/email").RequireMember().WithTags("Me");
        email.MapPost("", async Task<Results<Accepted<PendingEmailChange>, ProblemHttpResult>> (ChangeEmailRequest request, HttpContext context, ChangeEmail change, CancellationToken cancellation) =>
                (await change.BeginAsync(request, context, cancellation)).Succeeded(out var pending, out var failure) ? TypedResults.Accepted((string?)null, pending) : failure.ToProblem(context))
            .RequireRecentProof()
            .WithSummary("Change my e-mail address: a code is mailed to the new one");
        email.MapPost("/confirm", async Task<Results<NoContent, ProblemHttpResult>> (ConfirmEmailRequest request, HttpContext context, ChangeEmail change, CancellationToken cancellation) =>
                await change.ConfirmAsync(request, context, cancellation) is { } failure ? failure.ToProblem(context) : TypedResults.NoContent())
            .WithSummary("Confirm my new e-mail address by the mailed code");
    }

    public async Task<Result<PendingEmailChange>> BeginAsync(ChangeEmailRequest request, HttpContext context, CancellationToken cancellation)
    {
        var id = context.Caller()!.MemberId!.Value;
        if (!MemberFields.Email(request.Email).Succeeded(out var email, out var malformed))
            return FieldFailures.One("email", malformed);
        if (await members.FindAsync(id, cancellation) is not { } member)
            return Gone;
        if (email.Equals(member.Email, StringComparison.Ordinal))
            return FieldFailures.One("email", new("member.email_same", "This is your address already."));
        if (await allowances.TakeAsync(ByMember, id.ToString(), cancellation) is { } often)
            return often;
        if (await allowances.TakeAsync(ByEmail, email.ToLowerInvariant(), cancellation) is { } flooded)
            return flooded;

        var (secret, code, now) = (Secret.New(), MailedCode.New(), time.GetUtcNow());
        var owner = await members.FindByEmailAsync(email, cancellation);
        var taken = owner is not null && owner.Id != id;
        await source.InTransaction(
            async tx =>
            {
                await tx.Connection!.ExecuteAsync(
                    """
                    insert into accounts.email_change (member_id, hash, email, code_hash, created_at, expires_at) values (@id, @Hash, @email, @CodeHash, @now, @Until)
                    on conflict (member_id) do update set hash = excluded.hash, email = excluded.email, code_hash = excluded.code_hash, tries = 0,
                      created_at = excluded.created_at, expires_at = excluded.expires_at
                    """,
                    new { id, Hash = Secret.Hash(secret), email, CodeHash = taken ? null : MailedCode.Hash(secret, code), now, Until = now + MailedCode.Lifetime }, tx);
                if (taken)
                    await mails.Send(tx, email, owner!.Language, TakenMail, new { }, MailedCode.Lifetime);
                else
                    await mails.Send(tx, email, member.Language, CodeMail, new { Code = code }, MailedCode.Lifetime);
            },
            cancellation);
        return new PendingEmailChange(secret, now + MailedCode.Lifetime);
    }

    public async Task<Failure?> ConfirmAsync(ConfirmEmailRequest request, HttpContext context, CancellationToken cancellation)
    {
        var caller = context.Caller()!;
        if (!Secret.IsWellFormed(request.Change))
            return MailedCode.Gone;
        try
        {
            return await source.InTransaction<Failure?>(
                async tx =>
                {
                    var arguments = new { Id = caller.MemberId, Hash = Secret.Hash(request.Change!) };
                    if (await Members.LockAsync(tx, caller.MemberId!.Value) is not { } member)
                        return Gone;
                    var change = await tx.Connection!.QuerySingleOrDefaultAsync<(string Email, byte[]? CodeHash, int Tries, DateTimeOffset ExpiresAt)?>(
                        "select email, code_hash, tries::int, expires_at from accounts.email_change where member_id = @Id and hash = @Hash", arguments, tx);
                    if (change is not var (email, codeHash, tries, until))
                        return MailedCode.Gone;
                    if (MailedCode.Judge(request.Change!, request.Code, codeHash, until, tries, time.GetUtcNow(), out var counts) is { } refused)
                    {
                        if (counts)
                            await tx.Connection!.ExecuteAsync("update accounts.email_change set tries = tries + 1 where member_id = @Id", arguments, tx);
                        return FieldFailures.One("code", refused);
                    }
                    await tx.Connection!.ExecuteAsync(
                        "delete from accounts.email_change where member_id = @Id; update accounts.member set email = @email where id = @Id", new { arguments.Id, email }, tx);
                    await audit.Write(tx, caller, "member.change_email", caller.MemberId);
                    await mails.Send(tx, member.Email, member.Language, ChangedMail, new { member.Nickname });
                    return null;
                },
                cancellation);
        }
        catch (PostgresException error) when (error is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "member_email" })
        {
            // Somebody became a member with it since the code was sent; both have shown that it is theirs, and that one was first.
            return Members.Taken("email");
        }
    }

    private static Failure Gone => new("auth.member", "There is no such member.", StatusCodes.Status403Forbidden);
}
