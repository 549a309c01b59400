using Dapper;
using Madang.Accounts;
using Madang.Orders.Domain;
using Madang.Orders.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Orders.Features;

/// <summary>The operator's decision about a complaint.</summary>
/// <param name="Refund">What goes back to the buyer, in minor units: 0 pays the seller all, the price gives the buyer all, in between is a part each.</param>
/// <param name="Note">Why, for both to read: 3 to 500 letters.</param>
public sealed record ResolveRequest(long Refund, string? Note);

/// <summary>Complaints that wait for the operator, the oldest first, and what is decided about them. Every decision is on the record.</summary>
internal sealed class OperatorOrders(NpgsqlDataSource source, MoveOrder move, ListOrders list, IAuditLog audit, TimeProvider time)
{
    public const int PageSize = 50;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var operators = routes.MapGroup("/api/operator/orders").RequireOperator().WithTags("Orders (operator)");
        operators.MapGet("", async Task<Results<Ok<PageOfOrders>, ProblemHttpResult>> (string? after, OperatorOrders orders, CancellationToken cancellation) =>
                Cursor.TryRead(after, out var cursor, out var failure) ? TypedResults.Ok(await orders.QueueAsync(cursor, cancellation)) : failure.ToProblem())
            .WithSummary("List complaints that wait, the oldest first");
        operators.MapGet("/{id:guid}", async Task<Results<Ok<OrderResource>, ProblemHttpResult>> (Guid id, ShowOrder show, CancellationToken cancellation) =>
                (await show.ForOperatorAsync(id, cancellation)).Succeeded(out var order, out var failure) ? TypedResults.Ok(order) : failure.ToProblem())
            .WithSummary("Show any order, without its address");
        operators.MapPost("/{id:guid}/resolution", async Task<Results<Ok<OrderResource>, ProblemHttpResult>> (
                Guid id, ResolveRequest request, OperatorOrders orders, ShowOrder show, HttpContext context) =>
                (await orders.ResolveAsync(context.Caller()!, id, request, context.RequestAborted)).Succeeded(out _, out var failure)
                    ? TypedResults.Ok((await show.ForOperatorAsync(id, context.RequestAborted)).Value)
                    : failure.ToProblem(context))
            .WithSummary("Decide a complaint: how much goes back to the buyer, and why");
    }

    public async Task<PageOfOrders> QueueAsync(Cursor? after, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var rows = (await connection.QueryAsync<OrderRow>(new CommandDefinition(
            $"""
            select {OrderRow.Columns} from orders.order
            where state = 'disputed' and (@Last::uuid is null or (disputed_at, id) > (@At::timestamptz, @Last::uuid)) order by disputed_at, id limit @take
            """, new { Last = after?.Id, after?.At, take = PageSize + 1 }, cancellationToken: cancellation))).AsList();
        var page = rows.Take(PageSize).ToList();
        return new PageOfOrders(
            await list.SummariesAsync(page, _ => Actor.Operator, member: null, cancellation),
            rows.Count > PageSize ? new Cursor(page[^1].DisputedAt!.Value, page[^1].Id).ToString() : null);
    }

    public async Task<Result<Order>> ResolveAsync(Caller caller, Guid id, ResolveRequest request, CancellationToken cancellation)
    {
        if (Wording.Lines(request.Note, 500) is not { Length: >= 3 } note)
            return new Failure("order.note", "Give your reasons in 3 to 500 letters; both sides read them.");
        return await move.ByHouseAsync(Actor.Operator, id, new Resolve(request.Refund), cancellation, async (tx, order) =>
        {
            // Who decides about his own money decides nothing.
            if (caller.MemberId is { } me && (me == order.Buyer || me == order.Seller))
                return new Failure("order.own_case", "You are one of the two sides: let another operator decide.", StatusCodes.Status403Forbidden);
            await ComplaintStore.ResolveAsync(tx, id, note, time.GetUtcNow());
            await audit.Write(tx, caller, "order.resolve", id, new { order.Refunded, order.PaidOut, order.Fee, Note = note });
            return null;
        });
    }
}
