namespace Madang.Images.Domain;

/// <summary>What may leave this module, whatever is asked: the longest side and the whole area in pixels.</summary>
/// <param name="MaxSide">WebP's own limit is 16383, so that one limit serves every format.</param>
/// <param name="MaxPixels">The same 50 megapixels that bound what comes in: a source is always available whole.</param>
internal sealed record OutputLimits(int MaxSide, long MaxPixels)
{
    public static readonly OutputLimits Default = new(16383, 50_000_000);

    public bool Allow(PixelSize size) => size.Width <= MaxSide && size.Height <= MaxSide && size.Pixels <= MaxPixels;
}
