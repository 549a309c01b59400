using Microsoft.Net.Http.Headers;

namespace Madang.Images.Domain.Http;

internal enum PreconditionOutcome
{
    Proceed,

    /// <summary>304.</summary>
    NotModified,

    /// <summary>412.</summary>
    Failed,
}

/// <summary>
/// Whether a GET or HEAD has to send the picture at all (RFC 9110, section 13). All our tags are strong and there is no Last-Modified:
/// dates are not looked at.
/// </summary>
internal static class Precondition
{
    /// <param name="ifMatch">The header as it came, or null.</param>
    /// <param name="ifNoneMatch">The header as it came, or null.</param>
    /// <param name="etag">Ours, with its quotes.</param>
    public static PreconditionOutcome Evaluate(string? ifMatch, string? ifNoneMatch, string etag)
    {
        if (!string.IsNullOrEmpty(ifMatch) && !Contains(ifMatch, etag, strong: true))
            return PreconditionOutcome.Failed;
        return !string.IsNullOrEmpty(ifNoneMatch) && Contains(ifNoneMatch, etag, strong: false) ? PreconditionOutcome.NotModified : PreconditionOutcome.Proceed;
    }

    private static bool Contains(string header, string etag, bool strong)
    {
        if (header == etag)
            return true; // what browsers send: no list to take apart on the hot path

        if (!EntityTagHeaderValue.TryParseList([header], out var tags))
            return false;
        var ours = new EntityTagHeaderValue(etag);
        return tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(ours, useStrongComparison: strong));
    }
}
