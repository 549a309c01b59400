using Madang.Images.Domain;
using Madang.Images.Imaging.Native;

namespace Madang.Images.Imaging;

/// <summary>
/// Applies a plan to each frame by itself and puts the frames together again. Scaling the tall strip of all frames in one
/// go would let neighbouring frames bleed into each other at their edges.
/// </summary>
internal static class Animation
{
    public static VipsImage Compose(SourceFile source, RenderPlan plan, CancellationToken cancellation)
    {
        using var strip = source.Load(allFrames: true);
        var frames = new List<VipsImage>(source.Frames);
        try
        {
            for (var i = 0; i < source.Frames; i++)
            {
                // Worked out at once: hundreds of pipelines kept waiting would weigh far more than their small results.
                frames.Add(Finisher.Finish(Frame(strip, source, i, plan), plan, cancellation).ToMemory(cancellation));
            }

            var result = new VipsOperation("arrayjoin").Set("in", frames).Set("across", 1).Run().Own();
            result.SetInt("page-height", plan.OutputSize.Height);
            result.SetInts("delay", strip.Ints("delay"));
            result.SetInt("loop", strip.Int("loop") ?? 0);
            return result;
        }
        finally
        {
            frames.ForEach(frame => frame.Dispose());
        }
    }

    private static VipsImage Frame(VipsImage strip, SourceFile source, int index, RenderPlan plan)
    {
        var region = plan.Region ?? Scaler.Whole(source.Stored);
        var frame = new VipsOperation("extract_area")
            .Set("input", strip)
            .Set("left", region.X).Set("top", region.Y + (index * source.Stored.Height))
            .Set("width", region.Width).Set("height", region.Height)
            .Run();
        return Scaler.Resize(frame, plan.Scale);
    }
}
