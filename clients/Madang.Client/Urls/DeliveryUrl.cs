namespace Madang.Client;

/// <summary>A public address of a picture, made without asking the server. It is its text: <see cref="ToString"/>, <see cref="ToUri"/>.</summary>
public abstract class DeliveryUrl
{
    private readonly UrlRoot _root;

    private protected DeliveryUrl(UrlRoot root, Signature? signature) => (_root, Signature) = (root, signature);

    /// <summary>The absolute address, ready for <c>src</c>.</summary>
    public sealed override string ToString() => _root.PublicAddress + Target(Signature);

    /// <summary>The absolute address.</summary>
    public Uri ToUri() => new(ToString());

    /// <summary>The same as its text.</summary>
    /// <param name="url">The address.</param>
    public static implicit operator string(DeliveryUrl url) => url.ToString();

    internal UrlRoot Root => _root;

    internal Signature? Signature { get; }

    /// <summary>From the first slash, not percent-encoded: what is signed.</summary>
    internal abstract string Path { get; }

    /// <summary>Percent-encoded, without a question mark; empty when nothing is asked.</summary>
    internal virtual string Query => "";

    /// <summary>Path and query with this signature.</summary>
    internal string Target(Signature? signature)
    {
        var path = Path.Replace("^", "%5E", StringComparison.Ordinal);
        var query = signature is null ? Query : _root.Signed(Path, Query, signature);
        return query.Length == 0 ? path : $"{path}?{query}";
    }
}

/// <summary>That a URL is signed.</summary>
/// <param name="Ends">When it stops to be valid; null is never.</param>
internal sealed record Signature(DateTimeOffset? Ends);

/// <summary>Where an image is downloaded as a file.</summary>
public sealed class DownloadUrl : DeliveryUrl
{
    private readonly Guid _id;

    internal DownloadUrl(UrlRoot root, Guid id, Signature? signature)
        : base(root, signature) => _id = id;

    /// <summary>The same address, signed.</summary>
    /// <param name="ends">When it stops to be valid, to the second; null is never.</param>
    /// <exception cref="InvalidOperationException">There is no <see cref="MadangOptions.SigningKey"/>.</exception>
    public DownloadUrl Signed(DateTimeOffset? ends = null) => new(Root, _id, Root.Signing(ends));

    internal override string Path => $"/cdn/{_id}/download";
}
