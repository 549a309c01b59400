using Madang.Images.Caching;
using Madang.Images.Domain;
using Madang.Tests.Host;

namespace Madang.Tests.Images.Caching;

/// <summary>A cache in a folder of its own, on a clock and a disk that the test commands.</summary>
internal sealed class CacheFixture : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("madang-cache-");
    private readonly long _maxBytes;

    public CacheFixture(long maxBytes = 10_000)
    {
        _maxBytes = maxBytes;
        Open();
    }

    public static TimeSpan Hour { get; } = TimeSpan.FromHours(1);

    public ManualClock Clock { get; } = new();

    public long FreeBytes { get; set; } = 1_000_000;

    public VariantCache Cache { get; private set; } = null!;

    public string Folder => _folder.FullName;

    /// <summary>What a restart does: all memory is lost.</summary>
    public VariantCache Open() => Cache = new VariantCache(
        new CacheSettings { Folder = Folder, MaxBytes = _maxBytes, LowWater = 0.8, MinFreeBytes = 1000 },
        Clock,
        new Purges(Clock),
        freeSpace: _ => FreeBytes);

    public static VariantKey Key(int number, long version = 1, string variant = "1_10x10.webp") => new(new Guid(number, 0, 0, new byte[8]), version, variant);

    /// <summary>Bytes that tell which picture they are.</summary>
    public static byte[] Bytes(int number, int length) => [.. Enumerable.Range(0, length).Select(index => (byte)(index + number))];

    public Task<VariantFile> Add(VariantKey key, byte[] bytes, TimeSpan? lifetime = null) =>
        Cache.Add(key, OutputFormat.Webp, lifetime ?? Hour, (path, cancel) => File.WriteAllBytesAsync(path, bytes, cancel), default);

    public async Task Keep(VariantKey key, int length = 1000, TimeSpan? lifetime = null)
    {
        using var file = await Add(key, Bytes(key.Id.GetHashCode(), length), lifetime);
    }

    public bool Has(VariantKey key)
    {
        using var file = Cache.TryOpen(key);
        return file is not null;
    }

    public FileInfo[] Files => [.. _folder.EnumerateFiles("*", SearchOption.AllDirectories)];

    /// <summary>The index says what the folder holds, to the byte.</summary>
    public bool Agrees => Files.Length == Cache.Count && Files.Sum(file => file.Length) == Cache.Bytes;

    public void Dispose() => _folder.Delete(recursive: true);
}
