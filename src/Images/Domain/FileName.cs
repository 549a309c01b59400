using System.Globalization;
using System.Text;
using Madang.Platform.Web;

namespace Madang.Images.Domain;

/// <summary>
/// File names as people gave them, made harmless: a name is kept for display and download, and never becomes a path on this server.
/// </summary>
internal static class FileName
{
    /// <summary>What file systems take at most, in UTF-8 bytes: 85 Korean letters.</summary>
    public const int MaxBytes = 255;

    public const string Fallback = "image";

    private const int LongestExtension = 10;

    /// <summary>
    /// The last part of the path (both slashes), in NFC (a Mac sends Korean letters in pieces), without control and direction characters
    /// and without what Windows refuses; no dots or spaces at its ends; at most <see cref="MaxBytes"/> with its extension kept, cut between
    /// letters as people see them.
    /// </summary>
    public static string Clean(string? name)
    {
        var last = name?[(name.LastIndexOfAny(['/', '\\']) + 1)..] ?? "";
        var cleaned = new StringBuilder(last.Length);
        foreach (var rune in last.EnumerateRunes()) // half of a pair becomes U+FFFD; Normalize would throw at the half
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                || IsDirection(rune.Value) || !TypedText.IsCharacter(rune))
                continue;
            cleaned.Append(rune.Value is '<' or '>' or ':' or '"' or '|' or '?' or '*' ? "_" : rune.ToString());
        }

        var trimmed = cleaned.ToString().Normalize(NormalizationForm.FormC).Trim(' ', '.');
        return trimmed.Length == 0 ? Fallback : Cut(trimmed);
    }

    /// <summary>The name with the extension of what is served: <c>여름_휴가.HEIC</c> as WebP is <c>여름_휴가.webp</c>.</summary>
    public static string For(string name, OutputFormat format)
    {
        var (stem, extension) = Split(name);
        if (IsOf(format, extension))
            return name;
        return Cut((IsPicture(extension) ? stem : name) + "." + format.Extension());
    }

    private static bool IsDirection(int rune) => rune is 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0xFEFF;

    private static bool IsOf(OutputFormat format, string extension) =>
        extension == format.Extension() || (format is OutputFormat.Jpeg && extension is "jpeg" or "jpe" or "jfif");

    private static bool IsPicture(string extension) =>
        extension is "jpg" or "jpeg" or "jpe" or "jfif" or "png" or "webp" or "avif" or "heic" or "heif" or "gif" or "tif" or "tiff";

    /// <summary>The extension in lower case without its dot; empty when what follows the last dot does not look like one.</summary>
    private static (string Stem, string Extension) Split(string name)
    {
        var dot = name.LastIndexOf('.');
        var extension = dot > 0 ? name[(dot + 1)..] : "";
        return extension.Length is 0 or > LongestExtension || !extension.All(char.IsAsciiLetterOrDigit)
            ? (name, "")
            : (name[..dot], extension.ToLowerInvariant());
    }

    private static string Cut(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) <= MaxBytes)
            return name;

        var stem = Split(name).Stem;
        var ending = name[stem.Length..];
        var room = MaxBytes - Encoding.UTF8.GetByteCount(ending);
        var kept = new StringBuilder();
        var letters = StringInfo.GetTextElementEnumerator(stem);
        while (letters.MoveNext())
        {
            var letter = letters.GetTextElement();
            room -= Encoding.UTF8.GetByteCount(letter);
            if (room < 0)
                break;
            kept.Append(letter);
        }

        var cut = kept.ToString().TrimEnd(' ', '.');
        return (cut.Length == 0 ? Fallback : cut) + ending;
    }
}
