using System.Globalization;
using Madang.Images.Domain;

namespace Madang.Images.Caching;

/// <summary>
/// All that the cache must know of a file after a restart, in the file's name:
/// <c>{image}-{version}-{variant}-{content}-{bytes}-{seconds}.{format}</c>, numbers in hexadecimal. The last use is the file's mtime.
/// The length tells a whole file from one that a power cut or somebody's hand has shortened.
/// </summary>
/// <param name="Key">Which picture.</param>
/// <param name="Content">First 128 bits of the SHA-256 of the bytes: the strong ETag.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Lifetime">The image's caching time: the entry ends when it was not used for so long.</param>
/// <param name="Format">What the bytes are.</param>
internal sealed record EntryName(EntryKey Key, UInt128 Content, long Length, TimeSpan Lifetime, OutputFormat Format)
{
    /// <summary>For ever, as far as a cache is concerned; keeps the arithmetic of times from overflowing.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(36_500);

    public string ETag { get; } = $"\"{Content:x32}\"";

    /// <summary>Relative to the cache's folder. The first letters are a hash's, so that 256 folders share the files evenly.</summary>
    public string Path => System.IO.Path.Combine($"{Key.Variant:x32}"[..2], ToString());

    public override string ToString() =>
        $"{Key.Id:N}-{Key.Version:x}-{Key.Variant:x32}-{Content:x32}-{Length:x}-{(long)Lifetime.TotalSeconds:x}.{Format.Extension()}";

    /// <summary>Null when the file is none of ours.</summary>
    public static EntryName? Parse(string fileName)
    {
        var dot = fileName.LastIndexOf('.');
        var parts = dot < 0 ? [] : fileName[..dot].Split('-');
        return parts.Length == 6
            && Guid.TryParseExact(parts[0], "N", out var id)
            && Hex(parts[1], out long version)
            && Hex(parts[2], out UInt128 variant)
            && Hex(parts[3], out UInt128 content)
            && Hex(parts[4], out long length)
            && Hex(parts[5], out long seconds) && seconds <= (long)MaxLifetime.TotalSeconds
            && OutputFormats.FromExtension(fileName[(dot + 1)..]) is { } format
            ? new(new(id, version, variant), content, length, TimeSpan.FromSeconds(seconds), format)
            : null;
    }

    private static bool Hex<T>(string text, out T number) where T : struct, System.Numerics.INumber<T> =>
        T.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number) && number >= T.Zero;
}
