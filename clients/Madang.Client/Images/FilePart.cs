using System.Buffers;
using System.Net;

namespace Madang.Client;

/// <summary>The file in the form of an upload: copied through one buffer, told as it goes.</summary>
internal sealed class FilePart : HttpContent
{
    private const int BufferBytes = 64 * 1024;

    private readonly UploadSource _source;
    private readonly Action<long> _sent;
    private readonly Stream _stream;
    private bool _started;

    /// <param name="source">Opened now, so that a missing file is told before anything is sent.</param>
    /// <param name="sent">Told the bytes so far: 0 first, then after each buffer.</param>
    public FilePart(UploadSource source, Action<long> sent)
    {
        (_source, _sent) = (source, sent);
        _stream = Reading(source.Open);
        Length = _stream.CanSeek ? _stream.Length - _stream.Position : null;
    }

    /// <summary>In bytes; null when the stream does not say.</summary>
    public long? Length { get; }

    protected override bool TryComputeLength(out long length)
    {
        length = Length ?? 0;
        return Length is not null;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // A handler may send the same content again, after a redirect or on a fresh connection.
        if (_started && !_source.CanRepeat)
            throw new HttpRequestException("This upload's stream cannot be read a second time.");
        if (_started)
            _stream.Position = _stream.Length - Length!.Value;
        _started = true;

        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long sent = 0;
            int read;
            _sent(0);
            while ((read = await ReadAsync(buffer, cancellationToken)) > 0)
            {
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                sent += read;
                _sent(sent);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _source.Owned)
            _stream.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadAsync(byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            return await _stream.ReadAsync(buffer, cancellation);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw Unreadable(error);
        }
    }

    private static Stream Reading(Func<Stream> open)
    {
        try
        {
            return open();
        }
        catch (Exception error)
        {
            throw Unreadable(error);
        }
    }

    /// <summary>Not to be taken for a fault of the network, which is worth another attempt.</summary>
    private static MadangException Unreadable(Exception error) => new(MadangErrors.Unreadable, $"The file cannot be read: {error.Message}", inner: error);
}
