namespace Madang.Platform.Blobs;

/// <summary>
/// Where large bytes live: a folder by default, an S3 bucket when configured (<c>Blobs:Store</c>). Both behave alike.
/// </summary>
/// <remarks>
/// A key is one to 512 characters of <c>[a-z0-9._-]</c> in segments parted by <c>/</c>, such as <c>images/0198c2/original</c>;
/// anything else, and <c>.</c> or <c>..</c> as a segment, is an <see cref="ArgumentException"/>: keys are made by
/// modules, never taken from a visitor. When the store cannot be reached or is full, every member throws
/// <see cref="BlobStoreUnavailableException"/>, and works again by itself once the store does.
/// </remarks>
public interface IBlobStore
{
    /// <summary>
    /// Writes <paramref name="content"/> to its end under <paramref name="key"/>, replacing what was there. The blob is
    /// seen whole or not at all: readers see the former blob until the last byte is safe, and when
    /// <paramref name="content"/> throws or the call is cancelled, nothing has changed.
    /// </summary>
    /// <param name="key">The blob's key.</param>
    /// <param name="content">Read from where it stands; need not be seekable, is never held whole in memory, is not closed.</param>
    /// <param name="contentType">The media type, kept by S3 for those who read the bucket directly.</param>
    /// <param name="cancellationToken">Gives up and leaves nothing behind.</param>
    /// <returns>The number of bytes written.</returns>
    Task<long> Put(string key, Stream content, string contentType, CancellationToken cancellationToken);

    /// <summary>Opens a blob, or a range of it, for reading once from start to end; null when there is none.</summary>
    /// <remarks>A range that lies wholly behind the end gives an empty content, whose total length is the blob's.</remarks>
    Task<BlobContent?> Open(string key, ByteRange? range, CancellationToken cancellationToken);

    /// <summary>
    /// Gives a local path for a decoder that needs a file: the blob's own file (never write to it), or a temporary copy
    /// that is deleted when the result is disposed. Null when there is no such blob.
    /// </summary>
    Task<BlobFile?> OpenFile(string key, CancellationToken cancellationToken);

    /// <summary>What is known about a blob without reading it; null when there is none.</summary>
    Task<BlobInfo?> Find(string key, CancellationToken cancellationToken);

    /// <summary>Deletes a blob. It is no error when there is none.</summary>
    Task Delete(string key, CancellationToken cancellationToken);

    /// <summary>Deletes every blob whose key starts with <paramref name="prefix"/>, which must not be empty.</summary>
    Task DeleteAll(string prefix, CancellationToken cancellationToken);

    /// <summary>Every blob whose key starts with <paramref name="prefix"/> (empty: all of them), in no particular order.</summary>
    IAsyncEnumerable<BlobInfo> List(string prefix, CancellationToken cancellationToken);
}
