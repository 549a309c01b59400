using Dapper;
using Madang.Market.Domain;
using Madang.Market.Storage;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Market.Features;

/// <summary>What you want to be told of; as in <c>GET /api/listings</c>.</summary>
/// <param name="Q">Words, all of which must be found.</param>
/// <param name="Hashtag">A hashtag.</param>
/// <param name="Category">A category, with all below it.</param>
/// <param name="Way">fixed or auction.</param>
/// <param name="Min">The least price.</param>
/// <param name="Max">The highest price.</param>
public sealed record SavedSearchRequest(string? Q, string? Hashtag, string? Category, string? Way, long? Min, long? Max);

/// <summary>A search that tells you of what is listed.</summary>
/// <param name="Id">Stable.</param>
/// <param name="Q">Its words.</param>
/// <param name="Hashtag">Its hashtag.</param>
/// <param name="Category">Its category.</param>
/// <param name="Way">Its way of sale.</param>
/// <param name="Min">The least price.</param>
/// <param name="Max">The highest price.</param>
/// <param name="CreatedAt">Since when.</param>
public sealed record SavedSearchResource(Guid Id, string? Q, string? Hashtag, string? Category, string? Way, long? Min, long? Max, DateTimeOffset CreatedAt);

/// <summary>Searches that members keep, to be told when something is listed that they would find.</summary>
internal sealed class SaveSearch(NpgsqlDataSource source, TimeProvider time)
{
    public const int Most = 20;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/market/saved-searches").RequireMember().WithTags("Market");
        api.MapGet("", async Task<Ok<IReadOnlyList<SavedSearchResource>>> (SaveSearch save, HttpContext context) => TypedResults.Ok(await save.ListAsync(Self(context), context.RequestAborted)))
            .WithSummary("List your saved searches");
        api.MapPost("", async Task<Results<Created<SavedSearchResource>, ProblemHttpResult>> (SavedSearchRequest request, SaveSearch save, HttpContext context) =>
                SearchQuery.Read(request.Q, request.Hashtag, request.Category, null, request.Way, request.Min, request.Max, null, null).Succeeded(out var query, out var failure)
                && (await save.AddAsync(Self(context), query, context.RequestAborted)).Succeeded(out var saved, out failure)
                    ? TypedResults.Created("/api/market/saved-searches", saved)
                    : failure.ToProblem())
            .WithSummary("Save a search: you are told when something is listed that it finds");
        api.MapDelete("/{id:guid}", async Task<NoContent> (Guid id, SaveSearch save, HttpContext context) =>
            {
                await save.RemoveAsync(Self(context), id, context.RequestAborted);
                return TypedResults.NoContent();
            })
            .WithSummary("Forget a saved search");
    }

    public Task<Result<SavedSearchResource>> AddAsync(Guid member, SearchQuery query, CancellationToken cancellation) => source.Decide<SavedSearchResource>(
        async tx =>
        {
            if (query.IsHopeless || (query.Text.Length == 0 && query.Hashtag is null && query.Category is null))
                return new Failure("search.empty", "Say what you look for: a word, a hashtag or a category.");
            await tx.Connection!.ExecuteAsync("select pg_advisory_xact_lock(hashtextextended('market.saves:' || @member, 0))", new { member = member.ToString() }, tx);
            var now = time.GetUtcNow();
            var row = new
            {
                Id = Guid.CreateVersion7(now),
                member,
                Words = query.Words.ToArray(),
                query.Text,
                query.Hashtag,
                query.Category,
                Way = query.Way?.Code(),
                query.Least,
                query.Most,
                now,
            };
            var kept = await tx.Connection!.QuerySingleAsync<int>("select count(*)::int from market.saved_search where member_id = @member", row, tx);
            if (kept >= Most)
                return new Failure("search.too_many", $"At most {Most} searches can be saved. Forget one first.", StatusCodes.Status409Conflict);
            var written = await tx.Connection!.ExecuteAsync(
                """
                insert into market.saved_search (id, member_id, words, query, hashtag, category, way, least, most, created_at)
                values (@Id, @member, @Words, @Text, @Hashtag, @Category, @Way, @Least, @Most, @now) on conflict on constraint saved_search_once do nothing
                """, row, tx);
            return written == 1
                ? new SavedSearchResource(row.Id, query.Text.Length == 0 ? null : query.Text, query.Hashtag, query.Category, row.Way, query.Least, query.Most, now)
                : new Failure("search.saved", "This search is saved already.", StatusCodes.Status409Conflict);
        },
        cancellation);

    public async Task RemoveAsync(Guid member, Guid id, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition("delete from market.saved_search where id = @id and member_id = @member", new { id, member }, cancellationToken: cancellation));
    }

    public async Task<IReadOnlyList<SavedSearchResource>> ListAsync(Guid member, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<SavedSearchResource>(new(
            """
            select id, nullif(query, '') as q, hashtag, category, way, least as min, most as max, created_at as createdat
            from market.saved_search where member_id = @member order by id desc
            """, new { member }, cancellationToken: cancellation))).AsList();
    }

    private static Guid Self(HttpContext context) => context.Caller()!.MemberId!.Value;
}

/// <summary>
/// Something was listed: whose saved searches find it are told. What is told of one search and not read yet stands there once, with the newest find. The job ends in the
/// transaction that tells.
/// </summary>
internal sealed class TellSearchers(NpgsqlDataSource source, INotifications notifications) : IWorkHandler<TellSearchers.Job>
{
    public const string Kind = "market.tell_searchers";

    public const string FoundKind = "market.found";

    public Task Handle(Job payload, WorkContext context, CancellationToken ct) => source.InTransaction(
        async tx =>
        {
            var found = await tx.Connection!.QueryAsync<(Guid Id, Guid Member, string Query, string? Hashtag, string? Category, string Title)>(
                """
                select q.id, q.member_id, q.query, q.hashtag, q.category, l.title
                from market.listing l join market.standing s on s.listing_id = l.id
                join market.saved_search q on (q.hashtag is null or q.hashtag = any(l.hashtags)) and (q.category is null or 'c:' || q.category = any(l.terms))
                  and (q.way is null or q.way = l.way) and (q.least is null or s.price >= q.least) and (q.most is null or s.price <= q.most)
                where l.id = @Listing and l.state = 'live' and q.member_id <> l.seller_id
                  and not exists (select from unnest(q.words) as words (word) where position(word in l.document) = 0)
                  and not exists (select from market.block b where b.member_id = l.seller_id and b.blocked_id = q.member_id or b.member_id = q.member_id and b.blocked_id = l.seller_id)
                order by q.member_id, q.id
                """, new { payload.Listing }, tx);
            foreach (var (search, member, query, hashtag, category, title) in found)
            {
                var name = query.Length > 0 ? query : hashtag is null ? category! : $"#{hashtag}";
                await notifications.Notify(tx, member, FoundKind, new { Listing = payload.Listing.ToString(), Title = title, Search = name }, subject: search.ToString());
            }
            await context.Complete(tx, ct);
        },
        ct);

    internal sealed record Job(Guid Listing);
}
