using System.Text.Json;
using Dapper;
using Madang.Platform.Web;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>An act in the audit log.</summary>
/// <param name="Id">The entry's id.</param>
/// <param name="At">When.</param>
/// <param name="ActorId">The member who did it; null for the operator by a one-time link, a key, or the program itself.</param>
/// <param name="Actor">Who that was, in words; of a member the nickname of today, or <c>member</c> of one who left.</param>
/// <param name="Action">Stable: <c>member.suspend</c>.</param>
/// <param name="SubjectId">Whom or what it was done to.</param>
/// <param name="Subject">The nickname, where that is a member.</param>
/// <param name="Detail">What matters about it.</param>
public sealed record AuditEntry(Guid Id, DateTimeOffset At, Guid? ActorId, string Actor, string Action, Guid? SubjectId, string? Subject, JsonElement Detail);

/// <summary>A page of the audit log, the newest first.</summary>
/// <param name="Items">The acts.</param>
/// <param name="Next">Give it as <c>after</c> for the next page; null on the last.</param>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Items, string? Next);

/// <summary>Reads the audit log.</summary>
internal sealed class AuditTrail(NpgsqlDataSource source)
{
    private const int OnAPage = 50;

    /// <param name="action">A whole action, or a module with its dot: <c>member.</c>; null: all.</param>
    /// <param name="subject">Whom or what it was done to.</param>
    /// <param name="actor">The member who did it.</param>
    /// <param name="after">Where the page before ended.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<AuditPage> ListAsync(string? action, Guid? subject, Guid? actor, Cursor? after, CancellationToken cancellation)
    {
        action = action?.Trim() is { Length: > 0 and <= 100 } typed && typed.All(letter => char.IsAsciiLetterLower(letter) || letter is '.' or '_') ? typed
            : string.IsNullOrWhiteSpace(action) ? null : "-";
        var conditions = new List<string>();
        if (action is not null)
            conditions.Add(action.EndsWith('.') ? "starts_with(audit.action, @action)" : "audit.action = @action");
        if (subject is not null)
            conditions.Add("audit.subject_id = @subject");
        if (actor is not null)
            conditions.Add("audit.actor_id = @actor");
        if (after is not null)
            conditions.Add("(audit.at, audit.id) < (@At, @Last)");
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var rows = (await connection.QueryAsync<Row>(new(
            $"""
            select audit.id, audit.at, audit.actor_id, coalesce(one.nickname, audit.actor) as actor, audit.action, audit.subject_id, other.nickname as subject, audit.detail::text as detail
            from accounts.audit
            left join accounts.member one on one.id = audit.actor_id and one.deleted_at is null
            left join accounts.member other on other.id = audit.subject_id and other.deleted_at is null
            {(conditions.Count == 0 ? "" : "where " + string.Join(" and ", conditions))}
            order by audit.at desc, audit.id desc limit {OnAPage + 1}
            """,
            new { action, subject, actor, after?.At, Last = after?.Id }, cancellationToken: cancellation))).Select(row => row.Entry()).ToList();
        return rows.Count <= OnAPage ? new AuditPage(rows, null) : new AuditPage(rows[..OnAPage], new Cursor(rows[OnAPage - 1].At, rows[OnAPage - 1].Id).ToString());
    }

    /// <summary>Every action that was ever done, for the filter.</summary>
    public async Task<IReadOnlyList<string>> ActionsAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        // A step from one action to the next in an index, however long the log is.
        return (await connection.QueryAsync<string>(new(
            """
            with recursive step as (
              (select action from accounts.audit order by action limit 1)
              union all
              select (select audit.action from accounts.audit where audit.action > step.action order by audit.action limit 1) from step where step.action is not null
            )
            select action from step where action is not null
            """,
            cancellationToken: cancellation))).AsList();
    }

    private sealed class Row
    {
        public required Guid Id { get; init; }

        public required DateTimeOffset At { get; init; }

        public Guid? ActorId { get; init; }

        public required string Actor { get; init; }

        public required string Action { get; init; }

        public Guid? SubjectId { get; init; }

        public string? Subject { get; init; }

        public required string Detail { get; init; }

        public AuditEntry Entry()
        {
            using var detail = JsonDocument.Parse(Detail);
            return new(Id, At, ActorId, Actor, Action, SubjectId, Subject, detail.RootElement.Clone());
        }
    }
}
