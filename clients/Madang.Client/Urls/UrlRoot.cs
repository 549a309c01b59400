using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Madang.Client;

/// <summary>
/// Where delivery URLs begin, and what signs them. The rule is the server's: HMAC-SHA256 over the path, <c>?</c> and the query's pieces in the
/// order of their bytes. The path is the server's own, without the path of <see cref="MadangOptions.PublicAddress"/>: a proxy takes that away.
/// </summary>
internal sealed class UrlRoot(MadangOptions options)
{
    private readonly byte[]? _key = options.SigningKey is { } key ? Encoding.UTF8.GetBytes(key) : null;

    public string PublicAddress { get; } = (options.PublicAddress ?? options.Address!).AbsoluteUri.TrimEnd('/');

    public bool CanSign => _key is not null;

    public Signature Signing(DateTimeOffset? ends) =>
        CanSign ? new Signature(ends) : throw new InvalidOperationException("MadangOptions.SigningKey is needed to sign URLs.");

    /// <summary>The query with <c>exp</c>, if it ends, and <c>s</c>.</summary>
    public string Signed(string path, string query, Signature signature)
    {
        if (signature.Ends is { } ends)
            query = Joined(query, string.Create(CultureInfo.InvariantCulture, $"exp={ends.ToUnixTimeSeconds()}"));
        var pieces = query.Split('&');
        Array.Sort(pieces, StringComparer.Ordinal);
        var mac = HMACSHA256.HashData(_key!, Encoding.UTF8.GetBytes($"{path}?{string.Join('&', pieces)}"));
        return Joined(query, $"s={Base64Url.EncodeToString(mac)}");
    }

    private static string Joined(string query, string piece) => query.Length == 0 ? piece : $"{query}&{piece}";
}
