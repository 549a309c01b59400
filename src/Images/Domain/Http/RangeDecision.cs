using Microsoft.Net.Http.Headers;

namespace Madang.Images.Domain.Http;

internal enum RangeOutcome
{
    /// <summary>200 with all of it.</summary>
    Whole,

    /// <summary>206 with <c>Content-Range</c>.</summary>
    Part,

    /// <summary>416 with <c>Content-Range: bytes */length</c>.</summary>
    Unsatisfiable,
}

/// <summary>
/// What a <c>Range</c> header comes to (RFC 9110, section 14). One range is served; several, another unit or something unreadable give the whole (all three are allowed), so that
/// nobody can make us assemble a thousand overlapping parts.
/// </summary>
internal readonly record struct RangeDecision(RangeOutcome Outcome, long Start, long Length, long Total)
{
    /// <summary>The value of <c>Content-Range</c>, or null when the answer has none.</summary>
    public string? ContentRange => Outcome switch
    {
        RangeOutcome.Part => $"bytes {Start}-{Start + Length - 1}/{Total}",
        RangeOutcome.Unsatisfiable => $"bytes */{Total}",
        _ => null,
    };

    /// <param name="range">The header as it came, or null.</param>
    /// <param name="ifRange">The header as it came, or null: the part is only good for one who holds the same picture.</param>
    /// <param name="etag">Ours, with its quotes.</param>
    /// <param name="total">Bytes in all.</param>
    public static RangeDecision For(string? range, string? ifRange, string etag, long total)
    {
        var whole = new RangeDecision(RangeOutcome.Whole, 0, total, total);
        // Strong tags compare byte by byte; a date or a weak tag never matches, since we give neither.
        if (string.IsNullOrEmpty(range) || (!string.IsNullOrEmpty(ifRange) && ifRange != etag))
            return whole;
        if (!RangeHeaderValue.TryParse(range, out var parsed) || !parsed.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase) || parsed.Ranges.Count != 1)
            return whole;

        var (from, to) = (parsed.Ranges.First().From, parsed.Ranges.First().To);
        return from is { } start ? FromTo(start, to ?? long.MaxValue, total) : Last(to ?? 0, total);
    }

    private static RangeDecision FromTo(long from, long to, long total) =>
        from >= total
            ? new(RangeOutcome.Unsatisfiable, 0, 0, total)
            : new(RangeOutcome.Part, from, Math.Min(to, total - 1) - from + 1, total);

    /// <summary><c>bytes=-n</c>: the last n, or all when there are fewer.</summary>
    private static RangeDecision Last(long count, long total) =>
        count == 0 || total == 0
            ? new(RangeOutcome.Unsatisfiable, 0, 0, total)
            : new(RangeOutcome.Part, total - Math.Min(count, total), Math.Min(count, total), total);
}
