using System.Globalization;
using Dapper;
using Madang.Market.Domain;
using Npgsql;

namespace Madang.Market.Storage;

/// <summary>A listing that matches, with its number in the order that was asked for.</summary>
internal sealed record Match(Guid Id, string Category, string Way, long Key);

/// <summary>
/// Finds listings with work that does not grow with the market. What is rare is gathered by the indexes of terms and words, all of it, and put in order then. What is common is
/// not gathered: the order's own index is walked until a page is full, which for something common is soon.
/// </summary>
internal sealed class SearchStore
{
    /// <summary>More matches than this are common.</summary>
    public const int Common = 500;

    private const int FirstSteps = 400;

    private const int MostSteps = 50_000;

    /// <summary>The matches in any order, one more than <see cref="Common"/> at most.</summary>
    public static async Task<List<Match>> GatherAsync(NpgsqlConnection connection, SearchQuery query, DateTimeOffset now, CancellationToken cancellation)
    {
        var order = Order.Of(query.Sort);
        var filter = Filter(query, now, byIndex: true);
        return (await connection.QueryAsync<Match>(new(
            $"""
             select l.id, l.category, l.way, {order.Key(order.Column)} as key
             from market.listing l {(order.Owner == "s" || filter.NeedsStanding ? "join market.standing s on s.listing_id = l.id" : null)} {(order.Owner == "i" ? "join market.interest i on i.listing_id = l.id" : null)}
             where {filter.Sql} limit {Common + 1}
             """, filter.Arguments, cancellationToken: cancellation))).AsList();
    }

    /// <summary>
    /// A page of what is common, along the order's index: some hundred steps at a time, more each time. So the work is bounded by the steps, whatever the planner thinks of how
    /// common the words are.
    /// </summary>
    public static async Task<List<Match>> WalkAsync(NpgsqlConnection connection, SearchQuery query, SearchCursor? after, int take, DateTimeOffset now, CancellationToken cancellation)
    {
        var order = Order.Of(query.Sort);
        var found = new List<Match>();
        for (var steps = FirstSteps; ; steps = Math.Min(steps * 4, MostSteps))
        {
            var (matches, walked, last) = await StepAsync(connection, query, order, after, take - found.Count, steps, now, cancellation);
            found.AddRange(matches);
            if (found.Count >= take || walked < steps)
                return found;
            after = new SearchCursor(query.Sort, last!.Key, last.Id);
        }
    }

    private static async Task<(IEnumerable<Match> Matches, int Walked, Step? Last)> StepAsync(
        NpgsqlConnection connection, SearchQuery query, Order order, SearchCursor? after, int take, int steps, DateTimeOffset now, CancellationToken cancellation)
    {
        var filter = Filter(query, now, byIndex: false);
        filter.Arguments.Add("take", take);
        filter.Arguments.Add("steps", steps);
        if (after is { } cursor)
        {
            filter.Arguments.Add("key", order.IsTime ? DateTimeOffset.UnixEpoch.AddTicks(cursor.Key * 10) : cursor.Key);
            filter.Arguments.Add("id", cursor.Id);
        }
        var (compare, direction, back) = order.IsDescending ? ("<", "desc", "asc") : (">", "asc", "desc");
        var rows = (await connection.QueryAsync<Step>(new(
            $"""
             with steps as (
               select {order.Id} as id, {order.Column} as place from {order.Table}
               where {order.Owner}.shown = @shown {order.Narrow(query)} {(after is null ? null : $"and ({order.Column}, {order.Id}) {compare} (@key, @id)")}
               order by {order.Column} {direction}, {order.Id} {direction} limit @steps
             )
             (select l.id, l.category, l.way, {order.Key("steps.place")} as key, null::int as walked
              from steps join market.listing l on l.id = steps.id {(filter.NeedsStanding ? "join market.standing s on s.listing_id = l.id" : null)}
              where {filter.Sql} order by steps.place {direction}, steps.id {direction} limit @take)
             union all
             (select id, '', '', {order.Key("place")}, (select count(*)::int from steps) from steps order by place {back}, id {back} limit 1)
             """, filter.Arguments, cancellationToken: cancellation))).AsList();
        var last = rows.FirstOrDefault(row => row.Walked is not null);
        return (rows.Where(row => row.Walked is null).Select(row => new Match(row.Id, row.Category, row.Way, row.Key)), last?.Walked ?? 0, last);
    }

    public static async Task<Dictionary<Guid, CardRow>> CardsAsync(NpgsqlConnection connection, IReadOnlyCollection<Guid> ids, CancellationToken cancellation) =>
        (await connection.QueryAsync<CardRow>(new($"select {CardRow.Columns} from {CardRow.Tables} where l.id = any(@ids)", new { ids = ids.ToArray() }, cancellationToken: cancellation)))
            .ToDictionary(row => row.Id);

