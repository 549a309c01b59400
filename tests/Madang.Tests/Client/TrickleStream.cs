namespace Madang.Tests.Client;

/// <summary>A stream that can only be read forward, as from a socket, and perhaps breaks.</summary>
internal sealed class TrickleStream(byte[] bytes, int breaksAt = int.MaxValue) : MemoryStream(bytes)
{
    public bool Disposed { get; private set; }

    public override bool CanSeek => false;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Position >= breaksAt ? throw new IOException("the disk broke") : base.ReadAsync(buffer[..Math.Min(buffer.Length, 1000)], cancellationToken);

    protected override void Dispose(bool disposing)
    {
        Disposed = true;
        base.Dispose(disposing);
    }
}
