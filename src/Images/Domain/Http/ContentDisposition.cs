using System.Text;

namespace Madang.Images.Domain.Http;

/// <summary>
/// <c>Content-Disposition</c> by RFC 6266: <c>filename*</c> (RFC 8187) carries the name whole, in UTF-8; <c>filename</c> before it is an ASCII stand-in for
/// clients that do not know the other. A plain ASCII name needs only the first.
/// </summary>
internal static class ContentDisposition
{
    public static string Attachment(string name) => Of("attachment", name);

    public static string Inline(string name) => Of("inline", name);

    private static string Of(string kind, string name)
    {
        var plain = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
            plain.Append(IsPlain(rune) ? (char)rune.Value : '_');

        var ascii = plain.ToString();
        return ascii == name ? $"{kind}; filename=\"{ascii}\"" : $"{kind}; filename=\"{ascii}\"; filename*=UTF-8''{Encoded(name)}";
    }

    /// <summary>Inside the quotes. Not the quote and the backslash, which browsers unescape differently, nor the percent sign, which some decode.</summary>
    private static bool IsPlain(Rune rune) => rune.Value is >= 0x20 and < 0x7F and not ('"' or '\\' or '%');

    private static string Encoded(string name)
    {
        var encoded = new StringBuilder(name.Length * 3);
        foreach (var octet in Encoding.UTF8.GetBytes(name))
        {
            if (octet < 0x80 && IsAttributeCharacter((char)octet))
                encoded.Append((char)octet);
            else
                encoded.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return encoded.ToString();
    }

    /// <summary><c>attr-char</c> of RFC 8187.</summary>
    private static bool IsAttributeCharacter(char character) => char.IsAsciiLetterOrDigit(character) || "!#$&+-.^_`|~".Contains(character);
}
