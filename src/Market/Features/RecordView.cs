using Dapper;
using Madang.Market.Domain;
using Madang.Market.Storage;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Madang.Wallet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Market.Features;

/// <summary>
/// Somebody looks at a listing: a row for a person and day, written beside everything and counted later by <see cref="FoldViews"/>. Neither the listing nor what is bid on it is
/// touched or locked.
/// </summary>
internal sealed class RecordView(NpgsqlDataSource source, Cards cards, WalletZone zone, TimeProvider time)
{
    public const int MostSeen = 50;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/listings/{id:guid}/views", async Task<Results<NoContent, ProblemHttpResult>> (Guid id, RecordView record, ListingStore store, HttpContext context) =>
            {
                if (await store.FindAsync(id, context.RequestAborted) is not { IsPublic: true } row)
                    return ListingFailures.Unknown.ToProblem();
                await record.HandleAsync(id, row.SellerId, context);
                return TypedResults.NoContent();
            })
            .RequireMember().WithTags("Market").WithSummary("Say that you look at a listing; counted once a person and day, as a visit of its page is");
        routes.MapGet("/api/market/seen", async Task<Ok<IReadOnlyList<ListingCard>>> (RecordView record, HttpContext context) =>
                TypedResults.Ok(await record.SeenAsync(context.Caller()!.MemberId!.Value, MostSeen, context.RequestAborted)))
            .RequireMember().WithTags("Market").WithSummary("List what you looked at lately");
    }

    public async Task HandleAsync(Guid listing, Guid seller, HttpContext context)
    {
        var member = context.Caller()?.MemberId;
        if (member == seller)
            return;
        var now = time.GetUtcNow();
        var day = zone.Day(now);
        await using var connection = await source.OpenConnectionAsync(context.RequestAborted);
        await connection.ExecuteAsync(new CommandDefinition(
            $"""
             insert into market.sighting (listing_id, day, viewer) values (@listing, @day::date, @viewer) on conflict do nothing;
             {(member is null ? null : "insert into market.seen (member_id, listing_id, at) values (@member, @listing, @now) on conflict (member_id, listing_id) do update set at = excluded.at;")}
             """,
            new { listing, day = day.ToString("O"), viewer = Persons.Of(context, day), member, now }, cancellationToken: context.RequestAborted));
    }

    public async Task<IReadOnlyList<ListingCard>> SeenAsync(Guid member, int most, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var ids = (await connection.QueryAsync<Guid>(new(
            """
            select e.listing_id from market.seen e join market.listing l on l.id = e.listing_id
            where e.member_id = @member and l.state <> 'taken_down' order by e.at desc, e.listing_id desc limit @most
            """, new { member, most }, cancellationToken: cancellation))).AsList();
        var rows = await SearchStore.CardsAsync(connection, ids, cancellation);
        await connection.CloseAsync();
        return await cards.OfAsync([.. ids.Select(id => rows[id])], member, cancellation);
    }
}

/// <summary>Adds what was looked at to the counts, once a minute, in the order of the ids, as others who lock several do.</summary>
internal sealed class FoldViews(NpgsqlDataSource source, WalletZone zone, TimeProvider time) : IWorkHandler<FoldViews.Job>
{
    public const string Kind = "market.fold_views";

    public const string Cron = "0 * * * * ?";

    public Task Handle(Job payload, WorkContext context, CancellationToken ct) => FoldAsync(ct);

    public Task FoldAsync(CancellationToken cancellation) => source.InTransaction(
        async tx =>
        {
            var seen = (await tx.Connection!.QueryAsync<Guid>("update market.sighting set counted = true where not counted returning listing_id", transaction: tx))
                .CountBy(listing => listing).OrderBy(count => count.Key).ToList();
            if (seen.Count > 0)
            {
                var arguments = new { listings = seen.Select(count => count.Key).ToArray(), counts = seen.Select(count => count.Value).ToArray() };
                await tx.Connection!.ExecuteAsync("select from market.interest where listing_id = any(@listings) order by listing_id for update", arguments, tx);
                await tx.Connection!.ExecuteAsync(
                    "update market.interest i set views = i.views + n.seen from unnest(@listings, @counts) as n (listing_id, seen) where i.listing_id = n.listing_id", arguments, tx);
            }
            await tx.Connection!.ExecuteAsync(
                "delete from market.sighting where counted and day < @before::date", new { before = zone.Day(time.GetUtcNow()).AddDays(-1).ToString("O") }, tx);
        },
        cancellation);

    internal sealed record Job;
}
