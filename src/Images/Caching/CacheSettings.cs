namespace Madang.Images.Caching;

/// <summary>The disk cache's bounds.</summary>
internal sealed record CacheSettings
{
    public required string Folder { get; init; }

    /// <summary>The high-water mark: the files together never exceed it.</summary>
    public long MaxBytes { get; init; } = 10L << 30;

    /// <summary>When the mark would be passed, the least recently used go until this share of it is left: one sort serves many writes.</summary>
    public double LowWater { get; init; } = 0.9;

    /// <summary>With less room on the disk than this, nothing is added: the disk may be PostgreSQL's too.</summary>
    public long MinFreeBytes { get; init; } = 1L << 30;
}

/// <summary>Bytes that may still be written to the disk that holds a folder.</summary>
internal delegate long FreeSpace(string folder);
