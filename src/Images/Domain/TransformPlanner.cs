namespace Madang.Images.Domain;

/// <summary>A <see cref="Transform"/> met with a source: what is made, to the pixel.</summary>
internal static class TransformPlanner
{
    /// <param name="transform">What is asked.</param>
    /// <param name="source">What there is.</param>
    /// <param name="format">What <c>fm</c> or the negotiation gave: see <see cref="FormatNegotiation"/>.</param>
    /// <param name="limits">What may leave.</param>
    public static RenderPlan Plan(Transform transform, SourceShape source, OutputFormat format, OutputLimits limits)
    {
        var plan = Shape(transform, source, limits) with
        {
            Format = format,
            Quality = format.HasQuality() ? transform.Quality ?? format.QualityFor() : 0,
            Animated = source.Animated && format.CarriesFrames(),
        };
        return LayOnBackground(plan, transform, source);
    }

    private static RenderPlan Shape(Transform asked, SourceShape source, OutputLimits limits) => asked switch
    {
        { Fit: Fit.Crop, Width: { } width, Height: { } height } => Crop(asked, source.Size, Geometry.Limit(new(width, height), limits)),
        { Fit: Fit.Fill, Width: { } width, Height: { } height } => Fill(asked, source, Geometry.Limit(new(width, height), limits)),
        _ => new RenderPlan { Scale = Geometry.Limit(Inside(asked, source.Size, asked.Width, asked.Height), limits), Format = default },
    };

    private static PixelSize Inside(Transform asked, PixelSize size, int? width, int? height) =>
        asked.Enlarge ? Geometry.FitInside(size, width, height) : Geometry.Shrink(size, width, height);

    /// <summary>
    /// A box larger than the source shrinks, keeping its shape, until it fits into the source: <c>w=2000&amp;h=1000</c> of a 1000 x 1000
    /// picture is 1000 x 500.
    /// </summary>
    private static RenderPlan Crop(Transform asked, PixelSize source, PixelSize box)
    {
        if (!asked.Enlarge && (box.Width > source.Width || box.Height > source.Height))
            box = Geometry.FitInside(box, source.Width, source.Height);

        // Shrinking: scale, then crop, so that the decoder may shrink while it loads.
        var cover = Geometry.Cover(source, box);
        if (cover.Width <= source.Width && cover.Height <= source.Height)
            return new RenderPlan { Scale = cover, Crop = cover == box ? null : Place(cover, box, asked.Gravity), Format = default };

        // Enlarging: crop first, or a 10000 x 1 strip would grow to a million pixels before it is cut.
        var part = Geometry.FitInside(box, source.Width, source.Height);
        return new RenderPlan { Region = part == source ? null : Place(source, part, asked.Gravity), Scale = box, Format = default };
    }

    private static PixelRect Place(PixelSize whole, PixelSize part, Gravity gravity) => new(
        Offset(whole.Width - part.Width, gravity.Horizontal),
        Offset(whole.Height - part.Height, gravity.Vertical),
        part.Width,
        part.Height);

    private static int Offset(int slack, int gravity) => gravity switch { < 0 => 0, 0 => slack / 2, > 0 => slack };

    /// <summary>The sheet has the size that was asked even when the picture is smaller: padding does not enlarge anything.</summary>
    private static RenderPlan Fill(Transform asked, SourceShape source, PixelSize sheet)
    {
        var picture = Inside(asked, source.Size, sheet.Width, sheet.Height);
        if (picture == sheet)
            return new RenderPlan { Scale = picture, Format = default };

        // What was opaque stays opaque.
        var background = asked.Background ?? (source.HasAlpha ? Rgba.Transparent : Rgba.White);
        var canvas = new Canvas(sheet, background, (sheet.Width - picture.Width) / 2, (sheet.Height - picture.Height) / 2);
        return new RenderPlan { Scale = picture, Canvas = canvas, Format = default };
    }

    /// <summary>An asked background shows through a transparent picture too. JPEG cannot be transparent: there the sheet is white.</summary>
    private static RenderPlan LayOnBackground(RenderPlan plan, Transform asked, SourceShape source)
    {
        if (plan.Canvas is { Background.Opaque: false } canvas && !plan.Format.CarriesAlpha())
            return plan with { Canvas = canvas with { Background = plan.Matte } };

        return plan.Canvas is null && source.HasAlpha && asked.Background is { Opaque: true } background
            ? plan with { Canvas = new Canvas(plan.OutputSize, background, 0, 0) }
            : plan;
    }
}
