using System.Text;
using Madang.Platform.Web;

namespace Madang.Accounts.Domain;

/// <summary>Which passwords are good enough: 8 to 25 characters with a letter, a digit and a symbol, and none that a guesser tries first.</summary>
internal static class PasswordRules
{
    public const int Shortest = 8;

    public const int Longest = 25;

    private const int FewestDifferent = 5;

    private static readonly HashSet<string> Common = ReadCommon();

    /// <summary>One form for what looks the same: one system sends Korean syllables whole, another in parts.</summary>
    public static string Normal(string password) => TypedText.IsWhole(password) ? password.Normalize(NormalizationForm.FormC) : password;

    /// <summary>False for what cannot be anybody's password, and need not be hashed to know it.</summary>
    public static bool IsPossible(string? password) => password is { Length: > 0 and <= 200 };

    /// <summary>Why this password is refused; null when it is good enough.</summary>
    /// <param name="typed">As it was typed.</param>
    /// <param name="own">What others know of the person, such as login id and nickname: no password holds it.</param>
    public static Failure? Check(string? typed, params IEnumerable<string?> own)
    {
        if (typed is null || !IsPossible(typed) || !TypedText.IsLine(typed))
            return new("password.length", $"A password has {Shortest} to {Longest} characters.");
        var password = Normal(typed);
        var runes = password.EnumerateRunes().ToList();
        if (runes.Count is < Shortest or > Longest)
            return new("password.length", $"A password has {Shortest} to {Longest} characters.");
        if (!runes.Any(Rune.IsLetter) || !runes.Any(Rune.IsDigit) || runes.All(Rune.IsLetterOrDigit))
            return new("password.kinds", "A password has at least one letter, one digit and one symbol.");
        if (runes.Distinct().Count() < FewestDifferent || IsCommon(password))
            return new("password.common", "This password is among the first that a guesser tries. Take something that only you would think of.");
        if (own.SelectMany(PartsOf).Any(part => password.Contains(part, StringComparison.OrdinalIgnoreCase)))
            return new("password.own_name", "A password must not hold your login id, nickname or e-mail address.");
        return null;
    }

    /// <summary>A common word stays one with digits and symbols around it, between its letters, or in the place of letters that they look like.</summary>
    private static bool IsCommon(string password)
    {
        var small = password.ToLowerInvariant();
        return Disguises(small).SelectMany(one => new[] { one, Plain(one) }).Concat(Disguises(Plain(small))).Any(Common.Contains);
    }

    private static IEnumerable<string> Disguises(string small)
    {
        var letters = string.Concat(small.Where(char.IsLetter));
        yield return small;
        yield return small.Trim([.. small.Where(letter => !char.IsLetter(letter)).Distinct()]);
        yield return string.Concat(small.Where(char.IsLetterOrDigit));
        yield return letters;
        // A row of digits with a letter or two added is a row of digits.
        if (letters.Length <= 2)
            yield return string.Concat(small.Where(char.IsDigit));
    }

    private static string Plain(string small) => string.Concat(small.Select(letter => letter switch
    {
        '@' or '4' => 'a',
        '0' => 'o',
        '1' or '!' or '|' => 'i',
        '3' => 'e',
        '$' or '5' => 's',
        '7' => 't',
        _ => letter,
    }));

    private static IEnumerable<string> PartsOf(string? own)
    {
        if (own is null)
            yield break;
        var name = own.Split('@')[0];
        // Two Hangul syllables are a whole nickname, two Latin letters are in many a password.
        if (name.Length >= 3 || name.Any(letter => letter > 0x7F))
            yield return name;
    }

    private static HashSet<string> ReadCommon()
    {
        using var file = new StreamReader(typeof(PasswordRules).Assembly.GetManifestResourceStream("Madang.Accounts.common-passwords.txt")!);
        return [.. file.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
    }
}
