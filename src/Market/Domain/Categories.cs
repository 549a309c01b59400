using System.Collections.Frozen;

namespace Madang.Market.Domain;

/// <summary>A category: its code is its path in the tree, such as <c>art.painting.oil</c>; its name is the resource <c>Category.art.painting.oil</c>.</summary>
internal sealed record Category(string Code)
{
    public string Root => Code.Split('.')[0];

    public string? Parent => Code.LastIndexOf('.') is > 0 and var dot ? Code[..dot] : null;

    public int Depth => Code.Count(letter => letter == '.');
}

/// <summary>The tree of categories. Codes are kept with listings, so that none is ever taken away or given another meaning.</summary>
internal static class Categories
{
    private static readonly string[] Codes =
    [
        "art",
        "art.painting", "art.painting.oil", "art.painting.acrylic", "art.painting.watercolor", "art.painting.ink", "art.painting.minhwa",
        "art.drawing", "art.calligraphy", "art.print", "art.photography", "art.digital", "art.sculpture",
        "art.craft", "art.craft.ceramics", "art.craft.wood", "art.craft.textile", "art.craft.glass", "art.craft.metal",
        "goods",
        "goods.digital", "goods.digital.phone", "goods.digital.computer", "goods.digital.camera", "goods.digital.audio", "goods.digital.game",
        "goods.fashion", "goods.fashion.women", "goods.fashion.men", "goods.fashion.shoes", "goods.fashion.bags", "goods.fashion.jewelry",
        "goods.home", "goods.home.furniture", "goods.home.kitchen", "goods.home.lighting", "goods.home.plants",
        "goods.hobby", "goods.hobby.instruments", "goods.hobby.sports", "goods.hobby.camping", "goods.hobby.bicycles", "goods.hobby.toys", "goods.hobby.collectibles",
        "goods.books", "goods.kids", "goods.tickets", "goods.other",
    ];

    private static readonly FrozenDictionary<string, Category> ByCode = Codes.ToFrozenDictionary(code => code, code => new Category(code), StringComparer.Ordinal);

    /// <summary>All, each behind the one above it.</summary>
    public static IReadOnlyList<Category> All { get; } = [.. Codes.Select(code => ByCode[code])];

    public static Category? Find(string? code) => code is null ? null : ByCode.GetValueOrDefault(code);

    /// <summary>Those right below a category; the two roots for none.</summary>
    public static IEnumerable<Category> Below(string? code) => All.Where(category => category.Parent == code);

    /// <summary>From the root down to the category itself.</summary>
    public static IEnumerable<Category> PathTo(Category category) =>
        (category.Parent is { } parent ? PathTo(ByCode[parent]) : []).Append(category);
}
