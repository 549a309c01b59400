using System.Runtime.CompilerServices;

namespace Madang.Platform.Blobs;

/// <summary>
/// Blobs as files. A put writes to a staging file on the same file system, syncs it and renames it into place: readers
/// of the former file keep reading it, new ones find the new file, and a killed process leaves only what the next start sweeps.
/// </summary>
internal sealed class FolderBlobStore(string root) : IBlobStore, IBlobStoreProbe, IDisposable
{
    private const int CopyBlock = 128 * 1024;
    private const int MoveAttempts = 100;

    private readonly FolderLayout layout = new(root);
    private readonly Lock opening = new();
    private StagingFolder? staging;

    public async Task<long> Put(string key, Stream content, string contentType, CancellationToken cancellationToken)
    {
        var target = layout.PathOf(BlobKey.Checked(key));
        var staged = Working(() => Staging().NewFile());
        try
        {
            var file = Working(() => PrivateFiles.Create(staged));
            long length;
            await using (file)
            {
                length = await Write(content, file, cancellationToken);
                await OnOwnThread(() => file.Flush(flushToDisk: true));
            }

            await OnOwnThread(() => MoveInto(staged, target));
            return length;
        }
        catch
        {
            Discard(staged);
            throw;
        }
    }

    public Task<BlobContent?> Open(string key, ByteRange? range, CancellationToken cancellationToken)
    {
        var path = layout.PathOf(BlobKey.Checked(key));
        return Task.FromResult(IfThere(() =>
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.Asynchronous);
            var total = file.Length;
            var (offset, length) = range?.Within(total) ?? (0, total);
            file.Position = offset;
            return new BlobContent(length == total ? file : new StreamSlice(file, length), offset, length, total);
        }));
    }

    public async Task<BlobFile?> OpenFile(string key, CancellationToken cancellationToken) =>
        await Find(key, cancellationToken) is { } found ? new BlobFile(layout.PathOf(key), found.Length, temporary: false) : null;

    public Task<BlobInfo?> Find(string key, CancellationToken cancellationToken)
    {
        var file = new FileInfo(layout.PathOf(BlobKey.Checked(key)));
        return Task.FromResult(IfThere(() => Describe(key, file)));
    }

    public Task Delete(string key, CancellationToken cancellationToken)
    {
        var path = layout.PathOf(BlobKey.Checked(key));
        IfThere(() =>
        {
            File.Delete(path);
            RemoveEmptyFolders(Path.GetDirectoryName(path)!);
            return key;
        });
        return Task.CompletedTask;
    }

    public async Task DeleteAll(string prefix, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        await foreach (var blob in List(prefix, cancellationToken))
        {
            await Delete(blob.Key, cancellationToken);
        }
    }

    public async IAsyncEnumerable<BlobInfo> List(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Working(Staging);
        using var files = layout.Files(BlobKey.CheckedPrefix(prefix)).GetEnumerator();
        while (Working(files.MoveNext))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (key, file) = files.Current;
            if (IfThere(() => Describe(key, file)) is { } blob)
            {
                yield return blob;
            }
        }
    }

    public Task Probe(CancellationToken cancellationToken)
    {
        Working(() =>
        {
            var path = Staging().NewFile();
            PrivateFiles.Create(path).Dispose();
            File.Delete(path);
        });
        return Task.CompletedTask;
    }

    public void Dispose() => staging?.Dispose();

    private static BlobInfo Describe(string key, FileInfo file) => new(key, file.Length, new DateTimeOffset(file.LastWriteTimeUtc));

    // Reading is the caller's affair: only faults of writing are ours to translate.
    private static async Task<long> Write(Stream content, FileStream file, CancellationToken cancellationToken)
    {
        var block = new byte[CopyBlock];
        var length = 0L;
        while (await content.ReadAsync(block, cancellationToken) is > 0 and var read)
        {
            try
            {
                await file.WriteAsync(block.AsMemory(0, read), cancellationToken);
            }
            catch (Exception fault) when (FolderFault.Of(fault) is { } outage)
            {
                throw outage;
            }

            length += read;
        }

        return length;
    }

    // A busy disk takes seconds to sync. On threads of the pool, of which there are few, a handful of uploads would hold up all requests.
    private static Task OnOwnThread(Action action) =>
        Task.Factory.StartNew(() => Working(action), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Discard(string staged)
    {
        try
        {
            File.Delete(staged);
        }
        catch (Exception fault) when (FolderFault.Of(fault) is not null)
        {
            // The reason why the put failed matters more; the next start sweeps the file.
        }
    }

    private void MoveInto(string staged, string target)
    {
        var folder = Path.GetDirectoryName(target)!;
        for (var attempt = 0; ; attempt++)
        {
            var known = DeepestExisting(folder);
            try
            {
                PrivateFiles.CreateFolder(folder);
                File.Move(staged, target, overwrite: true);
            }
            catch (IOException gone) when (gone is FileNotFoundException or DirectoryNotFoundException && attempt < MoveAttempts && File.Exists(staged))
            {
                // A delete removed the folder in between, because it was empty.
                continue;
            }

            for (var changed = folder; changed.Length >= known.Length; changed = Path.GetDirectoryName(changed)!)
            {
                PrivateFiles.SyncFolder(changed);
            }

            return;
        }
    }

    private string DeepestExisting(string folder)
    {
        while (folder.Length > layout.Root.Length && !Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }

    private void RemoveEmptyFolders(string folder)
    {
        try
        {
            while (folder.Length > layout.Root.Length)
            {
                Directory.Delete(folder);
                folder = Path.GetDirectoryName(folder)!;
            }
        }
        catch (IOException)
        {
            // Not empty, or removed by someone else at the same moment.
        }
    }

    private StagingFolder Staging()
    {
        lock (opening)
        {
            staging ??= StagingFolder.Open(Path.Join(layout.Root, "~staging"));
        }

        // An empty mount point would otherwise look like a store whose blobs are all gone.
        return staging.Exists ? staging : throw FolderFault.Gone(layout.Root);
    }

    private T? IfThere<T>(Func<T> read)
        where T : class
    {
        Working(Staging);
        try
        {
            return Working(read);
        }
        catch (BlobStoreUnavailableException outage) when (outage.InnerException is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static void Working(Action action) => Working(() =>
    {
        action();
        return true;
    });

    private static T Working<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception fault) when (FolderFault.Of(fault) is { } outage)
        {
            throw outage;
        }
    }
}
