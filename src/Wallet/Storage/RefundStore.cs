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
    // Ordered by the id alone, which is the order of the locks; the plan puts the refused ones last.
    private const string Left =
        """
        select id as charge, amount - refunded - refunding as left,
               coalesce((select p.state = 'failed' from wallet.refund_part p where p.charge_id = charge.id and p.state <> 'pending' order by p.ended_at desc, p.id desc limit 1), false) as refused
        from wallet.charge where member_id = @member and state = 'paid' and paid_at > @since and amount > refunded + refunding and provider = any(@providers)
        order by id desc
        """;

    /// <summary>Charges of which something could go back; none of a provider that is not on.</summary>
    public async Task<IReadOnlyList<Refundable>> RefundableAsync(Guid member, DateTimeOffset since, IReadOnlyList<string> providers, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<Refundable>(new CommandDefinition(Left, new { member, since, providers }, cancellationToken: cancellation))).AsList();
    }

    public static async Task<IReadOnlyList<Refundable>> LockRefundableAsync(Guid member, DateTimeOffset since, IReadOnlyList<string> providers, NpgsqlTransaction tx) =>
        (await tx.Connection!.QueryAsync<Refundable>($"{Left} for update", new { member, since, providers }, tx)).AsList();

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

    /// <summary>The part of a charge whose turn it is.</summary>
    public static Task<Guid?> FirstPendingAsync(Guid charge, NpgsqlTransaction tx) => tx.Connection!.QuerySingleOrDefaultAsync<Guid?>(
        "select id from wallet.refund_part where charge_id = @charge and state = 'pending' order by created_at, id limit 1", new { charge }, tx);

    /// <summary>Parts that wait for long, and whose turn it is. None of a provider that is not on: they could not go, and would stand before those that can.</summary>
    public static Task<IEnumerable<Guid>> PendingAsync(DateTimeOffset before, IReadOnlyList<string> providers, int most, NpgsqlTransaction tx) => tx.Connection!.QueryAsync<Guid>(
        """
        select p.id from wallet.refund_part p join wallet.charge c on c.id = p.charge_id
        where p.state = 'pending' and p.created_at < @before and c.provider = any(@providers)
          and not exists (select from wallet.refund_part o where o.charge_id = p.charge_id and o.state = 'pending' and (o.created_at, o.id) < (p.created_at, p.id))
        order by p.created_at limit @most
        """, new { before, providers, most }, tx);

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
