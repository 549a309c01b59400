using System.Runtime.InteropServices;

namespace Madang.Platform.Blobs;

/// <summary>Files and folders that only the user who runs us may enter, and that survive a power cut.</summary>
internal static partial class PrivateFiles
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static void CreateFolder(string path) => Directory.CreateDirectory(path, FolderMode);

    /// <summary>Creates a file, locked against other processes until it is closed.</summary>
    public static FileStream Create(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        Share = FileShare.None,
        BufferSize = 0,
        Options = FileOptions.Asynchronous,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    /// <summary>
    /// Makes the names in a folder durable: a file's own fsync does not cover the folder that lists it. Best effort,
    /// because not every file system lets a folder be synced.
    /// </summary>
    public static void SyncFolder(string path)
    {
        const int readOnly = 0;
        var descriptor = Open(path, readOnly);
        if (descriptor >= 0)
        {
            _ = Sync(descriptor);
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
