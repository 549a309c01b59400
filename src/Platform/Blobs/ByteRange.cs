namespace Madang.Platform.Blobs;

/// <summary>A part of a blob, with the meaning of an HTTP <c>Range</c> (RFC 9110, 14.1.2).</summary>
public readonly record struct ByteRange
{
    /// <summary>
    /// <c>(0, 499)</c> is the first 500 bytes, <c>(500, null)</c> everything behind them, <c>(null, 500)</c> the last 500 bytes.
    /// </summary>
    /// <param name="from">The first byte, from 0; null: <paramref name="to"/> counts from the end.</param>
    /// <param name="to">The last byte, included; null: to the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative number, or an end before the start.</exception>
    public ByteRange(long? from, long? to)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from ?? 0, nameof(from));
        ArgumentOutOfRangeException.ThrowIfLessThan(to ?? long.MaxValue, from ?? 0, nameof(to));
        (From, To) = (from, to);
    }

    /// <summary>The first byte, or null when <see cref="To"/> counts from the end.</summary>
    public long? From { get; }

    /// <summary>The last byte (included), or how many from the end.</summary>
    public long? To { get; }

    /// <summary>The header's form, such as <c>bytes=0-499</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"bytes={From}-{To}");

    internal (long Offset, long Length) Within(long total)
    {
        if (From is null)
        {
            var tail = Math.Min(To ?? total, total);
            return (total - tail, tail);
        }

        var offset = Math.Min(From.Value, total);
        var end = To is { } last && last < total ? last + 1 : total;
        return (offset, Math.Max(0, end - offset));
    }
}
