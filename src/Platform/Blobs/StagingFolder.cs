namespace Madang.Platform.Blobs;

/// <summary>
/// A process's own folder for files that are still being written: <c>{parent}/{id}/</c>, beside a lock file
/// <c>{parent}/{id}.lock</c> that the process holds as long as it lives. A lock file that can be locked belongs to a
/// process that was killed; what it left is swept when the next one starts. Other living processes are left alone.
/// </summary>
internal sealed class StagingFolder : IDisposable
{
    private readonly FileStream alive;
    private readonly string path;

    private StagingFolder(string path, FileStream alive) => (this.path, this.alive) = (path, alive);

    public static StagingFolder Open(string parent)
    {
        PrivateFiles.CreateFolder(parent);
        Sweep(parent);
        var own = Path.Join(parent, Guid.CreateVersion7().ToString("n"));
        var held = PrivateFiles.Create(own + ".lock");
        PrivateFiles.CreateFolder(own);
        return new StagingFolder(own, held);
    }

    /// <summary>A path for a new file, on the same file system as the parent.</summary>
    public string NewFile() => Path.Join(path, Guid.CreateVersion7().ToString("n"));

    /// <summary>Whether the folder is still there: not when its disk was unmounted or someone removed it.</summary>
    public bool Exists => Directory.Exists(path);

    public void Dispose()
    {
        alive.Dispose();
        try
        {
            Remove(path);
        }
        catch (IOException)
        {
            // The next start sweeps it.
        }
    }

    private static void Sweep(string parent)
    {
        foreach (var lockFile in Directory.EnumerateFiles(parent, "*.lock"))
        {
            try
            {
                new FileStream(lockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
                Remove(lockFile[..^".lock".Length]);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Its process lives, or it is another user's.
            }
        }
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        File.Delete(path + ".lock");
    }
}
