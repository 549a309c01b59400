using System.Buffers.Binary;

namespace Madang.Wallet.Storage;

/// <summary>
/// Version 7 UUIDs that grow within a millisecond too (RFC 9562, 6.2, method 1: the twelve bits after the time count), so that a member's history stands in the
/// order in which it happened.
/// </summary>
internal sealed class TransferIds(TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _last;

    public Guid Next()
    {
        var now = time.GetUtcNow();
        long stamp;
        lock (_gate)
            stamp = _last = Math.Max(now.ToUnixTimeMilliseconds() << 12, _last + 1);
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(now).TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes, (stamp >> 12 << 16) | 0x7000 | (stamp & 0xFFF));
        return new Guid(bytes, bigEndian: true);
    }
}
