using Madang.Platform.Web;

namespace Madang.Images.Domain.Iiif;

/// <summary>The first parameter: <c>full</c>, <c>square</c>, <c>x,y,w,h</c> or <c>pct:x,y,w,h</c> (Image API 3.0, section 4.1).</summary>
internal abstract record IiifRegion
{
    public sealed record Full : IiifRegion;

    public sealed record Square : IiifRegion;

    public sealed record Pixels(int X, int Y, int Width, int Height) : IiifRegion;

    public sealed record Percent(decimal X, decimal Y, decimal Width, decimal Height) : IiifRegion;

    public static Result<IiifRegion> Parse(string text)
    {
        switch (text)
        {
            case "full":
                return new Full();
            case "square":
                return new Square();
        }

        if (text.StartsWith("pct:", StringComparison.Ordinal))
        {
            return IiifNumbers.Decimals(text.AsSpan(4), 4) is [var x, var y, var width, var height]
                ? NotEmpty(new Percent(x, y, width, height), width > 0 && height > 0)
                : Syntax(text);
        }

        return IiifNumbers.Wholes(text, 4) is [var left, var top, var w, var h] ? NotEmpty(new Pixels(left, top, w, h), w > 0 && h > 0) : Syntax(text);
    }

    /// <summary>In pixels of the picture; what hangs over its edge is cut off, what lies outside altogether is refused.</summary>
    public Result<PixelRect> Resolve(PixelSize full) => this switch
    {
        Square => SquareOf(full),
        Pixels pixels => Cut(pixels.X, pixels.Y, pixels.Width, pixels.Height, full),
        // The corner is rounded down: a corner inside the picture stays inside. The size is rounded half up, and is at least a pixel.
        Percent percent => Cut(
            (long)(full.Width * percent.X / 100),
            (long)(full.Height * percent.Y / 100),
            Math.Max(1, (long)Math.Round(full.Width * percent.Width / 100, MidpointRounding.AwayFromZero)),
            Math.Max(1, (long)Math.Round(full.Height * percent.Height / 100, MidpointRounding.AwayFromZero)),
            full),
        _ => new PixelRect(0, 0, full.Width, full.Height),
    };

    private static PixelRect SquareOf(PixelSize full)
    {
        var side = Math.Min(full.Width, full.Height);
        return new((full.Width - side) / 2, (full.Height - side) / 2, side, side);
    }

    private static Result<PixelRect> Cut(long x, long y, long width, long height, PixelSize full) =>
        x >= full.Width || y >= full.Height
            ? IiifFailure.Of("region_outside", $"The region lies outside the image, which is {full.Width} x {full.Height}.")
            : new PixelRect((int)x, (int)y, (int)Math.Min(width, full.Width - x), (int)Math.Min(height, full.Height - y));

    private static Result<IiifRegion> NotEmpty(IiifRegion region, bool filled) =>
        filled ? region : IiifFailure.Of("empty_region", "The width and the height of a region must be greater than 0.");

    private static Failure Syntax(string text) =>
        IiifFailure.Of("invalid_region", $"The region '{text}' is not full, square, x,y,w,h or pct:x,y,w,h.");
}
