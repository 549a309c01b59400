using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;

namespace Madang.Platform.Blobs;

/// <summary>Blobs as objects of one S3 bucket, addressed by path so that any S3 service will do.</summary>
internal sealed class S3BlobStore(S3Options options, string scratch, ILogger<S3BlobStore> log) : IBlobStore, IBlobStoreProbe, IDisposable
{
    private const int DeletesAtOnce = 8;

    private readonly S3Connection s3 = new(options);
    private readonly Lazy<StagingFolder> copies = new(() => StagingFolder.Open(scratch), LazyThreadSafetyMode.PublicationOnly);

    public async Task<long> Put(string key, Stream content, string contentType, CancellationToken cancellationToken)
    {
        try
        {
            return await new S3Upload(s3, options.Bucket, BlobKey.Checked(key), contentType, log).Run(content, cancellationToken);
        }
        catch (AmazonS3Exception missing) when (missing.IsNoSuchBlob())
        {
            throw S3Fault.Of(missing, CancellationToken.None)!;
        }
    }

    public async Task<BlobContent?> Open(string key, ByteRange? range, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest { BucketName = options.Bucket, Key = BlobKey.Checked(key) };
        if (range is { } part)
        {
            request.ByteRange = new Amazon.S3.Model.ByteRange(part.ToString());
        }

        try
        {
            return await s3.Ask((client, token) => client.GetObjectAsync(request, token), cancellationToken) is { } found
                ? Content(found)
                : null;
        }
        catch (BlobStoreUnavailableException refused) when (refused.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable })
        {
            return await Find(key, cancellationToken) is { } blob ? new BlobContent(Stream.Null, blob.Length, 0, blob.Length) : null;
        }
    }

    public async Task<BlobFile?> OpenFile(string key, CancellationToken cancellationToken)
    {
        await using var content = await Open(key, range: null, cancellationToken);
        if (content is null)
        {
            return null;
        }

        var copy = new BlobFile(copies.Value.NewFile(), content.Length, temporary: true);
        try
        {
            await using var file = PrivateFiles.Create(copy.Path);
            await content.Stream.CopyToAsync(file, cancellationToken);
            return copy;
        }
        catch (Exception fault)
        {
            await copy.DisposeAsync();
            if (FolderFault.Of(fault) is { } outage)
            {
                throw outage;
            }

            throw;
        }
    }

    public async Task<BlobInfo?> Find(string key, CancellationToken cancellationToken)
    {
        var request = new GetObjectMetadataRequest { BucketName = options.Bucket, Key = BlobKey.Checked(key) };
        return await s3.Ask((client, token) => client.GetObjectMetadataAsync(request, token), cancellationToken) is { } found
            ? new BlobInfo(key, found.ContentLength, InUtc(found.LastModified))
            : null;
    }

    public Task Delete(string key, CancellationToken cancellationToken)
    {
        var request = new DeleteObjectRequest { BucketName = options.Bucket, Key = BlobKey.Checked(key) };
        return s3.Ask((client, token) => client.DeleteObjectAsync(request, token), cancellationToken);
    }

    // Not by DeleteObjects: services disagree about the checksum it must carry.
    public async Task DeleteAll(string prefix, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = DeletesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(List(prefix, cancellationToken), atOnce, async (blob, token) => await Delete(blob.Key, token));
    }

    public async IAsyncEnumerable<BlobInfo> List(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = options.Bucket, Prefix = BlobKey.CheckedPrefix(prefix) };
        ListObjectsV2Response page;
        do
        {
            page = await s3.Call((client, token) => client.ListObjectsV2Async(request, token), cancellationToken);
            foreach (var found in page.S3Objects ?? [])
            {
                yield return new BlobInfo(found.Key, found.Size ?? 0, InUtc(found.LastModified));
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    public Task Probe(CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = options.Bucket, MaxKeys = 1 };
        return s3.Call((client, token) => client.ListObjectsV2Async(request, token), cancellationToken);
    }

    public void Dispose()
    {
        s3.Dispose();
        if (copies.IsValueCreated)
        {
            copies.Value.Dispose();
        }
    }

    private static BlobContent Content(GetObjectResponse found)
    {
        var length = found.ContentLength;
        var whole = ContentRange(found.ContentRange) ?? (Offset: 0, Total: length);
        return new BlobContent(new S3Download(found.ResponseStream, found, length), whole.Offset, length, whole.Total);
    }

    private static (long Offset, long Total)? ContentRange(string? header) =>
        System.Net.Http.Headers.ContentRangeHeaderValue.TryParse(header, out var range) && range is { From: { } from, Length: { } total }
            ? (from, total)
            : null;

    private static DateTimeOffset InUtc(DateTime? time) => time is { } known ? new DateTimeOffset(known.ToUniversalTime()) : default;
}
