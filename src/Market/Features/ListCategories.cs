using Madang.Market.Domain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Localization;

namespace Madang.Market.Features;

/// <summary>A category of the tree.</summary>
/// <param name="Code">Its path, such as <c>art.painting.oil</c>.</param>
/// <param name="Parent">The one above; absent for art and goods.</param>
/// <param name="Name">In the language of the request.</param>
public sealed record CategoryResource(string Code, string? Parent, string Name);

/// <summary>The tree of categories, by name.</summary>
internal static class ListCategories
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/market/categories", Ok<IReadOnlyList<CategoryResource>> (IStringLocalizer<MarketText> text) =>
            TypedResults.Ok<IReadOnlyList<CategoryResource>>([.. Categories.All.Select(category => new CategoryResource(category.Code, category.Parent, text[$"Category.{category.Code}"]))]))
        .WithTags("Market").WithSummary("List the categories, each behind the one above it");
}
