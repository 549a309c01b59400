using Madang.Platform.Web;

namespace Madang.Images.Domain;

/// <summary>What a delivery URL may do without a signature.</summary>
internal enum UnsignedRequests
{
    /// <summary>Any transform (the default).</summary>
    Anything,

    /// <summary><c>?preset=...</c> only, of which there are few: nobody can fill the cache with sizes.</summary>
    Presets,

    /// <summary>Nothing (<c>Images:RequireSignature</c>).</summary>
    Nothing,
}

/// <summary>Whether a delivery request may pass. A signature that is wrong is refused even where none is needed: its sender wants to know.</summary>
internal static class UrlAccess
{
    public const int Status = 403;

    /// <param name="unsigned">What is open to all.</param>
    /// <param name="signature">What <see cref="UrlSigner.Check"/> found.</param>
    /// <param name="preset">Whether the request names a preset (and so can ask for nothing else).</param>
    /// <returns>The refusal, or null: it may pass.</returns>
    public static Failure? Refuse(UnsignedRequests unsigned, SignatureState signature, bool preset) => (signature, unsigned) switch
    {
        (SignatureState.Valid, _) => null,
        (SignatureState.Expired, _) => new("signature.expired", "This link has ended. Ask its sender for a new one.", Status),
        (SignatureState.Invalid, _) => new("signature.invalid", "The signature 's' does not match the path and the query.", Status),
        (_, UnsignedRequests.Anything) => null,
        (_, UnsignedRequests.Presets) when preset => null,
        (_, UnsignedRequests.Presets) => new("signature.required", "Without a signature only 'preset=...' is allowed here.", Status),
        _ => new("signature.required", "This address needs a signature: the parameter 's'.", Status),
    };
}
