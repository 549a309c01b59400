using Dapper;
using Madang.Market.Domain;
using Madang.Platform.Work;
using Madang.Wallet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Market.Features;

/// <summary>A keyword that many look for.</summary>
/// <param name="Keyword">In small letters.</param>
/// <param name="People">How many people searched for it within the last hour.</param>
public sealed record PopularSearch(string Keyword, int People);

/// <summary>Searches count when they are submitted, once a person, and where they found something: so that what somebody pasted by mistake is not shown to all.</summary>
internal sealed class RecordSearch(NpgsqlDataSource source, WalletZone zone, TimeProvider time)
{
    public const int MostKeyword = 30;

    private static readonly TimeSpan Lately = TimeSpan.FromHours(1);

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/market/popular", async Task<Ok<IReadOnlyList<PopularSearch>>> (RecordSearch record, CancellationToken cancellation) => TypedResults.Ok(await record.PopularAsync(10, cancellation)))
        .WithTags("Market").WithSummary("List what people searched for within the last hour, the most of them first");

    public async Task HandleAsync(SearchQuery query, int found, HttpContext context)
    {
        if (found == 0 || query.Text.Length is 0 or > MostKeyword)
            return;
        var now = time.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(context.RequestAborted);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into market.search (keyword, person, at) values (@Text, @person, @now) on conflict (keyword, person) do update set at = greatest(search.at, excluded.at)",
            new { query.Text, person = Persons.Of(context, zone.Day(now)), now }, cancellationToken: context.RequestAborted));
    }

    public async Task<IReadOnlyList<PopularSearch>> PopularAsync(int most, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<PopularSearch>(new(
            "select keyword, count(*)::int as people from market.search where at > @since group by keyword order by count(*) desc, max(at) desc, keyword limit @most",
            new { since = time.GetUtcNow() - Lately, most }, cancellationToken: cancellation))).AsList();
    }
}