    /// <summary>How many there are by category and way.</summary>
    public static async Task<List<(string Shown, string Category, string Way, int Count)>> TallyAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        (await connection.QueryAsync<(string, string, string, int)>(new(
            "select shown, category, way, count(*)::int from market.listing where shown is not null group by shown, category, way", cancellationToken: cancellation))).AsList();

    private static (string Sql, DynamicParameters Arguments, bool NeedsStanding) Filter(SearchQuery query, DateTimeOffset now, bool byIndex)
    {
        var arguments = new DynamicParameters();
        var conditions = new List<string> { "l.shown = @shown" };
        arguments.Add("shown", query.Ended ? "ended" : "live");
        arguments.Add("now", now);
        for (var i = 0; i < query.Words.Count; i++)
        {
            // The empty text keeps the walk from taking the index of words after all: it would gather everything first.
            conditions.Add(byIndex ? $"l.document like @word{i}" : $"(l.document || '') like @word{i}");
            arguments.Add(string.Create(CultureInfo.InvariantCulture, $"word{i}"), Like(query.Words[i]));
        }
        // After the words: in a small market the planner reads the table instead, and a listing's terms are long.
        if (byIndex && query.Terms is { Count: > 0 } terms)
        {
            conditions.Add("l.terms @> @terms");
            arguments.Add("terms", terms.ToArray());
        }
        if (!byIndex)
            AddPlain(query, conditions, arguments);
        if (query.Least is { } least)
        {
            conditions.Add("s.price >= @least");
            arguments.Add("least", least);
        }
        if (query.Most is { } most)
        {
            conditions.Add("s.price <= @most");
            arguments.Add("most", most);
        }
        if (byIndex && query.Sort is SearchSort.Ending)
            conditions.Add(query.Ended ? "s.ends_at is not null" : "s.ends_at > @now");
        var needsStanding = query.Least is not null || query.Most is not null;
        // The same as of the listing, and what the indexes of prices and ends begin with.
        if (byIndex && (needsStanding || query.Sort is SearchSort.Ending))
            conditions.Add("s.shown = @shown");
        return (string.Join(" and ", conditions), arguments, needsStanding);
    }

    /// <summary>Hashtag, category and way, where no index is to be asked for them.</summary>
    private static void AddPlain(SearchQuery query, List<string> conditions, DynamicParameters arguments)
    {
        if (query.Hashtag is { } hashtag)
        {
            conditions.Add("l.hashtags @> array[@hashtag]");
            arguments.Add("hashtag", hashtag);
        }
        if (query.Category is { } category)
        {
            conditions.Add("(l.category = @category or starts_with(l.category, @category || '.'))");
            arguments.Add("category", category);
        }
        if (query.Way is { } way)
        {
            conditions.Add("l.way = @way");
            arguments.Add("way", way.Code());
        }
    }

    /// <summary>A pattern that finds the word anywhere, whatever signs it has.</summary>
    internal static string Like(string word) =>
        $"%{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";

    /// <summary>A step of the walk that matched; or, with a count, the last one that was made.</summary>
    private sealed record Step(Guid Id, string Category, string Way, long Key, int? Walked);

    private sealed record Order(string Column, string Id, string Owner, bool IsDescending, bool IsTime = false)
    {
        public string Table => Owner switch { "s" => "market.standing s", "i" => "market.interest i", _ => "market.listing l" };

        public string Key(string column) => IsTime ? $"(extract(epoch from {column}) * 1000000)::bigint" : $"{column}::bigint";

        /// <summary>What the walk may skip by its index.</summary>
        public string? Narrow(SearchQuery query) => Column switch
        {
            "s.ends_at" => query.Ended ? "and s.ends_at is not null" : "and s.ends_at > @now",
            "s.price" => $"{(query.Least is null ? null : "and s.price >= @least")} {(query.Most is null ? null : "and s.price <= @most")}",
            _ => null,
        };

        public static Order Of(SearchSort sort) => sort switch
        {
            SearchSort.Ending => new("s.ends_at", "s.listing_id", "s", IsDescending: false, IsTime: true),
            SearchSort.PriceUp => new("s.price", "s.listing_id", "s", IsDescending: false),
            SearchSort.PriceDown => new("s.price", "s.listing_id", "s", IsDescending: true),
            SearchSort.Bids => new("s.bids", "s.listing_id", "s", IsDescending: true),
            SearchSort.Likes => new("i.likes", "i.listing_id", "i", IsDescending: true),
            SearchSort.Views => new("i.views", "i.listing_id", "i", IsDescending: true),
            _ => new("l.published_at", "l.id", "l", IsDescending: true, IsTime: true),
        };
    }

    public static bool IsDescending(SearchSort sort) => Order.Of(sort).IsDescending;
}
