using Madang.Market.Domain;
using Madang.Market.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Market.Features;

/// <summary>A page of a search.</summary>
/// <param name="Items">The listings.</param>
/// <param name="Next">What to send as <c>after</c> for the next page; absent on the last.</param>
/// <param name="Facets">How many there are of what.</param>
public sealed record SearchPage(IReadOnlyList<ListingCard> Items, string? Next, Facets Facets);

/// <summary>How many listings match, and how they divide.</summary>
/// <param name="Total">How many match.</param>
/// <param name="IsLeast">True: there are more, and all counts are of the first <paramref name="Total"/> that were found.</param>
/// <param name="Categories">Matches by category, those of the categories below it included.</param>
/// <param name="Ways">Matches by way of sale.</param>
public sealed record Facets(int Total, bool IsLeast, IReadOnlyDictionary<string, int> Categories, IReadOnlyDictionary<string, int> Ways)
{
    internal static Facets None { get; } = new(0, false, new Dictionary<string, int>(), new Dictionary<string, int>());

    internal static Facets Of(IEnumerable<(string Category, string Way, int Count)> counts, bool isLeast)
    {
        var categories = new Dictionary<string, int>(StringComparer.Ordinal);
        var ways = new Dictionary<string, int>(StringComparer.Ordinal);
        var total = 0;
        foreach (var (code, way, count) in counts)
        {
            total += count;
            ways[way] = ways.GetValueOrDefault(way) + count;
            if (Domain.Categories.Find(code) is { } category)
                foreach (var above in Domain.Categories.PathTo(category))
                    categories[above.Code] = categories.GetValueOrDefault(above.Code) + count;
        }
        return new Facets(total, isLeast, categories, ways);
    }
}

/// <summary>Finds listings: by keyword, hashtag, category, way and price, in seven orders.</summary>
internal sealed class SearchListings(NpgsqlDataSource source, Cards cards, Tally tally, TimeProvider time)
{
    public const int MostOnAPage = 100;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/listings", async Task<Results<Ok<SearchPage>, ProblemHttpResult>> (
            string? q, string? hashtag, string? category, string? kind, string? way, long? min, long? max, string? state, string? sort, string? after, int? limit,
            bool? submitted, SearchListings search, RecordSearch record, HttpContext context) =>
        {
            if (!SearchQuery.Read(q, hashtag, category, kind, way, min, max, state, sort).Succeeded(out var query, out var failure)
                || !SearchCursor.Read(after, query.Sort).Succeeded(out var cursor, out failure))
                return failure.ToProblem();
            if (limit is < 1 or > MostOnAPage)
                return new Failure("market.limit", $"`limit` is from 1 to {MostOnAPage}.").ToProblem();
            var page = await search.HandleAsync(query, cursor, limit ?? 24, context.Caller()?.MemberId, context.RequestAborted);
            if (submitted is true)
                await record.HandleAsync(query, page.Facets.Total, context);
            return TypedResults.Ok(page);
        })
        .WithTags("Listings")
        .WithSummary("Find listings")
        .WithDescription(
            "`q` is looked for anywhere in title, description and hashtags, all of its words; `hashtag`, `category` (with all below it), `kind`, `way`, `min` and `max` narrow it; "
            + "`state` is live or ended; `sort` is newest, ending, price_up, price_down, likes, bids or views. `submitted=true` counts among the popular searches, once a person.");

    public async Task<SearchPage> HandleAsync(SearchQuery query, SearchCursor? after, int limit, Guid? viewer, CancellationToken cancellation)
    {
        if (query.IsHopeless)
            return new SearchPage([], null, Facets.None);
        var now = time.GetUtcNow();
        // Before a connection is taken: who counts needs one too, and others wait for the count.
        var facets = query.IsBrowsing ? await tally.OfAsync(query, cancellation) : Facets.None;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var isCommon = facets.Total > SearchStore.Common;
        List<Match> page = [];
        if (!isCommon)
        {
            var matches = await SearchStore.GatherAsync(connection, query, now, cancellation);
            isCommon = matches.Count > SearchStore.Common;
            if (!query.IsBrowsing)
                facets = Facets.Of(matches.Take(SearchStore.Common).Select(match => (match.Category, match.Way, 1)), isCommon);
            page = isCommon ? page : InOrder(matches, query.Sort, after, limit + 1);
        }
        if (isCommon)
            page = await SearchStore.WalkAsync(connection, query, after, limit + 1, now, cancellation);
        var rows = await SearchStore.CardsAsync(connection, [.. page.Take(limit).Select(match => match.Id)], cancellation);
        await connection.CloseAsync();
        var shown = await cards.OfAsync([.. page.Take(limit).Select(match => rows.GetValueOrDefault(match.Id)).OfType<CardRow>()], viewer, cancellation);
        return new SearchPage(shown, page.Count > limit ? new SearchCursor(query.Sort, page[limit - 1].Key, page[limit - 1].Id).ToString() : null, facets);
    }

    /// <summary>The same order, and the same meaning of a cursor, as the walk along an index has. Guids compare as PostgreSQL compares them.</summary>
    private static List<Match> InOrder(List<Match> matches, SearchSort sort, SearchCursor? after, int take)
    {
        var descending = SearchStore.IsDescending(sort);
        var sign = descending ? -1 : 1;
        matches.Sort((one, other) => sign * Compare(one.Key, one.Id, other.Key, other.Id));
        return [.. matches.Where(match => after is not { } cursor || sign * Compare(match.Key, match.Id, cursor.Key, cursor.Id) > 0).Take(take)];
    }

    private static int Compare(long key, Guid id, long otherKey, Guid otherId) => key.CompareTo(otherKey) is not 0 and var byKey ? byKey : id.CompareTo(otherId);
}
