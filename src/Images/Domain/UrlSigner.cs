using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Madang.Images.Domain;

/// <summary>What is known of a URL's signature.</summary>
internal enum SignatureState
{
    Missing,
    Valid,
    Expired,
    Invalid,
}

/// <summary>
/// Signs and checks delivery URLs. The rule, for any language:
/// <list type="number">
/// <item>Take the query as it stands in the URL (percent-encoded), with <c>exp</c> (unix seconds) if it shall end, without <c>s</c>.</item>
/// <item>Split at <c>&amp;</c>, sort the pieces by their bytes, join them with <c>&amp;</c>.</item>
/// <item>Sign the path, <c>?</c> and that (the <c>?</c> also when the query is empty): HMAC-SHA256 with the secret's UTF-8 bytes.</item>
/// <item>Append <c>s=</c> and the base64url of the 32 bytes, without padding.</item>
/// </list>
/// Nothing is decoded, so nothing can be read in two ways. The path is without scheme and host: a URL stays valid behind another name.
/// </summary>
/// <example>
/// In Python:
/// <code>
/// to_sign = path + "?" + "&amp;".join(sorted(query.split("&amp;")))
/// s = base64.urlsafe_b64encode(hmac.digest(secret, to_sign.encode(), "sha256")).rstrip(b"=").decode()
/// url = path + "?" + query + "&amp;s=" + s
/// </code>
/// </example>
internal sealed class UrlSigner
{
    private readonly byte[][] _keys;

    /// <param name="secrets">The first signs; all are accepted, so that a secret can be changed without breaking pages.</param>
    public UrlSigner(IEnumerable<string> secrets)
    {
        _keys = [.. secrets.Select(Encoding.UTF8.GetBytes)];
        if (_keys.Length == 0 || _keys.Any(key => key.Length < 16))
            throw new ArgumentException("A signing secret of at least 16 bytes is needed.", nameof(secrets));
    }

    /// <summary>The value of <c>s</c>.</summary>
    /// <param name="path">From the first slash: <c>/cdn/0198...</c>.</param>
    /// <param name="query">As in the URL, with or without the leading <c>?</c>; an <c>s</c> in it is left out.</param>
    public string Sign(string path, string query) => Base64Url.EncodeToString(Mac(_keys[0], path, Pieces(query)));

    /// <summary>Compares in constant time, then looks at <c>exp</c>: an expired URL is only told apart from a forged one when it was ours.</summary>
    public SignatureState Check(string path, string query, DateTimeOffset now)
    {
        var given = Values(query, "s=");
        if (given.Length == 0)
            return SignatureState.Missing;

        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (given.Length > 1 || given[0].Length != 43 || !Decode(given[0], mac))
            return SignatureState.Invalid;

        var pieces = Pieces(query);
        var matches = false;
        foreach (var key in _keys)
            matches |= CryptographicOperations.FixedTimeEquals(Mac(key, path, pieces), mac);
        return matches ? Expiry(query, now) : SignatureState.Invalid;
    }

    private static SignatureState Expiry(string query, DateTimeOffset now)
    {
        var ends = Values(query, "exp=");
        if (ends.Length == 0)
            return SignatureState.Valid;
        if (ends.Length > 1 || !long.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var end))
            return SignatureState.Invalid;
        return now.ToUnixTimeSeconds() < end ? SignatureState.Valid : SignatureState.Expired;
    }

    private static bool Decode(string text, Span<byte> mac) =>
        Base64Url.IsValid(text, out var length) && length == mac.Length && Base64Url.TryDecodeFromChars(text, mac, out _);

    private static string[] Values(string query, string prefix) =>
        [.. query.TrimStart('?').Split('&').Where(piece => piece.StartsWith(prefix, StringComparison.Ordinal)).Select(piece => piece[prefix.Length..])];

    private static string Pieces(string query)
    {
        var pieces = query.TrimStart('?').Split('&').Where(piece => !piece.StartsWith("s=", StringComparison.Ordinal)).ToArray();
        Array.Sort(pieces, StringComparer.Ordinal);
        return string.Join('&', pieces);
    }

    private static byte[] Mac(byte[] key, string path, string pieces) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{path}?{pieces}"));
}
