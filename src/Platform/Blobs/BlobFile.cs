namespace Madang.Platform.Blobs;

/// <summary>A blob as a local file, for decoders that read files. Dispose it when done: it may be a temporary copy.</summary>
public sealed class BlobFile : IAsyncDisposable
{
    private readonly bool temporary;

    internal BlobFile(string path, long length, bool temporary)
    {
        Path = path;
        Length = length;
        this.temporary = temporary;
    }

    /// <summary>The full path; read only.</summary>
    public string Path { get; }

    /// <summary>The length in bytes.</summary>
    public long Length { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (temporary)
        {
            File.Delete(Path);
        }

        return ValueTask.CompletedTask;
    }
}
