using Amazon.Runtime;
using Amazon.S3;

namespace Madang.Platform.Blobs;

/// <summary>
/// The S3 client with our patience: a call that gets no answer fails within seconds, so that callers can say 503 while
/// their own clients still listen.
/// </summary>
internal sealed class S3Connection(S3Options options) : IDisposable
{
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(5);

    // A part in flight may take longer than an answer: half a megabyte a second is the slowest line we wait for.
    private const double SlowestBytesPerSecond = 512 * 1024;

    private readonly AmazonS3Client client = Create(options);

    public Task<T> Call<T>(Func<AmazonS3Client, CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        Send(0, call, cancellationToken);

    /// <summary>A call that carries <paramref name="bytes"/>.</summary>
    public async Task<T> Send<T>(long bytes, Func<AmazonS3Client, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Answer + TimeSpan.FromSeconds(bytes / SlowestBytesPerSecond));
        try
        {
            return await call(client, deadline.Token);
        }
        catch (AmazonS3Exception missing) when (missing.IsNoSuchBlob())
        {
            throw;
        }
        catch (Exception fault) when (S3Fault.Of(fault, cancellationToken) is { } outage)
        {
            throw outage;
        }
    }

    /// <summary>A call about a blob that may not exist; null when it does not.</summary>
    public async Task<T?> Ask<T>(Func<AmazonS3Client, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await Call(call, cancellationToken);
        }
        catch (AmazonS3Exception missing) when (missing.IsNoSuchBlob())
        {
            return null;
        }
    }

    public void Dispose() => client.Dispose();

    private static AmazonS3Client Create(S3Options options)
    {
        var config = new AmazonS3Config
        {
            ServiceURL = options.Endpoint,
            AuthenticationRegion = options.Region,
            ForcePathStyle = true,
            ConnectTimeout = TimeSpan.FromSeconds(2),
            Timeout = TimeSpan.FromSeconds(60),
            MaxErrorRetry = 1,
            ThrottleRetries = false,

            // Services other than Amazon's often know no trailing checksums; requests are signed with a digest anyway.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        return string.IsNullOrEmpty(options.AccessKey)
            ? new AmazonS3Client(config)
            : new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), config);
    }
}
