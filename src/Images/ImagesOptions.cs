using System.ComponentModel.DataAnnotations;

namespace Madang.Images;

/// <summary>Settings of the image module: the section <c>Images</c>. Every value has a default that suits a small server.</summary>
public sealed class ImagesOptions
{
    /// <summary>The largest file that is taken, in bytes. Default 50 MB.</summary>
    [Range(1024, 2_000_000_000)]
    public long MaxBytes { get; set; } = 50_000_000;

    /// <summary>The most pixels that a picture may have, all frames together, judged by its header. Default 50 megapixels.</summary>
    [Range(1, 1_000_000_000)]
    public long MaxPixels { get; set; } = 50_000_000;

    /// <summary>The longest side that is taken, in pixels. Default 16,384.</summary>
    [Range(1, 65_535)]
    public int MaxSide { get; set; } = 16_384;

    /// <summary>The most frames of an animation. Default 500.</summary>
    [Range(1, 10_000)]
    public int MaxFrames { get; set; } = 500;

    /// <summary>The most files in one batch. Default 200.</summary>
    [Range(1, 10_000)]
    public int MaxBatch { get; set; } = 200;

    /// <summary>The most sizes that one image may have prepared. Default 16.</summary>
    [Range(0, 100)]
    public int MaxSizes { get; set; } = 16;

    /// <summary>The caching time of an image whose upload names none, in seconds. Default 30 days.</summary>
    [Range(0, 31_536_000)]
    public int CacheSeconds { get; set; } = 30 * 24 * 3600;

    /// <summary>An image is deleted this many days after its upload; 0 keeps it until somebody deletes it.</summary>
    [Range(0, 36_500)]
    public int RetentionDays { get; set; }

    /// <summary>The formats in which asked sizes are prepared: webp, avif, jpg, png. Default webp.</summary>
    public string[] PreparedFormats { get; set; } = [];

    /// <summary>Where browsers reach this server, such as <c>https://img.example.com</c>; by default what the request says.</summary>
    public string? PublicAddress { get; set; }

    /// <summary>The most bytes of the disk cache of one node. Default 10 GB.</summary>
    [Range(0, long.MaxValue)]
    public long CacheBytes { get; set; } = 10_000_000_000;

    /// <summary>Below this many free bytes on its disk the cache takes nothing more. Default 1 GB.</summary>
    [Range(0, long.MaxValue)]
    public long CacheReserveBytes { get; set; } = 1_000_000_000;

    /// <summary>The most bytes of small files kept in memory. Default 64 MB.</summary>
    [Range(0, 100_000_000_000)]
    public long HotBytes { get; set; } = 64_000_000;

    /// <summary>Files up to this many bytes are kept in memory. Default 256 KB.</summary>
    [Range(0, 16_000_000)]
    public int HotFileBytes { get; set; } = 256 * 1024;

    /// <summary>The memory that all renderings of a node may take together, in bytes by estimate. Default 256 MB.</summary>
    [Range(1_000_000, long.MaxValue)]
    public long RenderBytes { get; set; } = 256_000_000;

    /// <summary>How many renderings may wait for their turn before more are refused with 503. Default 256.</summary>
    [Range(0, 100_000)]
    public int RenderQueue { get; set; } = 256;

    /// <summary>How many renderings run at a time; 0 for the number of cores.</summary>
    [Range(0, 1024)]
    public int RenderConcurrency { get; set; }

    /// <summary>True: delivery URLs need a signature.</summary>
    public bool RequireSignature { get; set; }

    /// <summary>True: an unsigned URL may only name a preset.</summary>
    public bool UnsignedPresetsOnly { get; set; }

    /// <summary>The secrets that sign URLs: the first signs, all are accepted. At least 16 bytes each.</summary>
    public string[] SigningKeys { get; set; } = [];

    /// <summary>Named transforms: <c>thumb</c> = <c>w=200&amp;h=200&amp;fit=crop</c> makes <c>?preset=thumb</c>.</summary>
    public Dictionary<string, string> Presets { get; set; } = [];
}
