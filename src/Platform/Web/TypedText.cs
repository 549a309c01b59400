using System.Text;

namespace Madang.Platform.Web;

/// <summary>
/// Tells text from what only came in the place of text. A form, a query and a file name can carry half of a letter or a code that is none: <see cref="string.Normalize()"/> throws
/// at them and PostgreSQL refuses some, so that whoever keeps, looks for or normalizes what people typed asks here before.
/// </summary>
public static class TypedText
{
    /// <summary>True when every letter is there: no half of a surrogate pair, no U+FFFD (what is read where a letter was lost on its way), and nothing that is no character.</summary>
    /// <param name="text">As it was typed.</param>
    public static bool IsWhole(string text)
    {
        // Half a pair is enumerated as the replacement character.
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar || !IsCharacter(rune))
                return false;
        }
        return true;
    }

    /// <summary>True when it is whole and has no control characters, line ends among them.</summary>
    /// <param name="text">As it was typed.</param>
    public static bool IsLine(string text) => IsWhole(text) && !text.Any(char.IsControl);

    /// <summary>False for zero, which PostgreSQL keeps in no text, and for U+FFFE and U+FFFF, which Unicode keeps for nobody.</summary>
    /// <param name="rune">One letter of a text.</param>
    public static bool IsCharacter(Rune rune) => rune.Value is not (0 or 0xFFFE or 0xFFFF);
}
