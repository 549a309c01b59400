using Madang.Images.Domain;

namespace Madang.Images.Storage;

/// <summary>What the database knows of an image; immutable, so that nodes keep it in memory.</summary>
internal sealed record ImageRow
{
    public const string Processing = "processing";
    public const string Ready = "ready";
    public const string Failed = "failed";

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    /// <summary>The media type of the original, decided by its content.</summary>
    public required string Type { get; init; }

    /// <summary>Of one frame, upright.</summary>
    public required int Width { get; init; }

    public required int Height { get; init; }

    public required int Frames { get; init; }

    public required bool HasAlpha { get; init; }

    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the original.</summary>
    public required byte[] Digest { get; init; }

    public required int CacheSeconds { get; init; }

    /// <summary>Long edges that are prepared, in pixels.</summary>
    public required int[] Sizes { get; init; }

    public required string Status { get; init; }

    public string? FailureCode { get; init; }

    public string? FailureDetail { get; init; }

    /// <summary>Part of every cache key; a purge raises it.</summary>
    public long Version { get; init; } = 1;

    /// <summary>The mezzanine's blob key, once it is made.</summary>
    public string? Mezzanine { get; init; }

    public int? MezzanineWidth { get; init; }

    public byte[]? ThumbHash { get; init; }

    public string? DominantColor { get; init; }

    public required string CreatedBy { get; init; }

    public string? IdempotencyKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? RetainUntil { get; init; }

    /// <summary>Shown by the module that it belongs to, to those whom that lets in; unknown to everybody else.</summary>
    public bool IsPrivate { get; init; }

    public SourceShape Shape => new(new PixelSize(Width, Height), HasAlpha, Frames > 1);

    public string OriginalKey => Key(Id, "original");

    /// <summary>Everything of one image lies under one prefix, so that deleting it is one act.</summary>
    public static string Prefix(Guid id) => $"images/{id:N}/";

    public static string Key(Guid id, string part) => Prefix(id) + part;
}
