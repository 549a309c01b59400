namespace Madang.Client;

/// <summary>The formats that Madang delivers.</summary>
public enum ImageFormat
{
    /// <summary>What suits the browser best: AVIF, WebP, or what every browser knows.</summary>
    Auto,

    /// <summary>WebP.</summary>
    Webp,

    /// <summary>AVIF: the smallest.</summary>
    Avif,

    /// <summary>JPEG: transparency is laid on white.</summary>
    Jpeg,

    /// <summary>PNG.</summary>
    Png,

    /// <summary>GIF.</summary>
    Gif,
}

/// <summary>How a picture meets the box of width and height. With only one of them, that side decides.</summary>
public enum ImageFit
{
    /// <summary>Inside the box, shape kept.</summary>
    Clip,

    /// <summary>Fills the box, shape kept, what overhangs is cut.</summary>
    Crop,

    /// <summary>Inside the box, shape kept, laid on a sheet of exactly the box.</summary>
    Fill,

    /// <summary>As <see cref="Clip"/>, but never enlarged.</summary>
    Max,
}

/// <summary>Which part a crop keeps.</summary>
public enum ImageGravity
{
    /// <summary>The middle.</summary>
    Center,

    /// <summary>The upper edge.</summary>
    Top,

    /// <summary>The lower edge.</summary>
    Bottom,

    /// <summary>The left edge.</summary>
    Left,

    /// <summary>The right edge.</summary>
    Right,

    /// <summary>The corner.</summary>
    TopLeft,

    /// <summary>The corner.</summary>
    TopRight,

    /// <summary>The corner.</summary>
    BottomLeft,

    /// <summary>The corner.</summary>
    BottomRight,
}

/// <summary>The colours of a IIIF picture.</summary>
public enum IiifQuality
{
    /// <summary>As the source.</summary>
    Default,

    /// <summary>In colour.</summary>
    Color,

    /// <summary>In shades of gray.</summary>
    Gray,

    /// <summary>Black and white only.</summary>
    Bitonal,
}

/// <summary>What the enumerations are called in addresses.</summary>
internal static class Names
{
    public static string Of(ImageFormat format) => format switch
    {
        ImageFormat.Auto => "auto",
        ImageFormat.Webp => "webp",
        ImageFormat.Avif => "avif",
        ImageFormat.Jpeg => "jpg",
        ImageFormat.Png => "png",
        ImageFormat.Gif => "gif",
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    public static string Of(ImageFit fit) => fit switch
    {
        ImageFit.Clip => "clip",
        ImageFit.Crop => "crop",
        ImageFit.Fill => "fill",
        ImageFit.Max => "max",
        _ => throw new ArgumentOutOfRangeException(nameof(fit)),
    };

    public static string Of(ImageGravity gravity) => gravity switch
    {
        ImageGravity.Center => "center",
        ImageGravity.Top => "top",
        ImageGravity.Bottom => "bottom",
        ImageGravity.Left => "left",
        ImageGravity.Right => "right",
        ImageGravity.TopLeft => "top,left",
        ImageGravity.TopRight => "top,right",
        ImageGravity.BottomLeft => "bottom,left",
        ImageGravity.BottomRight => "bottom,right",
        _ => throw new ArgumentOutOfRangeException(nameof(gravity)),
    };

    public static string Of(IiifQuality quality) => quality switch
    {
        IiifQuality.Default => "default",
        IiifQuality.Color => "color",
        IiifQuality.Gray => "gray",
        IiifQuality.Bitonal => "bitonal",
        _ => throw new ArgumentOutOfRangeException(nameof(quality)),
    };
}
