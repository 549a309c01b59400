using Dapper;
using Madang.Accounts.Storage;
using Madang.Images;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>
/// A member leaves: in one transaction every module deletes the person from its data, all sessions end, and the row stays without the person, so that others'
/// history stays whole. E-mail address, login id, nickname and phone are free again.
/// </summary>
internal sealed class DeleteMe(
    NpgsqlDataSource source, Sessions sessions, IPictures pictures, INotifications notifications, IMails mails, IEnumerable<IPersonalData> modules, IAuditLog audit, TimeProvider time)
{
    public const string FarewellMail = "accounts.farewell";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapDelete("/api/me", async Task<Results<NoContent, ProblemHttpResult>> (HttpContext context, DeleteMe delete, CancellationToken cancellation) =>
                await delete.DeleteAsync(context, cancellation) is { } failure ? failure.ToProblem(context) : TypedResults.NoContent())
            .RequireMember().RequireRecentProof().WithTags("Me")
            .WithSummary("Delete my account for good");
        routes.MapPost("/me/delete", async (HttpContext context, DeleteMe delete, CancellationToken cancellation) =>
                TypedResults.Redirect(await delete.DeleteAsync(context, cancellation) is { } failure ? $"/me/data?refused={Uri.EscapeDataString(failure.Code)}" : "/?left=1"))
            .RequireMember().RequireRecentProof().ExcludeFromDescription();
    }

    public async Task<Failure?> DeleteAsync(HttpContext context, CancellationToken cancellation)
    {
        var caller = context.Caller()!;
        var id = caller.MemberId!.Value;
        var failure = await source.InTransaction<Failure?>(
            async tx =>
            {
                if (await Members.LockAsync(tx, id) is not { } member)
                    return new Failure("auth.member", "There is no such member.", StatusCodes.Status403Forbidden);
                foreach (var module in modules)
                    if (await module.Hinders(tx, id) is { } hindrance)
                        return hindrance;
                await sessions.RevokeAllAsync(tx, id);
                foreach (var module in modules)
                    await module.Erase(tx, id);
                await notifications.Forget(tx, id);
                if (member.Picture is { } picture)
                    await pictures.Delete(tx, picture);
                await tx.Connection!.ExecuteAsync(
                    """
                    update accounts.member set nickname = 'deleted', login_id = null, email = null, name = null, phone = null, password_hash = null, picture = null,
                      role = 'member', suspended_at = null, suspended_until = null, suspended_reason = null, deleted_at = @Now
                    where id = @id
                    """,
                    new { id, Now = time.GetUtcNow() }, tx);
                await audit.Write(tx, caller, "member.delete", id);
                await mails.Send(tx, member.Email, member.Language, FarewellMail, new { member.Nickname });
                return null;
            },
            cancellation);
        if (failure is null)
            SessionCookie.Delete(context);
        return failure;
    }
}
