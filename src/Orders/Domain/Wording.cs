using System.Globalization;
using System.Text;
using Madang.Platform.Web;

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
        if (text.Length > most * 4 || !TypedText.IsWhole(text))
            return null;
        var tidy = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Trim().Normalize(NormalizationForm.FormC);
        // People count what they see; the database keeps what it counts.
        return new StringInfo(tidy).LengthInTextElements <= most && tidy.Length <= most * 2 ? tidy : null;
    }
}
