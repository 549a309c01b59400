namespace Madang.Client;

/// <summary>
/// A picture to upload, and what shall be made of it: <c>ImageUpload.FromFile("photo.jpg") with { Sizes = [320, 640] }</c>. Nothing is
/// read before it is sent, and never more than a buffer of it is in memory.
/// </summary>
public sealed record ImageUpload
{
    private ImageUpload(string name, UploadSource source) => (Name, Source) = (name, source);

    /// <summary>The name that the image gets; the server makes it harmless. By default the file's.</summary>
    public string Name { get; init; }

    /// <summary>Long edges to prepare, in pixels. Any other size is made when it is first asked for.</summary>
    public IReadOnlyList<int> Sizes { get; init; } = [];

    /// <summary>How long browsers and caches may keep it; null leaves it to the server.</summary>
    public int? CacheSeconds { get; init; }

    /// <summary>
    /// Uploads of one file under the same key give one image. By default each upload gets a key of its own, which covers the attempts of this
    /// client; set one, such as your own id of the picture, to repeat safely after a restart of your program too. 1 to 200 ASCII letters.
    /// </summary>
    public string? IdempotencyKey
    {
        get;
        init => field = value is null || (value.Length is > 0 and <= 200 && value.All(letter => letter is >= ' ' and <= '~'))
            ? value
            : throw new ArgumentException("An idempotency key has 1 to 200 ASCII letters.", nameof(value));
    }

    internal UploadSource Source { get; }

    /// <summary>A file on disk, opened anew for every attempt.</summary>
    /// <param name="path">The file; it need not exist before it is sent.</param>
    public static ImageUpload FromFile(string path) =>
        new(Path.GetFileName(path), new(() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous | FileOptions.SequentialScan), CanRepeat: true, Owned: true));

    /// <summary>Bytes in memory.</summary>
    /// <param name="bytes">The file's content; do not change it meanwhile.</param>
    /// <param name="name">The image's name, such as <c>photo.jpg</c>.</param>
    public static ImageUpload FromBytes(byte[] bytes, string name) => new(name, new(() => new MemoryStream(bytes, writable: false), CanRepeat: true, Owned: true));

    /// <summary>
    /// A stream, from where it stands to its end. It stays yours to dispose. One that can seek is rewound for another attempt; any other is sent
    /// once, and an upload of it that breaks off is not repeated.
    /// </summary>
    /// <param name="stream">The file's content.</param>
    /// <param name="name">The image's name, such as <c>photo.jpg</c>.</param>
    public static ImageUpload FromStream(Stream stream, string name)
    {
        var start = stream.CanSeek ? stream.Position : 0;
        return new(name, new(Open, stream.CanSeek, Owned: false));

        Stream Open()
        {
            if (stream.CanSeek)
                stream.Position = start;
            return stream;
        }
    }
}

/// <summary>Where the bytes of an upload come from.</summary>
/// <param name="Open">Gives them from the start.</param>
/// <param name="CanRepeat">Whether it can more than once.</param>
/// <param name="Owned">Whether what it opens is to be disposed.</param>
internal sealed record UploadSource(Func<Stream> Open, bool CanRepeat, bool Owned);
