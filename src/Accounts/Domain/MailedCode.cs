using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Madang.Platform.Web;

namespace Madang.Accounts.Domain;

/// <summary>
/// A code of six digits sent by mail. It counts only together with the secret that the asking browser was given, which is also what hides it in the
/// database: a million codes are hashed in a moment, a million times 256 random bits are not.
/// </summary>
internal static class MailedCode
{
    public const int MostTries = 5;

    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>What is answered for a code that is used, too old or tried too often, and for one that never was.</summary>
    public static Failure Gone => new("code.expired", "This code was used, is too old, or was mistyped too often. Ask for a new one.");

    public static string New() => RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture);

    public static byte[] Hash(string secret, string code) => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(code));

    /// <summary>Digits as they are typed from a mail: maybe with spaces, maybe with the wide digits of a Korean keyboard.</summary>
    public static string? Read(string? typed)
    {
        if (typed is null || typed.Length > 30)
            return null;
        var digits = new StringBuilder(6);
        foreach (var letter in typed)
        {
            if (char.IsDigit(letter))
                digits.Append((int)char.GetNumericValue(letter));
            else if (!char.IsWhiteSpace(letter) && letter != '-')
                return null;
        }
        return digits.Length == 6 ? digits.ToString() : null;
    }

    /// <summary>Judges a typed code.</summary>
    /// <param name="secret">The browser's secret.</param>
    /// <param name="typed">As it was typed.</param>
    /// <param name="codeHash">What is kept; null where no code was sent, which looks no different.</param>
    /// <param name="until">When the code ends.</param>
    /// <param name="tries">Wrong codes so far.</param>
    /// <param name="now">The time.</param>
    /// <param name="counts">True: this was one more wrong code.</param>
    /// <returns>Null when it is right.</returns>
    public static Failure? Judge(string secret, string? typed, byte[]? codeHash, DateTimeOffset until, int tries, DateTimeOffset now, out bool counts)
    {
        counts = false;
        if (until <= now || tries >= MostTries)
            return Gone;
        if (Read(typed) is not { } code)
            return Wrong(MostTries - tries);
        if (codeHash is not null && CryptographicOperations.FixedTimeEquals(Hash(secret, code), codeHash))
            return null;
        counts = true;
        return tries + 1 == MostTries ? Gone : Wrong(MostTries - tries - 1);
    }

    private static Failure Wrong(int left) => new("code.wrong", $"This is not the code. Look again at the newest mail; {left} tries are left.")
    {
        Extra = new Dictionary<string, object?>(StringComparer.Ordinal) { ["triesLeft"] = left },
    };
}
