namespace Madang.Client;

/// <summary>An image as the server knows it.</summary>
/// <param name="Id">Names it for good.</param>
/// <param name="Name">The file's name, made harmless.</param>
/// <param name="Type">The media type of the original, decided by its content.</param>
/// <param name="Width">In pixels, upright.</param>
/// <param name="Height">In pixels, upright.</param>
/// <param name="Frames">1, or more for an animation.</param>
/// <param name="Bytes">The length of the original.</param>
/// <param name="Digest">Of the original: <c>sha256:</c> and 64 hexadecimal digits.</param>
/// <param name="Status">An image is delivered in every state but <see cref="ImageStatus.Failed"/>.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="CacheSeconds">How long browsers and caches keep it.</param>
/// <param name="Sizes">Long edges that are prepared, in pixels.</param>
/// <param name="ThumbHash">A placeholder of about 25 bytes in base64, once ready.</param>
/// <param name="DominantColor"><c>#rrggbb</c>, once ready.</param>
/// <param name="CreatedAt">When it came.</param>
/// <param name="UpdatedAt">When something of it last changed.</param>
/// <param name="Urls">Where it is delivered, as the server says; <see cref="ImagesClient.Url"/> builds any other.</param>
public sealed record ImageResource(
    Guid Id,
    string Name,
    string Type,
    int Width,
    int Height,
    int Frames,
    long Bytes,
    string Digest,
    ImageStatus Status,
    ImageFailure? Failure,
    int CacheSeconds,
    IReadOnlyList<int> Sizes,
    string? ThumbHash,
    string? DominantColor,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    ImageUrls Urls);

/// <summary>How far an image is.</summary>
public enum ImageStatus
{
    /// <summary>Stored and delivered; its sizes and placeholder are being made.</summary>
    Processing,

    /// <summary>All that was asked for is prepared.</summary>
    Ready,

    /// <summary>Its pixels cannot be decoded.</summary>
    Failed,
}

/// <summary>Why an image could not be prepared.</summary>
/// <param name="Code">Stable, such as <c>image.corrupt</c>.</param>
/// <param name="Detail">A sentence.</param>
public sealed record ImageFailure(string Code, string Detail);

/// <summary>Where an image is delivered, signed by the server where signatures are needed.</summary>
/// <param name="View">Full size, in the best format that the browser takes.</param>
/// <param name="Download">In the original's type with its name, as an attachment.</param>
/// <param name="Iiif">The base of the IIIF Image API 3.0.</param>
/// <param name="Sizes">The prepared sizes by their long edge.</param>
/// <param name="Srcset">The prepared sizes for an <c>img</c>; null when none are.</param>
public sealed record ImageUrls(Uri View, Uri Download, Uri Iiif, IReadOnlyDictionary<int, Uri> Sizes, string? Srcset);

/// <summary>A page of images, newest first.</summary>
/// <param name="Items">The images.</param>
/// <param name="Next">Give it as <c>after</c> for the next page; null on the last.</param>
public sealed record ImagePage(IReadOnlyList<ImageResource> Items, string? Next);
