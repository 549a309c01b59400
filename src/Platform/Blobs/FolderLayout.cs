namespace Madang.Platform.Blobs;

/// <summary>
/// Where a key lies in the folder: <c>images/0198c2d4-.../original</c> at <c>images+/~a7/0198c2d4-...+/original</c>.
/// Folders end in <c>+</c>, which no key contains, so that <c>a</c> and <c>a/b</c> can both be blobs as they can in S3.
/// Segments long enough to be ids or digests are spread over 256 folders (<c>~00</c> to <c>~ff</c>), so that a million
/// images are a few thousand entries a folder, not a million.
/// </summary>
internal sealed class FolderLayout(string root)
{
    private const int LongSegment = 16;

    public string Root { get; } = Path.GetFullPath(root);

    public string PathOf(string key)
    {
        var segments = key.Split('/');
        var folder = segments[..^1].Aggregate(Root, (path, segment) => Path.Join(path, Shard(segment), segment + '+'));
        return Path.Join(folder, Shard(segments[^1]), segments[^1]);
    }

    /// <summary>The files whose keys start with <paramref name="prefix"/>, with their keys.</summary>
    public IEnumerable<(string Key, FileInfo File)> Files(string prefix)
    {
        var slash = prefix.LastIndexOf('/');
        var parent = prefix[..(slash + 1)];
        var folder = parent == "" ? Root : Path.Join(Path.GetDirectoryName(PathOf(parent + "x")));
        return Below(new DirectoryInfo(folder), parent, prefix[(slash + 1)..]);
    }

    private static IEnumerable<(string Key, FileInfo File)> Below(DirectoryInfo folder, string parent, string start)
    {
        foreach (var entry in Entries(folder))
        {
            var below = entry switch
            {
                FileInfo file when file.Name.StartsWith(start, StringComparison.Ordinal) => [(parent + file.Name, file)],
                DirectoryInfo { Name: [.. var name, '+'] } child when name.StartsWith(start, StringComparison.Ordinal) =>
                    Below(child, parent + name + '/', ""),
                DirectoryInfo { Name: ['~', _, _] } shard => Below(shard, parent, start),
                _ => Enumerable.Empty<(string, FileInfo)>(),
            };
            foreach (var found in below)
            {
                yield return found;
            }
        }
    }

    // A folder that vanishes while we walk was emptied by a delete.
    private static IEnumerable<FileSystemInfo> Entries(DirectoryInfo folder)
    {
        try
        {
            return folder.EnumerateFileSystemInfos();
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static string Shard(string segment)
    {
        if (segment.Length <= LongSegment)
        {
            return "";
        }

        // FNV-1a, folded to a byte: part of the format on disk, so not a hash that a runtime may change.
        var hash = segment.Aggregate(2166136261u, (hash, character) => unchecked((hash ^ character) * 16777619u));
        return $"~{(byte)(hash ^ (hash >> 8) ^ (hash >> 16) ^ (hash >> 24)):x2}";
    }
}
