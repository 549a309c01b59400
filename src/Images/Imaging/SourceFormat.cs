namespace Madang.Images.Imaging;

/// <summary>What we take in.</summary>
internal enum SourceFormat
{
    Jpeg,
    Png,
    Webp,
    Avif,
    Heic,
    Gif,
    Tiff,
}

internal static class SourceFormats
{
    public static string MediaType(this SourceFormat format) => format switch
    {
        SourceFormat.Jpeg => "image/jpeg",
        SourceFormat.Png => "image/png",
        SourceFormat.Webp => "image/webp",
        SourceFormat.Avif => "image/avif",
        SourceFormat.Heic => "image/heic",
        SourceFormat.Gif => "image/gif",
        _ => "image/tiff",
    };

    /// <summary>The usual file extension, without a dot.</summary>
    public static string Extension(this SourceFormat format) => format switch
    {
        SourceFormat.Jpeg => "jpg",
        SourceFormat.Png => "png",
        SourceFormat.Webp => "webp",
        SourceFormat.Avif => "avif",
        SourceFormat.Heic => "heic",
        SourceFormat.Gif => "gif",
        _ => "tiff",
    };

    /// <summary>More than one page of this format is an animation (of the others, a page is a page).</summary>
    public static bool CanAnimate(this SourceFormat format) => format is SourceFormat.Gif or SourceFormat.Webp;
}
