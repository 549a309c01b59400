using Madang.Images.Domain;

namespace Madang.Images.Imaging;

/// <summary>What the header of a picture says. Nothing of it needed pixels to be decoded.</summary>
/// <param name="Format">By content.</param>
/// <param name="Width">Of one frame, upright.</param>
/// <param name="Height">Of one frame, upright.</param>
/// <param name="Orientation">How the stored pixels must be turned to be upright.</param>
/// <param name="HasAlpha">It has an alpha channel (which may be opaque throughout).</param>
/// <param name="Frames">1, or more for an animation.</param>
/// <param name="Interlaced">A progressive JPEG or an interlaced PNG: decoding holds the whole picture.</param>
/// <param name="HasProfile">It carries an ICC profile.</param>
/// <param name="BytesPerPixel">Of the decoded picture: 3 for 8-bit RGB, 8 for 16-bit RGBA.</param>
/// <param name="Bytes">The length of the file.</param>
internal sealed record SourceInfo(
    SourceFormat Format,
    int Width,
    int Height,
    Orientation Orientation,
    bool HasAlpha,
    int Frames,
    bool Interlaced,
    bool HasProfile,
    int BytesPerPixel,
    long Bytes)
{
    public PixelSize Size => new(Width, Height);

    public bool IsAnimated => Frames > 1;

    /// <summary>Of all frames.</summary>
    public long Pixels => Size.Pixels * Frames;
}
