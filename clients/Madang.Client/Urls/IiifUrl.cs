using System.Globalization;

namespace Madang.Client;

/// <summary>
/// The address of an image by the IIIF Image API 3.0 (https://iiif.io/api/image/3.0/): the whole picture as JPEG, unless you go on. Immutable:
/// every call gives another address.
/// </summary>
public sealed class IiifUrl : DeliveryUrl
{
    private readonly Guid _id;
    private readonly Parts? _parts;

    internal IiifUrl(UrlRoot root, Guid id)
        : this(root, id, new Parts(), null)
    {
    }

    private IiifUrl(UrlRoot root, Guid id, Parts? parts, Signature? signature)
        : base(root, signature) => (_id, _parts) = (id, parts);

    /// <summary>Where <c>info.json</c> is, which says what the image offers. Going on from it gives a picture again.</summary>
    public IiifUrl Info() => new(Root, _id, null, Signature);

    /// <summary>A part of the picture, in pixels of the upright original. What hangs over the edge is cut off.</summary>
    /// <param name="x">Left, from 0.</param>
    /// <param name="y">Top, from 0.</param>
    /// <param name="width">From 1.</param>
    /// <param name="height">From 1.</param>
    public IiifUrl Region(int x, int y, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(x);
        ArgumentOutOfRangeException.ThrowIfNegative(y);
        return With(parts => parts with { Region = string.Create(CultureInfo.InvariantCulture, $"{x},{y},{Side(width)},{Side(height)}") });
    }

    /// <summary>The largest square in the middle.</summary>
    public IiifUrl Square() => With(parts => parts with { Region = "square" });

    /// <summary>This wide, shape kept. Larger than the region is refused unless <see cref="Upscaled"/>.</summary>
    /// <param name="pixels">From 1.</param>
    public IiifUrl Width(int pixels) => With(parts => parts with { Size = $"{Side(pixels)}," });

    /// <summary>This high, shape kept.</summary>
    /// <param name="pixels">From 1.</param>
    public IiifUrl Height(int pixels) => With(parts => parts with { Size = $",{Side(pixels)}" });

    /// <summary>As large as goes into this box, shape kept. Never refused for its size.</summary>
    /// <param name="width">From 1.</param>
    /// <param name="height">From 1.</param>
    public IiifUrl Within(int width, int height) => With(parts => parts with { Size = $"!{Side(width)},{Side(height)}" });

    /// <summary>Exactly this size; the shape follows it.</summary>
    /// <param name="width">From 1.</param>
    /// <param name="height">From 1.</param>
    public IiifUrl Exactly(int width, int height) => With(parts => parts with { Size = $"{Side(width)},{Side(height)}" });

    /// <summary>Lets the answer be larger than the region.</summary>
    public IiifUrl Upscaled() => With(parts => parts with { Upscaled = true });

    /// <summary>Turned clockwise, after it was mirrored.</summary>
    /// <param name="degrees">0, 90, 180 or 270.</param>
    /// <param name="mirrored">Mirrors left and right first.</param>
    public IiifUrl Rotated(int degrees, bool mirrored = false) => degrees is 0 or 90 or 180 or 270
        ? With(parts => parts with { Rotation = (mirrored ? "!" : "") + degrees.ToString(CultureInfo.InvariantCulture) })
        : throw new ArgumentOutOfRangeException(nameof(degrees), degrees, "0, 90, 180 or 270.");

    /// <summary>In colour, gray, or black and white.</summary>
    /// <param name="quality">As the source by default.</param>
    public IiifUrl Quality(IiifQuality quality) => With(parts => parts with { Quality = Names.Of(quality) });

    /// <summary>In this format; IIIF knows no automatic one.</summary>
    /// <param name="format">JPEG by default.</param>
    public IiifUrl Format(ImageFormat format) => format is ImageFormat.Auto
        ? throw new ArgumentOutOfRangeException(nameof(format), format, "IIIF needs a format.")
        : With(parts => parts with { Format = Names.Of(format) });

    /// <summary>The same address, signed. What is changed later is signed as well.</summary>
    /// <param name="ends">When it stops to be valid, to the second; null is never.</param>
    /// <exception cref="InvalidOperationException">There is no <see cref="MadangOptions.SigningKey"/>.</exception>
    public IiifUrl Signed(DateTimeOffset? ends = null) => new(Root, _id, _parts, Root.Signing(ends));

    internal override string Path => $"/iiif/3/{_id}/{_parts?.ToString() ?? "info.json"}";

    private IiifUrl With(Func<Parts, Parts> change) => new(Root, _id, change(_parts ?? new()), Signature);

    private static string Side(int pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pixels, 1);
        return pixels.ToString(CultureInfo.InvariantCulture);
    }

    private sealed record Parts
    {
        public string Region { get; init; } = "full";

        public string Size { get; init; } = "max";

        public bool Upscaled { get; init; }

        public string Rotation { get; init; } = "0";

        public string Quality { get; init; } = "default";

        public string Format { get; init; } = "jpg";

        public override string ToString() => $"{Region}/{(Upscaled ? "^" : "")}{Size}/{Rotation}/{Quality}.{Format}";
    }
}
