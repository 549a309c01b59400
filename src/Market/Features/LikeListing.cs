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

/// <summary>The wishlist.</summary>
internal sealed class LikeListing(NpgsqlDataSource source, ListingStore listings, LikeStore likes, Cards cards, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api").RequireMember().WithTags("Market");
        api.MapPut("/listings/{id:guid}/like", async Task<Results<NoContent, ProblemHttpResult>> (Guid id, LikeListing like, HttpContext context) =>
                await like.LikeAsync(context.Caller()!.MemberId!.Value, id, context.RequestAborted) is { } failure ? failure.ToProblem() : TypedResults.NoContent())
            .WithSummary("Like a listing; again changes nothing");
        api.MapDelete("/listings/{id:guid}/like", async Task<NoContent> (Guid id, LikeListing like, HttpContext context) =>
            {
                await like.UnlikeAsync(context.Caller()!.MemberId!.Value, id, context.RequestAborted);
                return TypedResults.NoContent();
            })
            .WithSummary("Like it no more; again changes nothing");
        api.MapGet("/market/likes", async Task<Results<Ok<ListingPage>, ProblemHttpResult>> (string? after, int? limit, LikeListing like, HttpContext context) =>
                Cursor.TryRead(after, out var cursor, out var failure)
                    ? TypedResults.Ok(await like.ListAsync(context.Caller()!.MemberId!.Value, cursor, Math.Clamp(limit ?? 24, 1, 100), context.RequestAborted))
                    : failure.ToProblem())
            .WithSummary("List what you like, the latest first");
    }

    public async Task<Failure?> LikeAsync(Guid member, Guid id, CancellationToken cancellation)
    {
        if (await listings.FindAsync(id, cancellation) is not { IsPublic: true } row)
            return ListingFailures.Unknown;
        if (row.SellerId == member)
            return new Failure("listing.own", "It is your own listing.");
        await likes.AddAsync(member, id, time.GetUtcNow(), cancellation);
        return null;
    }

    public Task UnlikeAsync(Guid member, Guid id, CancellationToken cancellation) => likes.RemoveAsync(member, id, cancellation);

    public async Task<ListingPage> ListAsync(Guid member, Cursor? after, int limit, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var keys = (await connection.QueryAsync<(Guid Id, DateTimeOffset At)>(new(
            """
            select k.listing_id, k.at from market.liked k join market.listing l on l.id = k.listing_id
            where k.member_id = @member and l.state <> 'taken_down' and (@At::timestamptz is null or (k.at, k.listing_id) < (@At, @Id))
            order by k.at desc, k.listing_id desc limit @take
            """, new { member, after?.At, after?.Id, take = limit + 1 }, cancellationToken: cancellation))).AsList();
        var rows = await SearchStore.CardsAsync(connection, [.. keys.Take(limit).Select(key => key.Id)], cancellation);
        await connection.CloseAsync();
        return new ListingPage(
            await cards.OfAsync([.. keys.Take(limit).Select(key => rows[key.Id])], member, cancellation),
            keys.Count > limit ? new Cursor(keys[limit - 1].At, keys[limit - 1].Id).ToString() : null);
    }
}
