using System.Net;
using Amazon.Runtime;
using Amazon.S3;

namespace Madang.Platform.Blobs;

/// <summary>What an exception of the S3 client means to callers of the store.</summary>
internal static class S3Fault
{
    /// <summary>The outage that <paramref name="fault"/> is, or null when it is none (a bug, or the caller's cancellation).</summary>
    public static BlobStoreUnavailableException? Of(Exception fault, CancellationToken callers) => fault switch
    {
        OperationCanceledException when callers.IsCancellationRequested => null,
        OperationCanceledException or TimeoutException =>
            new BlobStoreUnavailableException("The S3 service did not answer in time.", fault),
        AmazonS3Exception { StatusCode: HttpStatusCode.InsufficientStorage } or AmazonS3Exception { ErrorCode: "QuotaExceeded" or "XMinioStorageFull" } =>
            new BlobStoreFullException("The S3 service has no room left.", fault),
        AmazonS3Exception refused =>
            new BlobStoreUnavailableException($"The S3 service answered {(int)refused.StatusCode} {refused.ErrorCode}: {refused.Message}", fault),
        AmazonServiceException or AmazonClientException or HttpRequestException or IOException =>
            new BlobStoreUnavailableException($"The S3 service cannot be reached: {fault.Message}", fault),
        _ => null,
    };

    public static bool IsNoSuchBlob(this AmazonS3Exception fault) =>
        fault.StatusCode == HttpStatusCode.NotFound && fault.ErrorCode != "NoSuchBucket";
}
