namespace Madang.Images.Imaging;

/// <summary>
/// What a picture may cost us, judged by its header alone. The pixels of all frames count:
/// a thousand small frames are as heavy as one huge picture.
/// </summary>
internal sealed record ImageLimits(long MaxBytes, long MaxPixels, int MaxSide, int MaxFrames)
{
    public static readonly ImageLimits Default = new(50 * 1024 * 1024, 50_000_000, 16_384, 500);

    /// <summary>The first limit that the picture breaks, or null.</summary>
    public ImagingException? Check(SourceInfo source)
    {
        if (source.Bytes > MaxBytes)
        {
            return new("image.too_large", $"The file has {source.Bytes} bytes; at most {MaxBytes} are taken.");
        }

        if (Math.Max(source.Width, source.Height) > MaxSide)
        {
            return new("image.too_large_side", $"The picture is {source.Size} pixels; a side may have at most {MaxSide}.");
        }

        if (source.Frames > MaxFrames)
        {
            return new("image.too_many_frames", $"The animation has {source.Frames} frames; at most {MaxFrames} are taken.");
        }

        return source.Pixels > MaxPixels
            ? new("image.too_many_pixels", $"The picture has {source.Pixels} pixels in all; at most {MaxPixels} are taken.")
            : null;
    }
}
