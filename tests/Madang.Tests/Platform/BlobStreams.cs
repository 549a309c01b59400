namespace Madang.Tests.Platform;

/// <summary>Bytes made up on the fly, forward only: a large upload that is never in memory.</summary>
internal class GeneratedStream(long length, int seed = 1) : Stream
{
    private static readonly byte[] Pattern = Enumerable.Range(0, 1_000_003).Select(number => (byte)((number * 31) + (number >> 8))).ToArray();

    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    /// <summary>Called before each read with the number of bytes given so far.</summary>
    public Func<long, Task> BeforeRead { get; init; } = _ => Task.CompletedTask;

    /// <summary>The bytes that a stream of this seed has from a position on: of no period that a part's length could hide.</summary>
    public static void Fill(Span<byte> bytes, long position, int seed = 1)
    {
        var pattern = Pattern.AsSpan();
        for (var start = (int)((position + (seed * 17L)) % pattern.Length); !bytes.IsEmpty; start = 0)
        {
            var count = Math.Min(bytes.Length, pattern.Length - start);
            pattern.Slice(start, count).CopyTo(bytes);
            bytes = bytes[count..];
        }
    }

    public static bool Matches(ReadOnlySpan<byte> bytes, long position, int seed = 1)
    {
        var expected = new byte[bytes.Length];
        Fill(expected, position, seed);
        return bytes.SequenceEqual(expected);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await BeforeRead(position).WaitAsync(cancellationToken);
        var count = (int)Math.Min(Math.Min(buffer.Length, 64 * 1024), length - position);
        Fill(buffer.Span[..count], position, seed);
        position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>A large upload that stops half-way until the test lets it go on.</summary>
internal sealed class HeldStream(long length, int seed)
{
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task HalfWay => reached.Task;

    public Stream Stream => new GeneratedStream(length, seed)
    {
        BeforeRead = position =>
        {
            if (position < length / 2)
            {
                return Task.CompletedTask;
            }

            reached.TrySetResult();
            return released.Task;
        },
    };

    public void GoOn() => released.SetResult();

    public void Break(Exception fault) => released.SetException(fault);
}
