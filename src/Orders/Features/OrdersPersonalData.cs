using Dapper;
using Madang.Accounts;
using Madang.Images;
using Madang.Orders.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Orders.Features;

/// <summary>
/// A member's orders and reviews in his export, and at his departure: open orders end first. Orders and reviews stay for the other side under an id that names nobody;
/// addresses, parcels, pictures and what he wrote in complaints go.
/// </summary>
internal sealed class OrdersPersonalData(NpgsqlDataSource source, AddressStore addresses, IPictures pictures, TimeProvider time) : IPersonalData
{
    public string Section => "orders";

    public async Task<object?> Export(Guid member, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var rows = (await connection.QueryAsync<OrderRow>(new CommandDefinition(
            $"select {OrderRow.Columns} from orders.order where buyer_id = @member or seller_id = @member order by id", new { member }, cancellationToken: cancellation))).AsList();
        var written = (await connection.QueryAsync<ReviewRow>(new CommandDefinition(
            "select order_id, side, stars, text, tags, written_at, shown_at from orders.review where author_id = @member order by order_id", new { member }, cancellationToken: cancellation))).AsList();
        var complaints = (await connection.QueryAsync<ComplaintRow>(new CommandDefinition(
            """
            select c.order_id, c.reason, c.text, c.made_at from orders.complaint c where exists (select from orders.order o where o.id = c.order_id and o.buyer_id = @member) order by c.order_id
            """, new { member }, cancellationToken: cancellation))).AsList();
        var answers = (await connection.QueryAsync<ComplaintRow>(new CommandDefinition(
            """
            select c.order_id, c.answer, c.answered_at from orders.complaint c
            where c.answer is not null and exists (select from orders.order o where o.id = c.order_id and o.seller_id = @member) order by c.order_id
            """, new { member }, cancellationToken: cancellation))).AsList();
        if (rows.Count == 0)
            return null;
        var list = new List<object>(rows.Count);
        foreach (var row in rows)
        {
            var bought = row.BuyerId == member;
            list.Add(new
            {
                row.Id,
                Role = bought ? "buyer" : "seller",
                row.Title,
                row.Price,
                row.State,
                row.Delivery,
                row.PaidAt,
                row.EndedAt,
                row.Refunded,
                PaidOut = bought ? (long?)null : row.PaidOut,
                Fee = bought ? (long?)null : row.Fee,
                // The address is the buyer's.
                Address = bought ? await addresses.FindAsync(row.Id, cancellation) : null,
            });
        }
        return new
        {
            Orders = list,
            Reviews = written.Select(review => new { Order = review.OrderId, review.Stars, review.Text, review.Tags, review.WrittenAt }),
            Complaints = complaints.Select(complaint => new { Order = complaint.OrderId, complaint.Reason, complaint.Text, complaint.MadeAt }),
            Answers = answers.Select(answer => new { Order = answer.OrderId, answer.Answer, answer.AnsweredAt }),
        };
    }

    public async Task<Failure?> Hinders(NpgsqlTransaction transaction, Guid member) => await OrderStore.HasOpenAsync(transaction, member)
        ? new Failure("orders.open", "An order of yours is not over; let it end first, at /orders.", StatusCodes.Status409Conflict)
        : null;

    public async Task Erase(NpgsqlTransaction transaction, Guid member)
    {
        foreach (var id in (await transaction.Connection!.QueryAsync<Guid>(
            "select id from orders.order where (buyer_id = @member or seller_id = @member) and forgotten_at is null order by id", new { member }, transaction)).AsList())
            await AdvanceOrders.ForgetAsync(transaction, id, pictures, time.GetUtcNow());
        // Nobody will answer them any more, so nothing is gained by hiding them; and who has left is told nothing.
        var hidden = (await transaction.Connection!.QueryAsync<(Guid Order, Guid Subject)>(
            """
            select r.order_id, r.subject_id from orders.review r
            where r.shown_at is null and exists (select from orders.order o where o.id = r.order_id and (o.buyer_id = @member or o.seller_id = @member))
            """, new { member }, transaction)).AsList();
        foreach (var id in hidden.Select(review => review.Order).Distinct().Order())
            await ReviewStore.ShowAsync(transaction, id, time.GetUtcNow());
        await ReputationStore.RecountAsync(transaction, hidden.Select(review => review.Subject).Distinct().ToList());
        await transaction.Connection!.ExecuteAsync(
            """
            update orders.complaint c set text = '' where exists (select from orders.order o where o.id = c.order_id and o.buyer_id = @member);
            update orders.complaint c set answer = '-' where answer is not null and exists (select from orders.order o where o.id = c.order_id and o.seller_id = @member)
            """, new { member }, transaction);
    }
}
