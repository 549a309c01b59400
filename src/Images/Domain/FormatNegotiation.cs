namespace Madang.Images.Domain;

/// <summary>The format that leaves, and whether the browser's Accept had a say: then the answer carries <c>Vary: Accept</c>.</summary>
internal readonly record struct NegotiatedFormat(OutputFormat Format, bool VariesByAccept);

/// <summary>
/// <c>fm=auto</c>, which is also what no <c>fm</c> means: a page then gets the smallest picture that its reader's browser can show.
/// </summary>
/// <remarks>
/// Stills: AVIF, else WebP, else what every client shows: PNG where a pixel may be transparent, JPEG otherwise.
/// Moving pictures: WebP, else GIF (no AVIF: we write AVIF stills only).
/// A type counts when Accept names it with q above 0; wildcards do not (see <see cref="AcceptHeader"/>). The highest q wins, and a tie
/// goes to the order above. The fallback takes part only when it is named itself, and answers when nothing else may: better a JPEG that
/// was not asked for than a 406 in a page.
/// </remarks>
internal static class FormatNegotiation
{
    private static readonly OutputFormat[] Stills = [OutputFormat.Avif, OutputFormat.Webp];
    private static readonly OutputFormat[] Moving = [OutputFormat.Webp];

    public static NegotiatedFormat Choose(Transform transform, string? accept, SourceShape source) =>
        transform.Format is { } format
            ? new(format, VariesByAccept: false)
            : new(Choose(accept, source.Animated, MayBeTransparent(transform, source)), VariesByAccept: true);

    private static OutputFormat Choose(string? accept, bool animated, bool transparent)
    {
        var fallback = animated ? OutputFormat.Gif : transparent ? OutputFormat.Png : OutputFormat.Jpeg;
        var (best, bestQuality) = (fallback, 0.0);
        foreach (var candidate in animated ? Moving : Stills)
            Consider(candidate);
        Consider(fallback);
        return best;

        void Consider(OutputFormat candidate)
        {
            var quality = AcceptHeader.QualityOf(accept, candidate.MediaType()) ?? 0;
            if (quality > bestQuality)
                (best, bestQuality) = (candidate, quality);
        }
    }

    private static bool MayBeTransparent(Transform transform, SourceShape source) => transform.Background switch
    {
        null => source.HasAlpha,
        { Opaque: true } => false,
        _ => source.HasAlpha || transform.Fit is Fit.Fill,
    };
}
