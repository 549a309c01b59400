using Dapper;
using Madang.Wallet.Domain;
using Npgsql;

namespace Madang.Wallet.Storage;

/// <summary>A part of a refund: what goes back to one charge.</summary>
internal sealed class RefundPartRow
{
    public const string Columns = "id, refund_id, charge_id, hold_id, amount, state, failure, created_at, ended_at";

    public required Guid Id { get; init; }

    public required Guid RefundId { get; init; }

    public required Guid ChargeId { get; init; }

    public required Guid HoldId { get; init; }

    public required long Amount { get; init; }

    public required string State { get; init; }

    public string? Failure { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>A refund with its parts.</summary>
internal sealed record RefundRow(Guid Id, Guid MemberId, string Key, long Amount, DateTimeOffset CreatedAt)
{
    public IReadOnlyList<RefundPartRow> Parts { get; init; } = [];
}

/// <summary>Refunds. Charges are locked first, newest first, then the accounts.</summary>
internal sealed class RefundStore(NpgsqlDataSource source)
{
    private const string Left =
        "from wallet.charge where member_id = @member and state = 'paid' and paid_at > @since and amount > refunded + refunding";

    public async Task<IReadOnlyList<Refundable>> RefundableAsync(Guid member, DateTimeOffset since, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<Refundable>(new CommandDefinition(
            $"select id as charge, amount - refunded - refunding as left {Left} order by id desc", new { member, since }, cancellationToken: cancellation))).AsList();
    }

    public static async Task<IReadOnlyList<Refundable>> LockRefundableAsync(Guid member, DateTimeOffset since, NpgsqlTransaction tx) =>
        (await tx.Connection!.QueryAsync<Refundable>(
            $"select id as charge, amount - refunded - refunding as left {Left} order by id desc for update", new { member, since }, tx)).AsList();

    public static Task<RefundRow?> FindByKeyAsync(Guid member, string key, NpgsqlTransaction tx) =>
        ReadAsync(tx.Connection!, "member_id = @member and key = @key", new { member, key }, tx);

    public async Task<RefundRow?> FindAsync(Guid id, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await ReadAsync(connection, "id = @id", new { id }, tx: null);
    }

    /// <summary>The latest refunds of a member.</summary>
    public async Task<IReadOnlyList<RefundRow>> LatestAsync(Guid member, int most, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var refunds = (await connection.QueryAsync<RefundRow>(new CommandDefinition(
            "select id, member_id as memberid, key, amount, created_at as createdat from wallet.refund where member_id = @member order by id desc limit @most",
            new { member, most }, cancellationToken: cancellation))).AsList();
        var parts = (await connection.QueryAsync<RefundPartRow>(new CommandDefinition(
            $"select {RefundPartRow.Columns} from wallet.refund_part where refund_id = any(@ids)", new { ids = refunds.ConvertAll(refund => refund.Id) }, cancellationToken: cancellation)))
            .ToLookup(part => part.RefundId);
        return refunds.ConvertAll(refund => refund with { Parts = [.. parts[refund.Id]] });
    }

    public static async Task InsertAsync(RefundRow refund, NpgsqlTransaction tx)
    {
        await tx.Connection!.ExecuteAsync(
            "insert into wallet.refund (id, member_id, key, amount, created_at) values (@Id, @MemberId, @Key, @Amount, @CreatedAt)",
            new { refund.Id, refund.MemberId, refund.Key, refund.Amount, refund.CreatedAt }, tx);
        foreach (var part in refund.Parts)
            await tx.Connection!.ExecuteAsync(
                """
                insert into wallet.refund_part (id, refund_id, charge_id, hold_id, amount, state, created_at)
                values (@Id, @RefundId, @ChargeId, @HoldId, @Amount, 'pending', @CreatedAt);
                update wallet.charge set refunding = refunding + @Amount where id = @ChargeId
                """, part, tx);
    }

    public static Task<RefundPartRow?> FindPartAsync(Guid id, NpgsqlTransaction tx) =>
        tx.Connection!.QuerySingleOrDefaultAsync<RefundPartRow>($"select {RefundPartRow.Columns} from wallet.refund_part where id = @id", new { id }, tx);

    /// <summary>Ends a part; its charge's row is locked. <paramref name="failure"/> null: the money went back.</summary>
    public static Task EndPartAsync(RefundPartRow part, string? failure, DateTimeOffset now, NpgsqlTransaction tx) => tx.Connection!.ExecuteAsync(
        """
        update wallet.refund_part set state = case when @failure is null then 'done' else 'failed' end, failure = @failure, ended_at = @now where id = @Id;
        update wallet.charge set refunding = refunding - @Amount, refunded = refunded + @Done,
               state = case when refunded + @Done = amount then 'refunded' else state end
        where id = @ChargeId
        """, new { part.Id, part.ChargeId, part.Amount, Done = failure is null ? part.Amount : 0, failure, now }, tx);

    public static Task<IEnumerable<Guid>> PendingAsync(DateTimeOffset before, int most, NpgsqlTransaction tx) => tx.Connection!.QueryAsync<Guid>(
        "select id from wallet.refund_part where state = 'pending' and created_at < @before order by created_at limit @most", new { before, most }, tx);

    private static async Task<RefundRow?> ReadAsync(NpgsqlConnection connection, string where, object arguments, NpgsqlTransaction? tx)
    {
        var refund = await connection.QuerySingleOrDefaultAsync<RefundRow>(
            $"select id, member_id as memberid, key, amount, created_at as createdat from wallet.refund where {where}", arguments, tx);
        return refund is null ? null : refund with
        {
            Parts = (await connection.QueryAsync<RefundPartRow>($"select {RefundPartRow.Columns} from wallet.refund_part where refund_id = @Id order by id", new { refund.Id }, tx)).AsList(),
        };
    }
}
