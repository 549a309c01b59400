namespace Madang.Platform.Blobs;

/// <summary>A store's own cheap test of whether it works.</summary>
internal interface IBlobStoreProbe
{
    /// <exception cref="BlobStoreUnavailableException">It does not.</exception>
    Task Probe(CancellationToken cancellationToken);
}
