using Madang.Images.Domain;

namespace Madang.Images.Imaging;

/// <summary>A plan, and the file that its result is written to.</summary>
internal sealed record RenderOutput(RenderPlan Plan, string Path);

/// <summary>What a plan gave.</summary>
/// <param name="Size">Of one frame.</param>
/// <param name="Frames">1 for a still picture.</param>
/// <param name="Bytes">The length of the file.</param>
/// <param name="Format">The encoding.</param>
internal sealed record Rendering(PixelSize Size, int Frames, long Bytes, OutputFormat Format);
