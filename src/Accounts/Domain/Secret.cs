using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Madang.Accounts.Domain;

/// <summary>
/// A random secret that is shown once and stored as its SHA-256. With 256 random bits there is nothing to guess, so it needs
/// no salt and no slow hash, and it is found by an index on the hash without comparing secrets.
/// </summary>
internal static class Secret
{
    public const string KeyPrefix = "mdg_";

    public const string AccessPrefix = "mda_";

    public const string RefreshPrefix = "mdr_";

    private const int RandomBytes = 32;

    public static string NewKey() => KeyPrefix + New();

    /// <summary>A secret that says by its first letters what it is for, so that it is known when it turns up where it should not.</summary>
    public static string New(string prefix) => prefix + New();

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>True for text of a secret's form; anything else is refused without asking the database.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> secret) =>
        secret.Length == (RandomBytes * 4 + 2) / 3 && Base64Url.IsValid(secret);

    /// <inheritdoc cref="IsWellFormed(ReadOnlySpan{char})"/>
    public static bool IsWellFormedKey(ReadOnlySpan<char> key) => IsWellFormed(key, KeyPrefix);

    /// <inheritdoc cref="IsWellFormed(ReadOnlySpan{char})"/>
    public static bool IsWellFormed(ReadOnlySpan<char> secret, string prefix) =>
        secret.StartsWith(prefix, StringComparison.Ordinal) && IsWellFormed(secret[prefix.Length..]);
}
