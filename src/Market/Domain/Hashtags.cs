using System.Globalization;
using System.Text;

namespace Madang.Market.Domain;

/// <summary>Hashtags: 1 to 10 of a listing, each 1 to 20 letters, digits or underscores, kept without the sign and in small letters.</summary>
internal static class Hashtags
{
    public const int Most = 10;

    public const int MostLetters = 20;

    /// <summary>One hashtag as it is kept; null when it is none.</summary>
    public static string? Read(string? typed)
    {
        if (PlainText.Line(typed) is not { } line)
            return null;
        var tag = line.TrimStart('#', '＃').Normalize(NormalizationForm.FormKC).ToLowerInvariant();
        return tag.Length is >= 1 and <= MostLetters && tag.EnumerateRunes().All(rune => Rune.IsLetterOrDigit(rune) || rune.Value == '_' || IsMark(rune)) ? tag : null;
    }

    /// <summary>Several in one field, parted by spaces, commas or their signs.</summary>
    public static IReadOnlyList<string> Split(string? typed) =>
        (typed ?? "").Split([' ', ',', '#', '＃', '，', '\t', '\n', '\r', '　'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
