using System.Buffers;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;

namespace Madang.Platform.Blobs;

/// <summary>
/// One put. What fits into a part goes as a single request; more goes in parts of 8 MiB, of which one is in memory, and
/// becomes visible when the last is in. A failed or cancelled upload is aborted, so that the bucket keeps no stray parts.
/// </summary>
internal sealed class S3Upload(S3Connection s3, string bucket, string key, string contentType, ILogger log)
{
    // S3 takes at most 10,000 parts: blobs of up to 78 GiB.
    internal const int PartSize = 8 * 1024 * 1024;

    private static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(5);

    public async Task<long> Run(Stream content, CancellationToken cancellationToken)
    {
        // One more than is left, to see the end without another read.
        var size = content.CanSeek ? (int)Math.Min(PartSize, Math.Max(0, content.Length - content.Position) + 1) : PartSize;
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var part = buffer.AsMemory(0, size);
            var first = await content.ReadAtLeastAsync(part, size, throwOnEndOfStream: false, cancellationToken);
            return first < size
                ? await PutWhole(buffer, first, cancellationToken)
                : await PutParts(content, buffer, size, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<long> PutWhole(byte[] buffer, int length, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream(buffer, 0, length, writable: false);
        var request = new PutObjectRequest
        {
            BucketName = bucket,
            Key = key,
            InputStream = body,
            AutoCloseStream = false,
            ContentType = contentType,
            UseChunkEncoding = false,
        };
        await s3.Send(length, (client, token) => client.PutObjectAsync(request, token), cancellationToken);
        return length;
    }

    private async Task<long> PutParts(Stream content, byte[] buffer, int filled, CancellationToken cancellationToken)
    {
        var started = await s3.Call(
            (client, token) => client.InitiateMultipartUploadAsync(
                new InitiateMultipartUploadRequest { BucketName = bucket, Key = key, ContentType = contentType }, token),
            cancellationToken);
        try
        {
            var parts = new List<PartETag>();
            var total = 0L;
            var part = buffer.AsMemory(0, filled);
            while (filled > 0)
            {
                parts.Add(await PutPart(started.UploadId, parts.Count + 1, buffer, filled, cancellationToken));
                total += filled;
                filled = await content.ReadAtLeastAsync(part, part.Length, throwOnEndOfStream: false, cancellationToken);
            }

            await Complete(started.UploadId, parts, cancellationToken);
            return total;
        }
        catch
        {
            await Abort(started.UploadId);
            throw;
        }
    }

    private async Task<PartETag> PutPart(string upload, int number, byte[] buffer, int length, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream(buffer, 0, length, writable: false);
        var request = new UploadPartRequest
        {
            BucketName = bucket,
            Key = key,
            UploadId = upload,
            PartNumber = number,
            PartSize = length,
            InputStream = body,
            UseChunkEncoding = false,
        };
        var done = await s3.Send(length, (client, token) => client.UploadPartAsync(request, token), cancellationToken);
        return new PartETag(number, done.ETag);
    }

    private async Task Complete(string upload, List<PartETag> parts, CancellationToken cancellationToken)
    {
        var request = new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = upload, PartETags = parts };

        // The service may assemble the parts before it answers.
        await s3.Send((long)parts.Count * PartSize, (client, token) => client.CompleteMultipartUploadAsync(request, token), cancellationToken);
    }

    private async Task Abort(string upload)
    {
        using var patience = new CancellationTokenSource(AbortPatience);
        try
        {
            await s3.Call(
                (client, token) => client.AbortMultipartUploadAsync(
                    new AbortMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = upload }, token),
                patience.Token);
        }
        catch (Exception fault) when (fault is BlobStoreUnavailableException or Amazon.S3.AmazonS3Exception or OperationCanceledException)
        {
            // Buckets in production carry a rule that removes incomplete uploads after some days.
            log.LogWarning(fault, "The unfinished upload {Upload} of {Key} could not be aborted", upload, key);
        }
    }
}
