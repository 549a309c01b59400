namespace Madang.Images;

/// <summary>An image as the API shows it.</summary>
/// <param name="Id">Names it for good.</param>
/// <param name="Name">The file's name, made harmless.</param>
/// <param name="Type">The media type of the original, decided by its content.</param>
/// <param name="Width">In pixels, upright.</param>
/// <param name="Height">In pixels, upright.</param>
/// <param name="Frames">1, or more for an animation.</param>
/// <param name="Bytes">The length of the original.</param>
/// <param name="Digest">Of the original: <c>sha256:</c> and 64 hexadecimal digits.</param>
/// <param name="Status"><c>processing</c>, <c>ready</c> or <c>failed</c>. An image is delivered in every state but <c>failed</c>.</param>
/// <param name="Failure">Why it failed: a stable code and a sentence.</param>
/// <param name="CacheSeconds">How long browsers and caches keep it.</param>
/// <param name="Sizes">Long edges that are prepared, in pixels.</param>
/// <param name="ThumbHash">A placeholder of about 25 bytes in base64, once ready.</param>
/// <param name="DominantColor"><c>#rrggbb</c>, once ready.</param>
/// <param name="CreatedAt">When it came.</param>
/// <param name="UpdatedAt">When something of it last changed.</param>
/// <param name="Urls">Where it is delivered.</param>
public sealed record ImageResource(
    Guid Id,
    string Name,
    string Type,
    int Width,
    int Height,
    int Frames,
    long Bytes,
    string Digest,
    string Status,
    ImageFailure? Failure,
    int CacheSeconds,
    IReadOnlyList<int> Sizes,
    string? ThumbHash,
    string? DominantColor,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    ImageUrls Urls);

/// <summary>Why an image could not be prepared.</summary>
/// <param name="Code">Stable, such as <c>image.corrupt</c>.</param>
/// <param name="Detail">A sentence.</param>
public sealed record ImageFailure(string Code, string Detail);

/// <summary>Where an image is delivered.</summary>
/// <param name="View">Any size and format: add <c>?w=</c>, <c>fm=</c> and so on.</param>
/// <param name="Download">In the original's type with its name, as an attachment.</param>
/// <param name="Iiif">The base of the IIIF Image API 3.0.</param>
/// <param name="Sizes">The prepared sizes by their long edge.</param>
/// <param name="Srcset">The prepared sizes for an <c>img</c>; null when none are.</param>
public sealed record ImageUrls(string View, string Download, string Iiif, IReadOnlyDictionary<string, string> Sizes, string? Srcset);

/// <summary>A page of images, newest first.</summary>
/// <param name="Items">The images.</param>
/// <param name="Next">Give it as <c>after</c> for the next page; null on the last.</param>
public sealed record ImagePage(IReadOnlyList<ImageResource> Items, string? Next);

/// <summary>The status of an image.</summary>
/// <param name="Status"><c>processing</c>, <c>ready</c> or <c>failed</c>.</param>
/// <param name="FailureCode">Why it failed.</param>
/// <param name="FailureDetail">A sentence about it.</param>
/// <param name="ThumbHash">A placeholder in base64, once ready.</param>
/// <param name="DominantColor"><c>#rrggbb</c>, once ready.</param>
public sealed record ImageStatus(string Status, string? FailureCode, string? FailureDetail, string? ThumbHash, string? DominantColor);
