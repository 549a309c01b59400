namespace Madang.Client;

/// <summary>A picture on its way here. Dispose it to free the connection.</summary>
public sealed class ImageDownload : IDisposable
{
    private readonly HttpResponseMessage _response;

    private ImageDownload(HttpResponseMessage response, Stream content) => (_response, Content) = (response, content);

    /// <summary>The bytes, as they come; to be read once.</summary>
    public Stream Content { get; }

    /// <summary>The media type, such as <c>image/webp</c>.</summary>
    public string Type => _response.Content.Headers.ContentType?.MediaType ?? "application/octet-stream";

    /// <summary>The file's name; null for a view, which has none. It comes from whoever uploaded the file: take <see cref="Path.GetFileName(string)"/> of it before you write to disk.</summary>
    public string? Name => _response.Content.Headers.ContentDisposition is { } disposition ? disposition.FileNameStar ?? disposition.FileName?.Trim('"') : null;

    /// <summary>The length in bytes; null when the server does not say.</summary>
    public long? Bytes => _response.Content.Headers.ContentLength;

    /// <summary>How long it may be kept; null when it may not.</summary>
    public TimeSpan? CacheFor => _response.Headers.CacheControl is { NoStore: false, NoCache: false, MaxAge: { } age } ? age : null;

    /// <summary>Tells versions of the content apart, with its quotes; null when the server does not.</summary>
    public string? ETag => _response.Headers.ETag?.ToString();

    internal static async Task<ImageDownload> ReadAsync(HttpResponseMessage response, CancellationToken cancellation) =>
        new(response, await response.Content.ReadAsStreamAsync(cancellation));

    /// <inheritdoc/>
    public void Dispose() => _response.Dispose();
}
