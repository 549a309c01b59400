namespace Madang.Platform.Blobs;

/// <summary>What an exception of the file system means to callers of the folder store.</summary>
internal static class FolderFault
{
    // .NET hands through the system's error number for what it has no own exception for.
    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;
    private const int QuotaExceededOnMac = 69;

    /// <summary>The outage that <paramref name="fault"/> is, or null when it is none.</summary>
    public static BlobStoreUnavailableException? Of(Exception fault) => fault switch
    {
        IOException { HResult: NoSpaceLeft or QuotaExceeded or QuotaExceededOnMac } =>
            new BlobStoreFullException("The disk of the blob folder is full.", fault),
        IOException or UnauthorizedAccessException =>
            new BlobStoreUnavailableException($"The blob folder cannot be used: {fault.Message}", fault),
        _ => null,
    };

    public static BlobStoreUnavailableException Gone(string root) =>
        new($"The blob folder {root} has disappeared. Is its disk mounted?");
}
