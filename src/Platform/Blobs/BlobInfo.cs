namespace Madang.Platform.Blobs;

/// <summary>A blob as a listing shows it.</summary>
/// <param name="Key">The blob's key.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="ModifiedAt">When it was last written, by the store's clock.</param>
public sealed record BlobInfo(string Key, long Length, DateTimeOffset ModifiedAt);
