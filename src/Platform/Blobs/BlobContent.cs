namespace Madang.Platform.Blobs;

/// <summary>An open blob or a range of one. Dispose it when done: it holds a file or a connection.</summary>
/// <param name="stream">The bytes asked for; forward only.</param>
/// <param name="offset">Where in the blob they start.</param>
/// <param name="length">How many bytes the stream gives.</param>
/// <param name="totalLength">How many bytes the whole blob has.</param>
public sealed class BlobContent(Stream stream, long offset, long length, long totalLength) : IAsyncDisposable, IDisposable
{
    /// <summary>The bytes asked for; forward only.</summary>
    public Stream Stream { get; } = stream;

    /// <summary>Where in the blob the stream starts.</summary>
    public long Offset { get; } = offset;

    /// <summary>How many bytes the stream gives; 0 when the range lies behind the end.</summary>
    public long Length { get; } = length;

    /// <summary>How many bytes the whole blob has.</summary>
    public long TotalLength { get; } = totalLength;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Stream.DisposeAsync();

    /// <inheritdoc/>
    public void Dispose() => Stream.Dispose();
}
