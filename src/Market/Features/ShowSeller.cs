using Dapper;
using Madang.Market.Domain;
using Madang.Market.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Market.Features;

/// <summary>A seller with what he offers.</summary>
/// <param name="Seller">Who.</param>
/// <param name="Live">How many listings of his are live.</param>
/// <param name="Listings">Those that can be seen, live ones and what was sold, the newest first.</param>
public sealed record SellerPage(SellerResource Seller, int Live, ListingPage Listings);

/// <summary>What a seller offers and has sold.</summary>
internal sealed class ShowSeller(NpgsqlDataSource source, Sellers sellers, Cards cards)
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/market/sellers/{id:guid}", async Task<Results<Ok<SellerPage>, ProblemHttpResult>> (Guid id, string? after, int? limit, ShowSeller show, HttpContext context) =>
        {
            if (!Cursor.TryRead(after, out var cursor, out var failure))
                return failure.ToProblem();
            return await show.HandleAsync(id, context.Caller()?.MemberId, cursor, Math.Clamp(limit ?? 24, 1, 100), context.RequestAborted) is { } page
                ? TypedResults.Ok(page)
                : new Failure("member.unknown", "There is no such member.", StatusCodes.Status404NotFound).ToProblem();
        })
        .WithTags("Market").WithSummary("Show a seller and what he offers");

    /// <summary>Null where there is no such member.</summary>
    public async Task<SellerPage?> HandleAsync(Guid id, Guid? viewer, Cursor? after, int limit, CancellationToken cancellation)
    {
        var seller = await sellers.FindAsync(id, cancellation);
        if (seller.Nickname is null)
            return null;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var live = await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            "select count(*)::int from market.listing where seller_id = @id and shown = 'live'", new { id }, cancellationToken: cancellation));
        var rows = (await connection.QueryAsync<CardRow>(new(
            $"""
             select {CardRow.Columns} from {CardRow.Tables}
             where l.seller_id = @seller and l.state in ('live', 'sold') and (@Id::uuid is null or l.id < @Id)
             order by l.id desc limit @take
             """, new { seller = id, after?.Id, take = limit + 1 }, cancellationToken: cancellation))).AsList();
        await connection.CloseAsync();
        return new SellerPage(seller, live, new ListingPage(
            await cards.OfAsync([.. rows.Take(limit)], viewer, cancellation),
            rows.Count > limit ? new Cursor(rows[limit - 1].UpdatedAt, rows[limit - 1].Id).ToString() : null));
    }
}
