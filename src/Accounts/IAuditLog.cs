using System.Text.Json;
using Dapper;
using Madang.Platform.Web;
using Npgsql;

namespace Madang.Accounts;

/// <summary>The append-only record of privileged acts: who did what to whom, when and why.</summary>
public interface IAuditLog
{
    /// <summary>Records an act in the transaction that does it, so that there is neither one without the other.</summary>
    /// <param name="transaction">The transaction that does it.</param>
    /// <param name="actor">Who does it; null: the program itself.</param>
    /// <param name="action">Stable, module first: <c>member.suspend</c>, <c>wallet.adjust</c>.</param>
    /// <param name="subject">Whom or what it is done to.</param>
    /// <param name="detail">What matters about it, as a small record or anonymous object; never a secret.</param>
    Task Write(NpgsqlTransaction transaction, Caller? actor, string action, Guid? subject, object? detail = null);
}

internal sealed class AuditLog(TimeProvider time) : IAuditLog
{
    public Task Write(NpgsqlTransaction transaction, Caller? actor, string action, Guid? subject, object? detail = null) =>
        transaction.Connection!.ExecuteAsync(
            """
            insert into accounts.audit (id, at, actor_id, actor, action, subject_id, detail)
            values (@Id, @Now, @MemberId, @Name, @action, @subject, @Detail::jsonb)
            """,
            new
            {
                Id = Guid.CreateVersion7(time.GetUtcNow()),
                Now = time.GetUtcNow(),
                actor?.MemberId,
                // Of a member the id says who it was: a nickname would stay here for ever, also when the member left.
                Name = actor is { MemberId: not null } ? "member" : actor?.Name ?? "madang",
                action,
                subject,
                Detail = JsonSerializer.Serialize(detail ?? new { }, JsonSerializerOptions.Web),
            },
            transaction);
}
