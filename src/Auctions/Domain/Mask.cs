using System.Globalization;

namespace Madang.Auctions.Domain;

/// <summary>What others see of a bidder: <c>k***m</c>.</summary>
internal static class Mask
{
    /// <summary>Of somebody who left.</summary>
    public const string Nobody = "***";

    public static string Of(string nickname)
    {
        var letters = StringInfo.GetTextElementEnumerator(nickname);
        string? first = null, last = null;
        for (var count = 0; letters.MoveNext(); count++)
            (first, last) = (first ?? letters.GetTextElement(), count < 2 ? null : letters.GetTextElement());
        return $"{first}***{last}";
    }
}
