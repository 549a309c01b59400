namespace Madang.Client.Http;

/// <summary>A request that may be sent several times.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">Path and query behind the server's address, with the leading slash.</param>
internal sealed record ApiCall(HttpMethod Method, string Path)
{
    /// <summary>False: the API key stays here. Delivery is public.</summary>
    public bool Authorized { get; init; } = true;

    /// <summary>Asked when it is about to be sent once more: whether that can do no harm.</summary>
    public Func<bool> MayRepeat { get; init; } = () => false;

    /// <summary>Under which the server knows a repeated upload.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Makes the body of one attempt; it calls what it is given whenever the server took some of it.</summary>
    public Func<Action, HttpContent>? Content { get; init; }

    /// <summary>Asked once the body is made: whether to send it only when the server wants it (<c>Expect: 100-continue</c>).</summary>
    public Func<bool> AsksFirst { get; init; } = () => false;

    public static ApiCall Get(string path) => new(HttpMethod.Get, path) { MayRepeat = () => true };
}
