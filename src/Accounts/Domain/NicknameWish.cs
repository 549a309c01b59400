using System.Globalization;
using Madang.Platform.Web;

namespace Madang.Accounts.Domain;

/// <summary>Nicknames for who comes by a provider and typed none: what the provider calls them as far as our rules allow, then with digits behind.</summary>
internal static class NicknameWish
{
    private const int Longest = 10;

    /// <param name="wish">What the provider calls them, or null.</param>
    /// <param name="fallback">For who is called nothing that we can write: such as <c>손님</c>.</param>
    /// <param name="random">Digits that make it one of its kind, below 10,000.</param>
    public static IEnumerable<string> From(string? wish, string fallback, IEnumerable<int> random)
    {
        var letters = string.Concat((wish is not null && TypedText.IsWhole(wish) ? wish.Normalize() : "").Where(letter => char.IsAsciiLetterOrDigit(letter) || letter is >= '가' and <= '힣'));
        if (MemberFields.Nickname(letters.Length > Longest ? letters[..Longest] : letters).Succeeded(out var plain, out _))
            yield return plain;
        var stem = letters.Length is 0 || plain is null ? fallback : letters[..Math.Min(letters.Length, Longest - 4)];
        foreach (var number in random)
            yield return stem + number.ToString("D4", CultureInfo.InvariantCulture);
    }
}
