using Microsoft.Win32.SafeHandles;

namespace Madang.Images.Caching;

/// <summary>The files of the cache and nothing else: it decides nothing. Temporary files lie beside the finished ones, since only a rename within a disk is atomic.</summary>
internal sealed class CacheFolder
{
    private readonly string _root;
    private readonly string _temporary;

    /// <summary>Makes the folder and sweeps what a killed process left half written.</summary>
    public CacheFolder(string root)
    {
        _root = Path.GetFullPath(root);
        _temporary = Path.Combine(_root, "tmp");
        Directory.CreateDirectory(_temporary);
        foreach (var leftover in Directory.EnumerateFiles(_temporary))
            File.Delete(leftover);
    }

    public string Root => _root;

    /// <summary>A free path. The folder is made again if somebody removed it: a cache may be deleted at any time.</summary>
    public string NewTemporary(string extension)
    {
        Directory.CreateDirectory(_temporary);
        return Path.Combine(_temporary, $"{Guid.CreateVersion7():N}.{extension}");
    }

    /// <summary>The whole entries with their last use; broken ones are deleted on the way, files that are not ours left alone.</summary>
    public IEnumerable<(EntryName Name, DateTimeOffset LastUsed)> Scan()
    {
        foreach (var shard in new DirectoryInfo(_root).EnumerateDirectories())
        {
            foreach (var file in shard.EnumerateFiles())
            {
                if (EntryName.Parse(file.Name) is not { } name || name.Path != Path.Combine(shard.Name, file.Name))
                    continue;
                if (file.Length == name.Length)
                    yield return (name, new DateTimeOffset(file.LastWriteTimeUtc));
                else
                    file.Delete();
            }
        }
    }

    /// <summary>A whole file, or null: it vanished, or it was shortened behind our back.</summary>
    public SafeFileHandle? TryOpen(EntryName name)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = Open(Path.Combine(_root, name.Path));
            if (RandomAccess.GetLength(handle) == name.Length)
                return handle;
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            // A miss: the picture is made again.
        }

        handle?.Dispose();
        return null;
    }

    /// <summary>Others may rename and delete the file meanwhile: on Linux an open handle keeps reading what it opened.</summary>
    public static SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    public void Publish(string temporary, EntryName name, DateTimeOffset lastUsed)
    {
        var path = Path.Combine(_root, name.Path);
        File.SetLastWriteTimeUtc(temporary, lastUsed.UtcDateTime);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(temporary, path, overwrite: true);
    }

    public void Touch(EntryName name, DateTimeOffset lastUsed)
    {
        try
        {
            File.SetLastWriteTimeUtc(Path.Combine(_root, name.Path), lastUsed.UtcDateTime);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // Evicted meanwhile, or a disk that only reads: the time in memory still counts.
        }
    }

    public void Delete(EntryName name) => Discard(Path.Combine(_root, name.Path));

    /// <summary>Deletes if it is there. A file that cannot be deleted now is found again at the next start.</summary>
    public static void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception stuck) when (stuck is IOException or UnauthorizedAccessException)
        {
            // See above.
        }
    }
}
