using Dapper;
using Npgsql;

namespace Madang.Platform.Work;

/// <summary>A job in this node's hands. <paramref name="Lease"/> was made by the claim and fences everything that follows.</summary>
internal sealed record ClaimedWork(long Id, string Kind, string Payload, int Attempts, Guid Lease, string? TraceParent);

/// <summary>The statements of a worker on <c>platform.work</c>. Those that end an attempt answer false when the lease was lost.</summary>
internal sealed class WorkStore(NpgsqlDataSource database, TimeProvider time)
{
    // Where an operator finds the job that hangs.
    private readonly string _node = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>Claims due jobs, at most <c>Slots</c> of each kind, the longest due first.</summary>
    public async Task<IReadOnlyList<ClaimedWork>> Claim(IReadOnlyCollection<(WorkKind Kind, int Slots)> free, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        var claimed = await connection.QueryAsync<ClaimedWork>(new CommandDefinition("""
            with due as materialized (
              select w.id, k.lease
              from unnest(@kinds, @slots, @leases) as k (kind, slots, lease)
              cross join lateral (
                select id
                from platform.work
                where kind = k.kind and died_at is null and coalesce(leased_until, run_at) <= @now
                order by coalesce(leased_until, run_at), id
                limit k.slots
                for update skip locked) w)
            update platform.work w
            set lease = gen_random_uuid(), leased_until = @now + due.lease, leased_by = @node, attempts = w.attempts + 1
            from due
            where w.id = due.id
            returning w.id, w.kind, w.payload::text as payload, w.attempts, w.lease, w.trace_parent
            """,
            new
            {
                kinds = free.Select(f => f.Kind.Kind).ToArray(),
                slots = free.Select(f => f.Slots).ToArray(),
                leases = free.Select(f => f.Kind.Settings.Lease).ToArray(),
                now = time.GetUtcNow(),
                node = _node,
            }, cancellationToken: ct));
        return claimed.AsList();
    }

    /// <summary>When the next job of these kinds is due: its run time or the end of the lease it is under.</summary>
    public async Task<DateTimeOffset?> NextDue(IReadOnlyCollection<WorkKind> kinds, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<DateTimeOffset?>(new CommandDefinition("""
            select min(first.due)
            from unnest(@kinds) as k (kind)
            cross join lateral (
              select coalesce(leased_until, run_at) as due
              from platform.work
              where kind = k.kind and died_at is null
              order by coalesce(leased_until, run_at)
              limit 1) first
            """, new { kinds = kinds.Select(kind => kind.Kind).ToArray() }, cancellationToken: ct));
    }

    public Task<bool> Extend(ClaimedWork work, DateTimeOffset until, CancellationToken ct) =>
        Fenced("update platform.work set leased_until = @until where id = @id and lease = @lease", work, ct, until: until);

    public Task<bool> Complete(ClaimedWork work, CancellationToken ct) => Fenced(Done, work, ct);

    public static async Task<bool> Complete(ClaimedWork work, NpgsqlTransaction tx, CancellationToken ct) =>
        await tx.Connection!.ExecuteAsync(new CommandDefinition(Done, new { work.Id, work.Lease }, tx, cancellationToken: ct)) > 0;

    public Task<bool> TryAgain(ClaimedWork work, DateTimeOffset at, string error, CancellationToken ct) =>
        Fenced("""
            update platform.work
            set lease = null, leased_until = null, leased_by = null, run_at = @until, last_error = @error
            where id = @id and lease = @lease
            """, work, ct, until: at, error: error);

    public Task<bool> Bury(ClaimedWork work, string error, CancellationToken ct) =>
        Fenced("""
            update platform.work
            set lease = null, leased_until = null, leased_by = null, died_at = @until, last_error = coalesce(@error, last_error)
            where id = @id and lease = @lease
            """, work, ct, until: time.GetUtcNow(), error: error);

    /// <summary>As if it had never been claimed.</summary>
    public Task<bool> GiveBack(ClaimedWork work, CancellationToken ct) =>
        Fenced("""
            update platform.work
            set lease = null, leased_until = null, leased_by = null, attempts = attempts - 1
            where id = @id and lease = @lease
            """, work, ct);

    private const string Done = "delete from platform.work where id = @id and lease = @lease";

    private async Task<bool> Fenced(string sql, ClaimedWork work, CancellationToken ct, DateTimeOffset? until = null, string? error = null)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(
            sql, new { work.Id, work.Lease, until, error }, cancellationToken: ct)) > 0;
    }
}
