using Madang.Images.Domain;
using Madang.Images.Imaging.Native;

namespace Madang.Images.Imaging;

/// <summary>Makes one picture from another, as a plan says. Blocks its thread: pixels are work, not waiting.</summary>
internal static class Renderer
{
    /// <summary>Writes the result to a new file; on failure no usable file is left for the caller to find under this path.</summary>
    /// <exception cref="ImagingException">The source is broken, or the plan asks for what cannot be.</exception>
    /// <exception cref="IOException">The result could not be written (disk full).</exception>
    public static Rendering Render(string sourcePath, RenderPlan plan, string outputPath, CancellationToken cancellation)
    {
        using var output = File.Create(outputPath);
        return Render(sourcePath, plan, output, cancellation);
    }

    /// <summary>Writes the result to a stream that can seek.</summary>
    public static Rendering Render(string sourcePath, RenderPlan plan, Stream output, CancellationToken cancellation)
    {
        CheckOutput(plan);
        cancellation.ThrowIfCancellationRequested();
        var source = SourceFile.Open(sourcePath);
        return source.Decoding(cancellation, () =>
            IsAnimation(source, plan)
                ? RenderAnimation(source, plan, output, cancellation)
                : RenderStill(Scaler.Scale(source, plan.Region, plan.Scale, cancellation), plan, output, cancellation));
    }

    /// <summary>
    /// Several pictures of one source for the price of one decode: the largest is scaled from the file, the others from it.
    /// </summary>
    /// <returns>In the order of the outputs.</returns>
    public static IReadOnlyList<Rendering> RenderMany(
        string sourcePath, IReadOnlyList<RenderOutput> outputs, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var source = SourceFile.Open(sourcePath);
        return source.Decoding(cancellation, () =>
        {
            using var whole = new ScaledSizes(source, null);
            return RenderMany(source, whole, outputs, cancellation);
        });
    }

    /// <summary>The same, where some sizes of the whole picture may have been made already.</summary>
    internal static IReadOnlyList<Rendering> RenderMany(
        SourceFile source, ScaledSizes whole, IReadOnlyList<RenderOutput> outputs, CancellationToken cancellation)
    {
        foreach (var (plan, _) in outputs)
        {
            CheckOutput(plan);
        }

        var renderings = new Rendering[outputs.Count];
        foreach (var sameRegion in Enumerable.Range(0, outputs.Count).GroupBy(i => outputs[i].Plan.Region))
        {
            using var part = sameRegion.Key is { } region ? new ScaledSizes(source, region) : null;
            foreach (var i in sameRegion.OrderByDescending(i => outputs[i].Plan.Scale.Pixels))
            {
                var (plan, path) = outputs[i];
                using var output = File.Create(path);
                renderings[i] = IsAnimation(source, plan)
                    ? RenderAnimation(source, plan, output, cancellation)
                    : RenderStill((part ?? whole).Scale(plan.Scale, cancellation), plan, output, cancellation);
            }
        }

        return renderings;
    }

    private static bool IsAnimation(SourceFile source, RenderPlan plan) =>
        plan.Animated && plan.Format.CarriesFrames() && source.Frames > 1;

    private static Rendering RenderStill(VipsImage scaled, RenderPlan plan, Stream output, CancellationToken cancellation)
    {
        using var image = Finisher.Finish(scaled, plan, cancellation);
        return Save(image, plan, 1, output, cancellation);
    }

    private static Rendering RenderAnimation(SourceFile source, RenderPlan plan, Stream output, CancellationToken cancellation)
    {
        using var image = Animation.Compose(source, plan, cancellation);
        return Save(image, plan, source.Frames, output, cancellation);
    }

    private static Rendering Save(VipsImage image, RenderPlan plan, int frames, Stream output, CancellationToken cancellation)
    {
        Encoder.Save(image, plan, output, cancellation);
        return new Rendering(plan.OutputSize, frames, output.Length, plan.Format);
    }

    private static void CheckOutput(RenderPlan plan)
    {
        var (width, height) = plan.OutputSize;
        if (Math.Max(width, height) > MaxSide(plan.Format))
        {
            throw new ImagingException(
                ImagingException.OutputTooLarge, $"{plan.Format} holds at most {MaxSide(plan.Format)} pixels a side, not {plan.OutputSize}.");
        }
    }

    /// <summary>The longest side that the format (or its encoder) can hold.</summary>
    private static int MaxSide(OutputFormat format) => format switch
    {
        OutputFormat.Webp => 16_383,
        OutputFormat.Avif => 16_384,
        OutputFormat.Png => 1_000_000,
        _ => 65_535,
    };
}
