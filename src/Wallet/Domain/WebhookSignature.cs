using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Madang.Wallet.Domain;

/// <summary>
/// A signature over time and raw body, in the form that has become usual: <c>t=unix seconds,v1=hex of HMAC-SHA256("t.body")</c>. Several <c>v1</c> may stand there
/// while a secret is exchanged.
/// </summary>
internal static class WebhookSignature
{
    /// <summary>A message this old, or this far ahead, is not taken: somebody plays it again.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    public static string Sign(ReadOnlySpan<byte> secret, DateTimeOffset now, ReadOnlySpan<byte> body)
    {
        var seconds = now.ToUnixTimeSeconds();
        return string.Create(CultureInfo.InvariantCulture, $"t={seconds},v1={Convert.ToHexStringLower(Mac(secret, seconds, body))}");
    }

    public static bool IsGood(ReadOnlySpan<byte> secret, DateTimeOffset now, ReadOnlySpan<byte> body, string? signature)
    {
        if (signature is not { Length: <= 1000 })
            return false;
        var parts = signature.Split(',').Select(part => part.Trim().Split('=', 2)).Where(part => part.Length == 2).ToList();
        if (!long.TryParse(parts.Find(part => part[0] == "t")?[1], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs((double)seconds - now.ToUnixTimeSeconds()) > Tolerance.TotalSeconds)
            return false;
        var expected = Mac(secret, seconds, body);
        var good = false;
        foreach (var part in parts.Where(part => part[0] == "v1" && part[1].Length == expected.Length * 2))
            good |= CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(part[1]), Encoding.ASCII.GetBytes(Convert.ToHexStringLower(expected)));
        return good;
    }

    private static byte[] Mac(ReadOnlySpan<byte> secret, long seconds, ReadOnlySpan<byte> body) =>
        HMACSHA256.HashData(secret, [.. Encoding.ASCII.GetBytes(seconds.ToString(CultureInfo.InvariantCulture)), (byte)'.', .. body]);
}
