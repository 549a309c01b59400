namespace Madang.Platform.Blobs;

/// <summary>
/// The body of an S3 answer. A connection that breaks or falls silent half-way is the store's outage, not the caller's
/// broken file: decoders must not take a short read for a truncated picture.
/// </summary>
internal sealed class S3Download(Stream body, IDisposable response, long length) : Stream
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private CancellationTokenSource patience = new();
    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await ReadWithin(buffer, cancellationToken);
        position += read;
        return read > 0 || buffer.IsEmpty || position == length
            ? read
            : throw new BlobStoreUnavailableException($"The S3 service sent {position} of {length} bytes.");
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            response.Dispose();
            patience.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<int> ReadWithin(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!patience.TryReset())
        {
            patience.Dispose();
            patience = new CancellationTokenSource();
        }

        patience.CancelAfter(Silence);
        await using var relayed = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), patience);
        try
        {
            return await body.ReadAsync(buffer, patience.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception fault) when (S3Fault.Of(fault, cancellationToken) is { } outage)
        {
            throw outage;
        }
    }
}
