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
    public const int Common = 1000;

    /// <summary>The matches in any order, one more than <see cref="Common"/> at most.</summary>
    public static async Task<List<Match>> GatherAsync(NpgsqlConnection connection, SearchQuery query, DateTimeOffset now, CancellationToken cancellation)
    {
        var order = Order.Of(query.Sort);
        var filter = Filter(query, now, byIndex: true);
        return (await connection.QueryAsync<Match>(new(
            $"""
             select l.id, l.category, l.way, {order.Key} as key
             from market.listing l join market.standing s on s.listing_id = l.id {(order.IsInterest ? "join market.interest i on i.listing_id = l.id" : null)}
             where {filter.Sql} limit {Common + 1}
             """, filter.Arguments, cancellationToken: cancellation))).AsList();
    }

    /// <summary>A page of what is common, along the order's index.</summary>
    public static async Task<List<Match>> WalkAsync(NpgsqlConnection connection, SearchQuery query, SearchCursor? after, int take, DateTimeOffset now, CancellationToken cancellation)
    {
        var order = Order.Of(query.Sort);
        var filter = Filter(query, now, byIndex: false);
        filter.Arguments.Add("take", take);
        if (after is { } cursor)
        {
            filter.Arguments.Add("key", order.IsTime ? DateTimeOffset.UnixEpoch.AddTicks(cursor.Key * 10) : cursor.Key);
            filter.Arguments.Add("id", cursor.Id);
        }
        var (compare, direction) = order.IsDescending ? ("<", "desc") : (">", "asc");
        return (await connection.QueryAsync<Match>(new(
            $"""
             select l.id, l.category, l.way, {order.Key} as key
             from market.listing l join market.standing s on s.listing_id = l.id {(order.IsInterest ? "join market.interest i on i.listing_id = l.id" : null)}
             where {filter.Sql} and {order.Owner}.shown = @shown {(after is null ? null : $"and ({order.Column}, {order.Id}) {compare} (@key, @id)")}
             order by {order.Column} {direction}, {order.Id} {direction} limit @take
             """, filter.Arguments, cancellationToken: cancellation))).AsList();
    }

    public static async Task<Dictionary<Guid, CardRow>> CardsAsync(NpgsqlConnection connection, IReadOnlyCollection<Guid> ids, CancellationToken cancellation) =>
        (await connection.QueryAsync<CardRow>(new($"select {CardRow.Columns} from {CardRow.Tables} where l.id = any(@ids)", new { ids = ids.ToArray() }, cancellationToken: cancellation)))
            .ToDictionary(row => row.Id);

    /// <summary>How many there are by category and way.</summary>
    public static async Task<List<(string Shown, string Category, string Way, int Count)>> TallyAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        (await connection.QueryAsync<(string, string, string, int)>(new(
            "select shown, category, way, count(*)::int from market.listing where shown is not null group by shown, category, way", cancellationToken: cancellation))).AsList();

    private static (string Sql, DynamicParameters Arguments) Filter(SearchQuery query, DateTimeOffset now, bool byIndex)
    {
        var arguments = new DynamicParameters();
        var conditions = new List<string> { "l.shown = @shown" };
        arguments.Add("shown", query.Ended ? "ended" : "live");
        if (byIndex && query.Terms is { Count: > 0 } terms)
        {
            conditions.Add("l.terms @> @terms");
            arguments.Add("terms", terms.ToArray());
        }
        for (var i = 0; i < query.Words.Count; i++)
        {
            // The empty text keeps the walk from taking the index of words after all: it would gather everything first.
            conditions.Add(byIndex ? $"l.document like @word{i}" : $"(l.document || '') like @word{i}");
            arguments.Add(string.Create(CultureInfo.InvariantCulture, $"word{i}"), Like(query.Words[i]));
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
        if (query.Sort is SearchSort.Ending)
        {
            conditions.Add(query.Ended ? "s.ends_at is not null" : "s.ends_at > @now");
            arguments.Add("now", now);
        }
        return (string.Join(" and ", conditions), arguments);
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

    private sealed record Order(string Column, string Id, string Owner, bool IsDescending, bool IsTime = false)
    {
        public bool IsInterest => Owner == "i";

        public string Key => IsTime ? $"(extract(epoch from {Column}) * 1000000)::bigint" : $"{Column}::bigint";

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
