namespace Madang.Platform.Blobs;

/// <summary>
/// The blob store cannot be reached or refuses to work. Nothing was changed; the same call succeeds once the store is back.
/// </summary>
public class BlobStoreUnavailableException : Exception
{
    /// <summary>Says what the store answered, for the log.</summary>
    public BlobStoreUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>The blob store has no room left. Reading and deleting still work.</summary>
public sealed class BlobStoreFullException : BlobStoreUnavailableException
{
    /// <summary>Says what the store answered, for the log.</summary>
    public BlobStoreFullException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
