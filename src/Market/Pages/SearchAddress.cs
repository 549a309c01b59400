using Madang.Market.Domain;
using Microsoft.AspNetCore.Http;

namespace Madang.Market.Pages;

/// <summary>What the page of the market was asked for, as its address says it: all that its links and forms carry along.</summary>
public sealed record SearchAddress
{
    /// <summary>The keyword, as it was typed.</summary>
    public string? Keyword { get; init; }

    /// <summary>A hashtag without its sign.</summary>
    public string? Hashtag { get; init; }

    /// <summary>A category's code.</summary>
    public string? Category { get; init; }

    /// <summary>fixed or auction.</summary>
    public string? Way { get; init; }

    /// <summary>The least price, as it was typed.</summary>
    public string? Min { get; init; }

    /// <summary>The highest price, as it was typed.</summary>
    public string? Max { get; init; }

    /// <summary>What is over already, and not what is offered.</summary>
    public bool Ended { get; init; }

    /// <summary>The order's code; null for the newest first.</summary>
    public string? Sort { get; init; }

    /// <summary>True where somebody looks for words.</summary>
    public bool HasKeyword => Keyword is { Length: > 0 };

    /// <summary>How many of the filters are set.</summary>
    public int Narrowings => (Way is null ? 0 : 1) + (string.IsNullOrWhiteSpace(Min) && string.IsNullOrWhiteSpace(Max) ? 0 : 1) + (Ended ? 1 : 0);

    /// <summary>The same search with one thing otherwise, from its first page but for <c>after</c>.</summary>
    /// <param name="name">A field of the address.</param>
    /// <param name="value">Null takes it out.</param>
    public string With(string name, string? value) =>
        "/market" + QueryString.Create([.. Fields.Where(field => field.Key != name), .. string.IsNullOrEmpty(value) ? [] : (KeyValuePair<string, string?>[])[new(name, value)]]);

    /// <summary>The fields of a saved search: what is looked for, without its order and state.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Sought => Fields.Where(one => one.Key is not ("sort" or "state"));

    private IEnumerable<KeyValuePair<string, string?>> Fields =>
        new KeyValuePair<string, string?>[]
        {
            new("q", Keyword), new("hashtag", Hashtag), new("category", Category), new("way", Way), new("min", Min), new("max", Max), new("state", Ended ? "ended" : null), new("sort", Sort),
        }.Where(one => !string.IsNullOrEmpty(one.Value));

    internal static SearchAddress Of(SearchQuery query, string? keyword, string? min, string? max) => new()
    {
        Keyword = keyword,
        Hashtag = query.Hashtag,
        Category = query.Category,
        Way = query.Way?.Code(),
        Min = min,
        Max = max,
        Ended = query.Ended,
        Sort = query.Sort is SearchSort.Newest ? null : query.Sort.Code(),
    };
}
