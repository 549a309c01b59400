using System.Globalization;
using System.Text;
using Madang.Platform.Web;

namespace Madang.Market.Domain;

/// <summary>Text that people typed, made fit to be kept, searched and shown: one Unicode form, no letters that hide or turn others round.</summary>
internal static class PlainText
{
    /// <summary>One line without control characters; null when it has some, or is no text.</summary>
    public static string? Line(string? typed) => Clean(typed, isLine: true);

    /// <summary>Paragraphs: line ends and tabs are allowed, other control characters are not.</summary>
    public static string? Paragraphs(string? typed) => Clean(typed, isLine: false);

    /// <summary>Takes out what no search needs, and never refuses: for keywords.</summary>
    public static string Keyword(string? typed)
    {
        if (typed is null)
            return "";
        var kept = new StringBuilder(typed.Length);
        foreach (var rune in typed.EnumerateRunes())
            kept.Append(Rune.IsControl(rune) || IsTurning(rune) || rune == Rune.ReplacementChar || !TypedText.IsCharacter(rune) ? " " : rune.ToString());
        return string.Join(' ', kept.ToString().Normalize(NormalizationForm.FormKC).ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private static string? Clean(string? typed, bool isLine)
    {
        var text = (typed ?? "").ReplaceLineEndings("\n").Trim();
        if (!TypedText.IsWhole(text))
            return null;
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsTurning(rune) || (Rune.IsControl(rune) && (isLine || rune.Value is not ('\n' or '\t'))))
                return null;
        }
        return text.Normalize(NormalizationForm.FormC);
    }

    // Marks that change the direction of what follows make a text read as another one.
    private static bool IsTurning(Rune rune) => rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
