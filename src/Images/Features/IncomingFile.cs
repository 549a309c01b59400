using System.Security.Cryptography;
using Madang.Images.Storage;
using Madang.Platform.Web;

namespace Madang.Images.Features;

/// <summary>A file that somebody is sending, on this node's disk until it is taken or refused. Disposing it leaves nothing behind.</summary>
internal sealed class IncomingFile : IAsyncDisposable
{
    private IncomingFile(string path, long bytes, byte[] digest) => (Path, Bytes, Digest) = (path, bytes, digest);

    public string Path { get; }

    public long Bytes { get; }

    /// <summary>SHA-256, computed while it came in.</summary>
    public byte[] Digest { get; }

    /// <summary>Writes a stream to disk as it comes; never more than a buffer of it is in memory.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="content">The file's bytes.</param>
    /// <param name="mostBytes">Refuses a file that is larger as soon as it is.</param>
    /// <param name="received">Told the bytes so far, now and then.</param>
    /// <param name="cancellation">Gives up and leaves nothing.</param>
    public static async Task<Result<IncomingFile>> ReceiveAsync(
        ScratchFolder folder, Stream content, long mostBytes, Action<long>? received, CancellationToken cancellation)
    {
        var path = folder.NewPath();
        var kept = false;
        try
        {
            await using var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                Options = FileOptions.Asynchronous,
            });
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(128 * 1024);
            try
            {
                long bytes = 0;
                int read;
                while ((read = await UploadForm.ReadAsync(() => content.ReadAsync(buffer, cancellation).AsTask())) > 0)
                {
                    bytes += read;
                    if (bytes > mostBytes)
                        return TooLarge(mostBytes);
                    digest.AppendData(buffer, 0, read);
                    await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
                    received?.Invoke(bytes);
                }
                kept = true;
                return new IncomingFile(path, bytes, digest.GetHashAndReset());
            }
            finally
            {
                System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        finally
        {
            if (!kept)
                File.Delete(path);
        }
    }

    public ValueTask DisposeAsync()
    {
        File.Delete(Path);
        return ValueTask.CompletedTask;
    }

    private static Failure TooLarge(long limit) =>
        new("image.too_large", $"A picture may have at most {limit} bytes.", 413) { Extra = new Dictionary<string, object?> { ["maxBytes"] = limit } };
}
