using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Madang.Orders.Domain;

/// <summary>A review as it is kept.</summary>
internal sealed record ReviewText(int Stars, string Text, IReadOnlyList<string> Tags);

/// <summary>Who may review what, when, and when it is shown: when both have written, or when the time for it is over.</summary>
internal static class ReviewRules
{
    public const int MostText = 1_000;

    public const int MostTags = 5;

    /// <summary>What is said often, of buyers and sellers.</summary>
    public static readonly IReadOnlyList<string> ForSellers = ["as_described", "well_packed", "fast_shipping", "kind", "good_price", "not_as_described", "slow", "unkind"];

    public static readonly IReadOnlyList<string> ForBuyers = ["kind", "quick_answer", "punctual", "easy_confirm", "unkind", "late", "unreasonable"];

    public static IReadOnlyList<string> TagsOf(Actor subject) => subject is Actor.Seller ? ForSellers : ForBuyers;

    public static Result<ReviewText> Read(Actor author, int stars, string? text, IReadOnlyCollection<string>? tags)
    {
        var words = Wording.Lines(text, MostText);
        var known = TagsOf(author is Actor.Buyer ? Actor.Seller : Actor.Buyer);
        if (stars is < 1 or > 5)
            return new Failure("review.stars", "Give 1 to 5 stars.");
        if (words is null)
            return new Failure("review.text", $"A review has at most {MostText} letters.");
        if (tags is { Count: > MostTags } || (tags ?? []).Any(tag => !known.Contains(tag)))
            return new Failure("review.tags", $"At most {MostTags} of these tags: {string.Join(", ", known)}.");
        return new ReviewText(stars, words, [.. (tags ?? []).Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>Nobody reviews a member who has left (which the order forgets), nor a sale that was called off before anything was sent; the trust score counts whose doing that was.</summary>
    public static Failure? MayWrite(Order order, bool written, bool forgotten, DateTimeOffset now, int days) =>
        order.State is not (OrderState.Released or OrderState.Refunded) ? new("review.too_early", "Reviews are written when the order has ended.", StatusCodes.Status409Conflict)
        : written ? new("review.written", "You have reviewed this order.", StatusCodes.Status409Conflict)
        : forgotten || now >= order.EndedAt!.Value.AddDays(days) ? new("review.closed", $"Reviews are written within {days} days.", StatusCodes.Status409Conflict)
        : null;
}
