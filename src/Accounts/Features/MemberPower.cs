using Dapper;
using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>Why a member is to stay out, and until when.</summary>
/// <param name="Reason">Told to the member, 1 to 300 letters.</param>
/// <param name="Until">Null: until an operator reinstates.</param>
public sealed record SuspensionRequest(string? Reason, DateTimeOffset? Until = null);

/// <summary>What a member may do here.</summary>
/// <param name="Role"><c>member</c> or <c>operator</c>.</param>
public sealed record RoleRequest(string? Role);

/// <summary>
/// What an operator does to a member's account. Each act ends what the member is signed in with where it must, is written into the audit log, and is told to the
/// member, all in one transaction.
/// </summary>
internal sealed class MemberPower(NpgsqlDataSource source, Sessions sessions, SignedIn signedIn, INotifications notifications, IAuditLog audit, IEnumerable<IWhenSuspended> others, TimeProvider time)
{
    public const string SuspendedKind = "accounts.suspended";
    public const string ReinstatedKind = "accounts.reinstated";
    public const string RoleKind = "accounts.role";

    private const int LongestReason = 300;
    private const int MostYears = 10;

    /// <summary>Keeps a member out, from this moment on every node.</summary>
    public async Task<Failure?> SuspendAsync(Guid id, SuspensionRequest request, Caller actor, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var wrong = new FieldFailures();
        var reason = request.Reason?.Trim();
        if (reason is not { Length: >= 1 and <= LongestReason } || !TypedText.IsLine(reason))
            wrong.Add("reason", new("suspension.reason", $"Tell the member why, in up to {LongestReason} letters."));
        if (request.Until is { } until && (until <= now || until > now.AddYears(MostYears)))
            wrong.Add("until", new("suspension.until", $"The end must lie ahead, by {MostYears} years at most; leave it out for no end."));
        if (wrong.Failure is { } failure)
            return failure;
        if (actor.MemberId == id)
            return new Failure("suspension.self", "You cannot suspend yourself.", 409);
        var end = request.Until?.ToUniversalTime();
        return await ActAsync(id, cancellation, async (tx, member) =>
        {
            await tx.Connection!.ExecuteAsync(
                "update accounts.member set suspended_at = @now, suspended_until = @end, suspended_reason = @reason where id = @id", new { id, now, end, reason }, tx);
            await sessions.RevokeAllAsync(tx, id);
            foreach (var other in others)
                await other.Suspended(tx, id);
            await audit.Write(tx, actor, "member.suspend", id, new { Reason = reason, Until = end });
            await notifications.Notify(tx, id, SuspendedKind, new { Reason = reason, Until = end is { } at ? at.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture) : "—" });
            return null;
        });
    }

    /// <summary>Lets a member in again.</summary>
    public Task<Failure?> ReinstateAsync(Guid id, Caller actor, CancellationToken cancellation) => ActAsync(id, cancellation, async (tx, member) =>
    {
        if (member.SuspendedAt is null)
            return new Failure("suspension.none", "This member is not suspended.", 409);
        await tx.Connection!.ExecuteAsync("update accounts.member set suspended_at = null, suspended_until = null, suspended_reason = null where id = @id", new { id }, tx);
        await audit.Write(tx, actor, "member.reinstate", id);
        await notifications.Notify(tx, id, ReinstatedKind, new { });
        return null;
    });

    public Task<Failure?> SignOutEverywhereAsync(Guid id, Caller actor, CancellationToken cancellation) => ActAsync(id, cancellation, async (tx, member) =>
    {
        await sessions.RevokeAllAsync(tx, id, exceptSession: null);
        await audit.Write(tx, actor, "member.sign_out", id);
        return null;
    });

    /// <summary>Makes a member an operator, or no longer one. Who is signed in has, or loses, the power with the next request.</summary>
    public async Task<Failure?> SetRoleAsync(Guid id, string? role, Caller actor, CancellationToken cancellation)
    {
        if (role is not ("member" or "operator"))
            return new Failure("member.role", "The roles are `member` and `operator`.");
        return await ActAsync(id, cancellation, async (tx, member) =>
        {
            if (member.Role == role)
                return null;
            await tx.Connection!.ExecuteAsync("update accounts.member set role = @role where id = @id", new { id, role }, tx);
            await signedIn.ForgetMemberAsync(tx, id);
            await audit.Write(tx, actor, role == "operator" ? "member.make_operator" : "member.unmake_operator", id);
            await notifications.Notify(tx, id, RoleKind, new { Role = role });
            return null;
        });
    }

    private Task<Failure?> ActAsync(Guid id, CancellationToken cancellation, Func<NpgsqlTransaction, MemberRow, Task<Failure?>> act) => source.InTransaction(
        async tx => await Members.LockAsync(tx, id) is { } member ? await act(tx, member) : MemberDirectory.Unknown, cancellation);
}
