using Dapper;
using Npgsql;

namespace Madang.Orders.Storage;

/// <summary>A review.</summary>
internal sealed class ReviewRow
{
    public Guid OrderId { get; init; }

    public string Side { get; init; } = "";

    public Guid AuthorId { get; init; }

    public Guid SubjectId { get; init; }

    public int Stars { get; init; }

    public string Text { get; init; } = "";

    public string[] Tags { get; init; } = [];

    public DateTimeOffset WrittenAt { get; init; }

    public DateTimeOffset? ShownAt { get; init; }
}

/// <summary>Reviews. Whoever writes or shows one has locked its order.</summary>
internal sealed class ReviewStore(NpgsqlDataSource source)
{
    private const string Columns = "order_id, side, author_id, subject_id, stars, text, tags, written_at, shown_at";

    public async Task<IReadOnlyList<ReviewRow>> OfOrderAsync(Guid order, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<ReviewRow>(new CommandDefinition($"select {Columns} from orders.review where order_id = @order", new { order }, cancellationToken: cancellation))).AsList();
    }

    public static async Task<IReadOnlyList<ReviewRow>> OfOrderAsync(NpgsqlTransaction tx, Guid order) =>
        (await tx.Connection!.QueryAsync<ReviewRow>($"select {Columns} from orders.review where order_id = @order", new { order }, tx)).AsList();

    /// <summary>Which of these orders a member has reviewed.</summary>
    public async Task<IReadOnlySet<Guid>> WrittenAsync(Guid author, IReadOnlyCollection<Guid> orders, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<Guid>(new CommandDefinition(
            "select order_id from orders.review where author_id = @author and order_id = any(@ids)", new { author, ids = orders.ToArray() }, cancellationToken: cancellation))).ToHashSet();
    }

    /// <summary>Shown reviews of a member, newest first.</summary>
    public async Task<IReadOnlyList<ReviewRow>> ShownAsync(Guid subject, DateTimeOffset? beforeAt, Guid? before, int take, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<ReviewRow>(new CommandDefinition(
            $"""
            select {Columns} from orders.review
            where subject_id = @subject and shown_at is not null and (@before::uuid is null or (shown_at, order_id) < (@beforeAt::timestamptz, @before::uuid))
            order by shown_at desc, order_id desc limit @take
            """, new { subject, beforeAt, before, take }, cancellationToken: cancellation))).AsList();
    }

    public static Task InsertAsync(NpgsqlTransaction tx, ReviewRow review) => tx.Connection!.ExecuteAsync(
        """
        insert into orders.review (order_id, side, author_id, subject_id, stars, text, tags, written_at)
        values (@OrderId, @Side, @AuthorId, @SubjectId, @Stars, @Text, @Tags, @WrittenAt)
        """, review, tx);

    public static Task ShowAsync(NpgsqlTransaction tx, Guid order, DateTimeOffset now) => tx.Connection!.ExecuteAsync(
        """
        update orders.review set shown_at = @now where order_id = @order and shown_at is null;
        update orders.order set reviews_shown_at = @now where id = @order and reviews_shown_at is null
        """, new { order, now }, tx);
}
