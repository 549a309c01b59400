using System.Buffers;

namespace Madang.Platform.Blobs;

/// <summary>
/// The backstop against keys that would leave the folder or mean different things to the two stores. Modules make keys
/// from ids; a key that fails here is a bug, so it throws.
/// </summary>
internal static class BlobKey
{
    private const int MaxLength = 512;

    // Leaves room for the mark of a folder within the 255 bytes of a file name.
    private const int MaxSegment = 200;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-/");

    public static string Checked(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        Check(key);
        return key;
    }

    /// <summary>A prefix is a key cut off anywhere, also right behind a slash.</summary>
    public static string CheckedPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.Length > 0)
        {
            Check(prefix.EndsWith('/') ? prefix[..^1] : prefix);
        }

        return prefix;
    }

    private static void Check(string key)
    {
        if (key.Length > MaxLength || key.AsSpan().ContainsAnyExcept(Allowed))
        {
            throw Refused();
        }

        foreach (var segment in key.AsSpan().Split('/'))
        {
            if (key.AsSpan(segment) is "" or "." or ".." or { Length: > MaxSegment })
            {
                throw Refused();
            }
        }
    }

    // The key itself stays out of the message: it may come from an attacker and go to a log.
    private static ArgumentException Refused() => new(
        $"Not a blob key. A key has 1 to {MaxLength} characters a-z, 0-9, '.', '_' and '-', in segments of at most {MaxSegment} parted by '/'.");
}
