using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Madang.Images.Caching;

/// <summary>A small picture in memory with the header values that go with it, made once and only copied to each answer.</summary>
internal sealed class HotFile(byte[] body, string etag, string contentType, string cacheControl, TimeSpan lifetime)
{
    public ReadOnlyMemory<byte> Body { get; } = body;

    /// <summary>As text, for comparing with If-None-Match.</summary>
    public string Tag { get; } = etag;

    public StringValues ETag { get; } = etag;

    public StringValues ContentType { get; } = contentType;

    public StringValues ContentLength { get; } = body.Length.ToString(CultureInfo.InvariantCulture);

    public StringValues CacheControl { get; } = cacheControl;

    /// <summary>The image's caching time: it ends when it was not used for so long.</summary>
    public TimeSpan Lifetime { get; } = lifetime;
}
