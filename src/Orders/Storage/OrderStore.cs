using Dapper;
using Madang.Orders.Domain;
using Npgsql;

namespace Madang.Orders.Storage;

/// <summary>Orders and their history. Whoever moves an order has locked its row.</summary>
internal sealed class OrderStore(NpgsqlDataSource source)
{
    public async Task<OrderRow?> FindAsync(Guid id, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<OrderRow>(new CommandDefinition($"select {OrderRow.Columns} from orders.order where id = @id", new { id }, cancellationToken: cancellation));
    }

    public static Task<OrderRow?> LockAsync(NpgsqlTransaction tx, Guid id) =>
        tx.Connection!.QuerySingleOrDefaultAsync<OrderRow>($"select {OrderRow.Columns} from orders.order where id = @id for update", new { id }, tx);

    public static Task<OrderRow?> FindByKeyAsync(NpgsqlTransaction tx, Guid buyer, string key) =>
        tx.Connection!.QuerySingleOrDefaultAsync<OrderRow>($"select {OrderRow.Columns} from orders.order where buyer_id = @buyer and key = @key", new { buyer, key }, tx);

    /// <summary>Orders whose time has come, the longest waiting first.</summary>
    public async Task<IReadOnlyList<Guid>> DueAsync(DateTimeOffset now, int most, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<Guid>(new CommandDefinition(
            "select id from orders.order where due_at <= @now order by due_at limit @most", new { now, most }, cancellationToken: cancellation))).AsList();
    }

    public async Task<IReadOnlyList<EventRow>> EventsAsync(Guid order, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<EventRow>(new CommandDefinition(
            """select order_id as orderid, number, kind, by as "by", amount, at from orders.event where order_id = @order order by number""", new { order }, cancellationToken: cancellation))).AsList();
    }

    /// <summary>Writes a new order with its first event.</summary>
    public static async Task InsertAsync(NpgsqlTransaction tx, Order order, DateTimeOffset? due, string? key, byte[]? wish)
    {
        await tx.Connection!.ExecuteAsync(
            """
            insert into orders.order (id, listing_id, title, seller_id, buyer_id, source, price, fee_rate, hold_id, key, wish, state, delivery, paid_at, act_by, due_at, events)
            values (@Id, @Listing, @Title, @Seller, @Buyer, @Source, @Price, @FeeRate, @Hold, @key, @wish, 'paid', @Delivery, @PaidAt, @ActBy, @due, 1)
            """,
            new
            {
                order.Id,
                order.Listing,
                order.Title,
                order.Seller,
                order.Buyer,
                Source = Names.Of(order.Source),
                order.Price,
                order.FeeRate,
                order.Hold,
                key,
                wish,
                Delivery = order.Delivery is { } delivery ? Names.Of(delivery) : null,
                order.PaidAt,
                order.ActBy,
                due,
            }, tx);
        await AppendAsync(tx, order.Id, 0, [new(EventKind.Paid, Actor.Buyer, order.Price)], order.PaidAt);
    }

    /// <summary>Writes what was decided, and appends what happened. The row is locked.</summary>
    public static async Task SaveAsync(NpgsqlTransaction tx, OrderRow before, Decision decision, DateTimeOffset? due, DateTimeOffset now)
    {
        var order = decision.Order;
        await tx.Connection!.ExecuteAsync(
            """
            update orders.order set state = @State, delivery = @Delivery, act_by = @ActBy, reminded_at = @RemindedAt, carrier = @Carrier, tracking_number = @TrackingNumber, shipped_at = @ShippedAt,
              delivered_at = @DeliveredAt, disputed_at = @DisputedAt, code_salt = @Salt, code_hash = @Hash, code_tries = @TriesLeft, due_at = @due, ended_at = @EndedAt, ending = @Ending,
              paid_out = @PaidOut, fee = @Fee, refunded = @Refunded, events = @Events
            where id = @Id
            """,
            new
            {
                order.Id,
                State = Names.Of(order.State),
                Delivery = order.Delivery is { } delivery ? Names.Of(delivery) : null,
                order.ActBy,
                order.RemindedAt,
                order.Shipment?.Carrier,
                order.Shipment?.TrackingNumber,
                order.ShippedAt,
                order.DeliveredAt,
                order.DisputedAt,
                order.Code?.Salt,
                order.Code?.Hash,
                order.Code?.TriesLeft,
                due,
                order.EndedAt,
                Ending = order.Ending is { } ending ? Names.Of(ending) : null,
                order.PaidOut,
                order.Fee,
                order.Refunded,
                Events = before.Events + decision.Events.Count,
            }, tx);
        await AppendAsync(tx, order.Id, before.Events, decision.Events, now);
    }

    /// <summary>The member's open orders, as buyer or seller.</summary>
    public static Task<bool> HasOpenAsync(NpgsqlTransaction tx, Guid member) => tx.Connection!.ExecuteScalarAsync<bool>(
        "select exists (select from orders.order where (buyer_id = @member or seller_id = @member) and ended_at is null)", new { member }, tx);

    private static async Task AppendAsync(NpgsqlTransaction tx, Guid order, int before, IReadOnlyList<OrderEvent> events, DateTimeOffset now)
    {
        await tx.Connection!.ExecuteAsync(
            "insert into orders.event (order_id, number, kind, by, amount, at) values (@order, @Number, @Kind, @By, @Amount, @now)",
            events.Select((happened, place) => new { order, Number = before + place + 1, Kind = Names.Of(happened.Kind), By = Names.Of(happened.By), happened.Amount, now }), tx);
    }
}
