namespace Madang.Images.Domain;

/// <summary>What the rules need to know of a source.</summary>
/// <param name="Size">Upright: after the EXIF orientation.</param>
/// <param name="HasAlpha">Whether a pixel may be transparent.</param>
/// <param name="Animated">Whether it has more than one frame.</param>
internal readonly record struct SourceShape(PixelSize Size, bool HasAlpha = false, bool Animated = false);
