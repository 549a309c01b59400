using Dapper;
using Npgsql;

namespace Madang.Orders.Storage;

/// <summary>Complaints and their pictures. Whoever writes one has locked its order.</summary>
internal sealed class ComplaintStore(NpgsqlDataSource source)
{
    public async Task<ComplaintRow?> FindAsync(Guid order, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<ComplaintRow>(new CommandDefinition(
            "select order_id, reason, text, made_at, answer, answered_at, resolved_at, note from orders.complaint where order_id = @order", new { order }, cancellationToken: cancellation));
        if (row is not null)
            row.Pictures = (await connection.QueryAsync<Guid>(new CommandDefinition(
                "select picture from orders.complaint_picture where order_id = @order order by place", new { order }, cancellationToken: cancellation))).AsList();
        return row;
    }

    /// <summary>The picture at a place, from 1; null when there is none.</summary>
    public async Task<Guid?> FindPictureAsync(Guid order, int place, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            "select picture from orders.complaint_picture where order_id = @order and place = @place", new { order, place }, cancellationToken: cancellation));
    }

    /// <summary>Which of these orders have a complaint that their seller has not answered.</summary>
    public async Task<IReadOnlySet<Guid>> UnansweredAsync(IReadOnlyCollection<Guid> orders, CancellationToken cancellation)
    {
        if (orders.Count == 0)
            return new HashSet<Guid>();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<Guid>(new CommandDefinition(
            "select order_id from orders.complaint where order_id = any(@ids) and answer is null", new { ids = orders.ToArray() }, cancellationToken: cancellation))).ToHashSet();
    }

    public static async Task InsertAsync(NpgsqlTransaction tx, Guid order, string reason, string text, IReadOnlyList<Guid> pictures, DateTimeOffset now)
    {
        await tx.Connection!.ExecuteAsync(
            "insert into orders.complaint (order_id, reason, text, made_at) values (@order, @reason, @text, @now)", new { order, reason, text, now }, tx);
        await tx.Connection!.ExecuteAsync(
            "insert into orders.complaint_picture (order_id, place, picture) values (@order, @Place, @picture)", pictures.Select((picture, place) => new { order, Place = place + 1, picture }), tx);
    }

    /// <summary>False when it was answered, or decided, before.</summary>
    public static async Task<bool> AnswerAsync(NpgsqlTransaction tx, Guid order, string answer, DateTimeOffset now) => await tx.Connection!.ExecuteAsync(
        "update orders.complaint set answer = @answer, answered_at = @now where order_id = @order and answer is null and resolved_at is null", new { order, answer, now }, tx) == 1;

    public static Task ResolveAsync(NpgsqlTransaction tx, Guid order, string note, DateTimeOffset now) => tx.Connection!.ExecuteAsync(
        "update orders.complaint set note = @note, resolved_at = @now where order_id = @order and resolved_at is null", new { order, note, now }, tx);

    /// <summary>Takes the pictures off a complaint, for whoever deletes them.</summary>
    public static async Task<IReadOnlyList<Guid>> TakePicturesAsync(NpgsqlTransaction tx, Guid order) => (await tx.Connection!.QueryAsync<Guid>(
        "delete from orders.complaint_picture where order_id = @order returning picture", new { order }, tx)).AsList();
}
