using Dapper;
using Madang.Accounts;
using Madang.Market;
using Madang.Orders.Domain;
using Madang.Orders.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Madang.Orders.Features;

/// <summary>A member's orders, newest first; and what of them waits for the member.</summary>
internal sealed class ListOrders(NpgsqlDataSource source, ReviewStore reviews, ComplaintStore complaints, IMembers members, IListings listings, IOptions<OrdersOptions> options, TimeProvider time)
{
    public const int MostOnAPage = 100;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/orders", async Task<Results<Ok<PageOfOrders>, ProblemHttpResult>> (string? role, string? state, string? after, int? limit, ListOrders list, HttpContext context) =>
        {
            if (role is not (null or "buyer" or "seller"))
                return new Failure("order.role", "`role` is `buyer` or `seller`.").ToProblem();
            if (state is not (null or "open" or "ended"))
                return new Failure("order.filter", "`state` is `open` or `ended`.").ToProblem();
            if (limit is < 1 or > MostOnAPage)
                return new Failure("order.limit", $"`limit` is from 1 to {MostOnAPage}.").ToProblem();
            if (!Cursor.TryRead(after, out var cursor, out var failure))
                return failure.ToProblem();
            return TypedResults.Ok(await list.HandleAsync(context.Caller()!.MemberId!.Value, role, state, cursor, limit ?? 30, context.RequestAborted));
        })
        .RequireMember().WithTags("Orders").WithSummary("List your orders, newest first: `role` is `buyer` or `seller`, `state` is `open` or `ended`");

    public async Task<PageOfOrders> HandleAsync(Guid member, string? role, string? state, Cursor? after, int limit, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        // Ids grow with time, so each side's index gives its page in order.
        var ended = state switch { "open" => "and ended_at is null", "ended" => "and ended_at is not null", _ => "" };
        string Side(string column) => $"(select {OrderRow.Columns} from orders.order where {column} = @member and (@Last::uuid is null or id < @Last) {ended} order by id desc limit @take)";
        var sql = role switch
        {
            "buyer" => Side("buyer_id"),
            "seller" => Side("seller_id"),
            _ => $"{Side("buyer_id")} union all {Side("seller_id")} order by id desc limit @take",
        };
        var rows = (await connection.QueryAsync<OrderRow>(new CommandDefinition(sql, new { member, Last = after?.Id, take = limit + 1 }, cancellationToken: cancellation))).AsList();
        var page = rows.Take(limit).ToList();
        return new PageOfOrders(
            await SummariesAsync(page, row => row.BuyerId == member ? Actor.Buyer : Actor.Seller, member, cancellation),
            rows.Count > limit ? new Cursor(page[^1].PaidAt, page[^1].Id).ToString() : null);
    }

    /// <summary>Orders that wait for this member, the most urgent first.</summary>
    public async Task<IReadOnlyList<OrderSummary>> ToDoAsync(Guid member, int most, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var rows = (await connection.QueryAsync<OrderRow>(new CommandDefinition(
            $"""
            select {OrderRow.Columns} from orders.order
            where (buyer_id = @member or seller_id = @member) and (ended_at is null or (ended_at > @since and reviews_shown_at is null and state <> 'cancelled'))
            order by ended_at nulls first, due_at nulls first, id limit 200
            """, new { member, since = time.GetUtcNow().AddDays(-options.Value.ReviewDays) }, cancellationToken: cancellation))).AsList();
        var all = await SummariesAsync(rows, row => row.BuyerId == member ? Actor.Buyer : Actor.Seller, member, cancellation);
        return [.. all.Where(order => order.Next is not null).Take(most)];
    }

    /// <summary>The order by which a listing was sold, for its two sides; null for others.</summary>
    public async Task<Guid?> OfListingAsync(Guid member, Guid listing, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            "select id from orders.order where listing_id = @listing and (buyer_id = @member or seller_id = @member) and state not in ('refunded', 'cancelled')", new { member, listing },
            cancellationToken: cancellation));
    }

    /// <summary>How rows stand in a list of who asks.</summary>
    public async Task<IReadOnlyList<OrderSummary>> SummariesAsync(IReadOnlyList<OrderRow> rows, Func<OrderRow, Actor> role, Guid? member, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var people = await members.FindMany([.. rows.SelectMany(row => new[] { row.BuyerId, row.SellerId })], cancellation);
        var pictures = await listings.FindMany([.. rows.Select(row => row.ListingId)], cancellation);
        var written = member is { } author ? await reviews.WrittenAsync(author, [.. rows.Select(row => row.Id)], cancellation) : new HashSet<Guid>();
        var unanswered = await complaints.UnansweredAsync([.. rows.Where(row => row.State == "disputed").Select(row => row.Id)], cancellation);
        return [.. rows.Select(row =>
        {
            var (actor, order) = (role(row), row.ToDomain());
            var mayReview = actor is not Actor.Operator && ReviewRules.MayWrite(order, written.Contains(row.Id), row.ForgottenAt is not null, now, options.Value.ReviewDays) is null;
            return new OrderSummary(
                row.Id, row.ListingId, row.Title, pictures.GetValueOrDefault(row.ListingId)?.PictureUrl, Names.Of(actor), ShowOrder.PersonOf(actor is Actor.Buyer ? row.SellerId : row.BuyerId, people), row.State,
                row.Ending, row.Delivery, row.Price, row.PaidAt, row.ActBy, row.DueAt, row.EndedAt, NextStep.Of(order, actor, mayReview, mayAnswer: actor is Actor.Seller && unanswered.Contains(row.Id)));
        })];
    }
}
