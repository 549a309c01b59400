using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Madang.Platform.Web;

namespace Madang.Market.Domain;

/// <summary>In what order listings are shown.</summary>
internal enum SearchSort
{
    /// <summary>The newest first.</summary>
    Newest,

    /// <summary>Auctions, those that end soon first.</summary>
    Ending,

    /// <summary>The cheapest first.</summary>
    PriceUp,

    /// <summary>The dearest first.</summary>
    PriceDown,

    /// <summary>The most liked first.</summary>
    Likes,

    /// <summary>Those with the most bids first.</summary>
    Bids,

    /// <summary>The most looked at first.</summary>
    Views,
}

/// <summary>What is looked for, read strictly: nothing that was asked for is ever left out, so that a search that can find nothing finds nothing.</summary>
internal sealed record SearchQuery
{
    public const int MostLetters = 100;

    /// <summary>The keyword as it was typed, tidied up.</summary>
    public string Text { get; init; } = "";

    /// <summary>Its words, each of which must be found.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    public string? Hashtag { get; init; }

    public string? Category { get; init; }

    public SaleWay? Way { get; init; }

    public long? Least { get; init; }

    public long? Most { get; init; }

    public bool Ended { get; init; }

    public SearchSort Sort { get; init; }

    /// <summary>True: what was asked for is no keyword or hashtag that anything could have.</summary>
    public bool IsHopeless { get; init; }

    /// <summary>True where everything is asked for, or all of a category or way.</summary>
    public bool IsBrowsing => Words.Count == 0 && Hashtag is null && Least is null && Most is null && Sort is not SearchSort.Ending && !IsHopeless;

    public static Result<SearchQuery> Read(
        string? text, string? hashtag, string? category, string? kind, string? way, long? least, long? most, string? state, string? sort)
    {
        if (text is { Length: > MostLetters })
            return new Failure("market.query", $"A keyword has at most {MostLetters} letters.");
        if (!string.IsNullOrEmpty(category) && Categories.Find(category) is null)
            return new Failure("market.category", "There is no such category; GET /api/market/categories lists them.");
        if (kind is not (null or "" or "art" or "goods"))
            return new Failure("market.kind", "Kinds are art and goods.");
        var sought = string.IsNullOrEmpty(category) ? (string.IsNullOrEmpty(kind) ? null : kind) : category;
        var soldBy = (SaleWay?)null;
        if (!string.IsNullOrEmpty(way))
        {
            if (!Codes.TryRead<SaleWay>(way, out var known))
                return new Failure("market.way", "Ways are fixed and auction.");
            soldBy = known;
        }
        if (state is not (null or "" or "live" or "ended"))
            return new Failure("market.state", "States are live and ended.");
        var order = SearchSort.Newest;
        if (!string.IsNullOrEmpty(sort) && !Codes.TryRead(sort, out order))
            return new Failure("market.sort", "Sorts are newest, ending, price_up, price_down, likes, bids and views.");
        if (least is < 0 || most is < 0)
            return new Failure("market.price", "Prices are from 0.");

        var keyword = PlainText.Keyword(text);
        // One sign may stand for eighteen letters.
        if (keyword.Length > MostLetters)
            return new Failure("market.query", $"A keyword has at most {MostLetters} letters.");
        var tag = string.IsNullOrWhiteSpace(hashtag) ? null : Hashtags.Read(hashtag);
        return new SearchQuery
        {
            Text = keyword,
            Words = [.. keyword.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)],
            Hashtag = tag,
            Category = sought,
            Way = soldBy,
            Least = least,
            Most = most,
            Ended = state == "ended",
            Sort = order,
            IsHopeless = (!string.IsNullOrWhiteSpace(text) && keyword.Length == 0) || (!string.IsNullOrWhiteSpace(hashtag) && tag is null)
                || (sought is not null && !string.IsNullOrEmpty(kind) && sought.Split('.')[0] != kind) || least > most,
        };
    }

    /// <summary>
    /// What the index of terms is asked for. Trigrams find words with three letters or digits in a row; of shorter ones there are the pairs and the single letters.
    /// </summary>
    public IReadOnlyList<string> Terms
    {
        get
        {
            var terms = new List<string>();
            foreach (var word in Words.Where(word => !HasTrigram(word)))
            {
                var letters = word.EnumerateRunes().Select(rune => rune.ToString()).ToList();
                if (letters.Count == 1)
                    terms.Add(letters[0]);
                terms.AddRange(letters.Zip(letters.Skip(1), (one, next) => one + next));
            }
            if (Hashtag is not null)
                terms.Add($"##{Hashtag}");
            if (Category is not null)
                terms.Add($"c:{Category}");
            if (Way is { } way)
                terms.Add($"w:{way.Code()}");
            return terms;
        }
    }

    private static bool HasTrigram(string word)
    {
        var row = 0;
        foreach (var rune in word.EnumerateRunes())
        {
            row = Rune.IsLetterOrDigit(rune) ? row + 1 : 0;
            if (row == 3)
                return true;
        }
        return false;
    }
}

/// <summary>Where a page of a search ended. It carries the sort, as it means nothing in another one.</summary>
/// <param name="Sort">The order of the page.</param>
/// <param name="Key">The last listing's number in that order: minor units, a count, or microseconds since 1970.</param>
/// <param name="Id">The last listing.</param>
internal readonly record struct SearchCursor(SearchSort Sort, long Key, Guid Id)
{
    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{(int)Sort}.{Key}.{Id:N}")));

    public static Result<SearchCursor?> Read(string? text, SearchSort sort)
    {
        if (string.IsNullOrEmpty(text))
            return (SearchCursor?)null;
        if (text.Length <= 120 && Base64Url.IsValid(text))
        {
            var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text)).Split('.');
            if (parts.Length == 3 && parts[0] == ((int)sort).ToString(CultureInfo.InvariantCulture) && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var key)
                && key <= 10_000_000_000_000_000 && Guid.TryParseExact(parts[2], "N", out var id))
                return new SearchCursor(sort, key, id);
        }
        return new Failure("cursor.invalid", "`after` must be the `next` of an earlier page of the same search.", 400);
    }
}
