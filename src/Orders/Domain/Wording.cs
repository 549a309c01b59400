using System.Globalization;
using System.Text;

namespace Madang.Orders.Domain;

/// <summary>What people write: trimmed, in the one form in which it is kept, or null where it cannot be kept.</summary>
internal static class Wording
{
    /// <summary>A text that may have lines; empty where nothing was written.</summary>
    public static string? Lines(string? text, int most)
    {
        var tidy = Tidy(text, most);
        return tidy?.Any(letter => char.IsControl(letter) && letter is not '\n') == true ? null : tidy;
    }

    /// <summary>A single line.</summary>
    public static string? Line(string? text, int most)
    {
        var tidy = Tidy(text, most);
        return tidy?.Any(char.IsControl) == true ? null : tidy;
    }

    private static string? Tidy(string? text, int most)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        if (text.Length > most * 4 || !IsWhole(text))
            return null;
        var tidy = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Trim().Normalize(NormalizationForm.FormC);
        // People count what they see; the database keeps what it counts.
        return new StringInfo(tidy).LengthInTextElements <= most && tidy.Length <= most * 2 ? tidy : null;
    }

    // Half of a letter of two halves is taken by neither the database nor Unicode's rules; a zero by neither either.
    private static bool IsWhole(string text)
    {
        for (var place = 0; place < text.Length; place++)
        {
            if (text[place] is '\0' or '\uFFFE' or '\uFFFF')
                return false;
            if (!char.IsSurrogate(text[place]))
                continue;
            if (place + 1 == text.Length || !char.IsSurrogatePair(text[place], text[place + 1]))
                return false;
            place++;
        }
        return true;
    }
}
