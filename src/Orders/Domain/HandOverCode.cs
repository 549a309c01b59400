using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Madang.Orders.Domain;

/// <summary>The six digits that a buyer gives to the seller when they meet, as they are kept: salted and hashed, good for a few tries.</summary>
internal sealed record HandOverCode(byte[] Salt, byte[] Hash, int TriesLeft)
{
    public const int Tries = 5;

    /// <summary>Makes a code of a number from 0 to 999,999 and a salt of 16 bytes, both random.</summary>
    public static (string Text, HandOverCode Code) Of(int number, byte[] salt)
    {
        var text = number.ToString("D6", CultureInfo.InvariantCulture);
        return (text, new HandOverCode(salt, Digest(salt, text), Tries));
    }

    /// <summary>Takes as long for a code that is nearly right as for any other.</summary>
    public bool Matches(string typed) => CryptographicOperations.FixedTimeEquals(Hash, Digest(Salt, Digits(typed)));

    /// <summary>Six digits, however they were grouped; anything else is a typing error and costs no try.</summary>
    public static bool IsCode(string? typed) => typed is { Length: <= 20 } && Digits(typed) is { Length: 6 } digits && digits.All(char.IsAsciiDigit);

    private static string Digits(string typed) => typed.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);

    private static byte[] Digest(byte[] salt, string text) => HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(text));
}
