using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Madang.Images.Caching;

/// <summary>Names one derived picture.</summary>
/// <param name="Id">The image.</param>
/// <param name="Version">Grows with each purge of the image, so that an old picture is never asked for again.</param>
/// <param name="Variant">What was made of it: <see cref="Domain.VariantName"/>.</param>
internal readonly record struct VariantKey(Guid Id, long Version, string Variant);

/// <summary>A <see cref="VariantKey"/> as a file name can carry it: the variant by the first 128 bits of its SHA-256.</summary>
internal readonly record struct EntryKey(Guid Id, long Version, UInt128 Variant)
{
    public static EntryKey Of(VariantKey key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key.Variant), hash);
        return new(key.Id, key.Version, BinaryPrimitives.ReadUInt128BigEndian(hash));
    }
}
