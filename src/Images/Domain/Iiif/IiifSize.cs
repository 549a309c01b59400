using Madang.Platform.Web;

namespace Madang.Images.Domain.Iiif;

/// <summary>
/// The second parameter: <c>max</c>, <c>w,</c>, <c>,h</c>, <c>pct:n</c>, <c>w,h</c> or <c>!w,h</c>, each with a leading <c>^</c> when it may enlarge (section 4.2).
/// </summary>
internal abstract record IiifSize(bool Upscale)
{
    public sealed record Max(bool Upscale) : IiifSize(Upscale);

    public sealed record Percent(decimal Value, bool Upscale) : IiifSize(Upscale);

    /// <summary>One side or both; with both the shape follows them.</summary>
    public sealed record Exact(int? Width, int? Height, bool Upscale) : IiifSize(Upscale);

    public sealed record Confined(int Width, int Height, bool Upscale) : IiifSize(Upscale);

    public static Result<IiifSize> Parse(string text)
    {
        var upscale = text.StartsWith('^');
        var form = upscale ? text.AsSpan(1) : text;
        if (form is "max")
            return new Max(upscale);
        if (form.StartsWith("pct:"))
            return IiifNumbers.Decimal(form[4..]) is { } percent ? NotZero(new Percent(percent, upscale), percent > 0) : Syntax(text);
        if (form.StartsWith("!"))
            return IiifNumbers.Wholes(form[1..], 2) is [var most, var tallest] ? NotZero(new Confined(most, tallest, upscale), most > 0 && tallest > 0) : Syntax(text);

        var comma = form.IndexOf(',');
        if (comma < 0 || form.Length == 1)
            return Syntax(text);
        var left = form[..comma];
        var right = form[(comma + 1)..];
        var (width, height) = (IiifNumbers.Whole(left), IiifNumbers.Whole(right));
        return (width is null && !left.IsEmpty) || (height is null && !right.IsEmpty)
            ? Syntax(text)
            : NotZero(new Exact(width, height, upscale), width != 0 && height != 0);
    }

    /// <summary>The exact size that the region is scaled to.</summary>
    public Result<PixelSize> Resolve(PixelSize region, OutputLimits limits)
    {
        switch (this)
        {
            case Max:
                return Upscale ? Geometry.Largest(region, limits) : Geometry.Limit(region, limits);
            case Confined box:
                // As large as possible within the box, the region (without ^) and the limits: never an error.
                return Geometry.Limit(Upscale ? Geometry.FitInside(region, box.Width, box.Height) : Geometry.Shrink(region, box.Width, box.Height), limits);
            case Percent { Value: > 100, Upscale: false }:
                return IiifFailure.Of("size_needs_upscaling", "A size above 100 percent needs the prefix '^'.");
            case Percent percent:
                return Checked(Percentage(region, percent.Value), region, limits);
            case Exact { Width: { } width, Height: { } height }:
                return Checked(new(width, height), region, limits);
            case Exact exact:
                return Checked(Geometry.FitInside(region, exact.Width, exact.Height), region, limits);
            default:
                throw new InvalidOperationException($"No such size: {this}.");
        }
    }

    private Result<PixelSize> Checked(PixelSize? size, PixelSize region, OutputLimits limits)
    {
        if (size is not { } exact)
            return IiifFailure.Of("empty_size", "That would leave less than one pixel.");
        if (!limits.Allow(exact))
            return IiifFailure.Of("size_above_limit", $"The size must not exceed {limits.MaxSide} pixels a side and {limits.MaxPixels} pixels in all.");
        if (!Upscale && (exact.Width > region.Width || exact.Height > region.Height))
            return IiifFailure.Of("size_needs_upscaling", $"The region is {region.Width} x {region.Height}: a larger size needs the prefix '^'.");
        return exact;
    }

    /// <summary>Half up. The short side of a strip is at least a pixel; when the long side vanishes too, there is nothing to give.</summary>
    private static PixelSize? Percentage(PixelSize region, decimal percent)
    {
        var (width, height) = (Side(region.Width), Side(region.Height));
        return Math.Max(width, height) == 0 ? null : new(Math.Max(1, width), Math.Max(1, height));

        int Side(int side) => (int)Math.Min(int.MaxValue, Math.Round(side * percent / 100, MidpointRounding.AwayFromZero));
    }

    private static Result<IiifSize> NotZero(IiifSize size, bool positive) =>
        positive ? size : IiifFailure.Of("empty_size", "A size must be greater than 0.");

    private static Failure Syntax(string text) =>
        IiifFailure.Of("invalid_size", $"The size '{text}' is not max, 'w,', ',h', pct:n, 'w,h' or '!w,h' (or one of them after '^').");
}
