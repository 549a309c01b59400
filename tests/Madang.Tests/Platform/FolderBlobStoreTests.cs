using System.Diagnostics;
using Madang.Platform.Blobs;

namespace Madang.Tests.Platform;

public sealed class FolderBlobStoreTests : BlobStoreSuite
{
    private readonly string root = Directory.CreateTempSubdirectory("madang-blobs-").FullName;

    [Fact]
    public async Task Nobody_else_may_enter_the_folder()
    {
        await PutText("a/b", "x");
        var folders = Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories).Prepend(root).ToList();
        Assert.True(folders.Count > 1);
        Assert.All(folders, folder =>
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder)));
        await using var file = await Store.OpenFile("a/b", Cancel);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file!.Path));
    }

    [Fact]
    public void Many_ids_are_spread_over_folders()
    {
        var layout = new FolderLayout(root);
        var folders = Enumerable.Range(0, 10_000)
            .GroupBy(number => Path.GetDirectoryName(Path.GetDirectoryName(layout.PathOf($"img/0198c2d4-7b1e-7000-8000-{number:x12}/original"))))
            .Select(folder => folder.Count())
            .ToList();
        Assert.Equal(256, folders.Count);
        Assert.True(folders.Max() < 100, $"One folder holds {folders.Max()} of 10,000.");

        // The layout is what is on people's disks: it must never change.
        Assert.Equal(Path.Join(root, "img+/~ec/0198c2d4-7b1e-7000-8000-000000000001+/original"), layout.PathOf("img/0198c2d4-7b1e-7000-8000-000000000001/original"));
    }

    [Fact]
    public async Task Emptied_folders_are_removed()
    {
        await PutText("a/0198c2d4-7b1e-7000-8000-000000000001/b/c", "x");
        await Store.DeleteAll("a/", Cancel);
        Assert.Equal(["~staging"], Directory.EnumerateFileSystemEntries(root).Select(Path.GetFileName));
    }

    [Fact]
    public async Task What_a_killed_process_left_is_swept_but_not_what_a_living_one_writes()
    {
        var killed = Path.Join(root, "~staging", "killed");
        Directory.CreateDirectory(killed);
        await File.WriteAllTextAsync(killed + ".lock", "", Cancel);
        await File.WriteAllTextAsync(Path.Join(killed, "half"), "half a picture", Cancel);

        var held = new HeldStream(1_000_000, seed: 1);
        var put = Store.Put("living", held.Stream, "image/png", Cancel);
        await held.HalfWay;
        using (var next = new FolderBlobStore(root))
        {
            await next.Probe(Cancel);
        }

        Assert.False(Directory.Exists(killed) || File.Exists(killed + ".lock"));
        held.GoOn();
        Assert.Equal(1_000_000, await put);
    }

    [Fact]
    public async Task A_process_killed_in_the_middle_of_a_put_leaves_no_blob_and_the_next_start_sweeps()
    {
        // Stands for the killed process: holds the lock as a live one does, and dies without a word.
        var victim = Path.Join(root, "~staging", "victim");
        Directory.CreateDirectory(victim);
        await File.WriteAllTextAsync(Path.Join(victim, "half"), "half", Cancel);
        using var holder = Process.Start("/usr/bin/flock", ["--no-fork", victim + ".lock", "/bin/sleep", "60"]);
        while (!IsLocked(victim + ".lock"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        }

        using (var during = new FolderBlobStore(root))
        {
            await during.Probe(Cancel);
            Assert.True(Directory.Exists(victim));
        }

        holder.Kill();
        await holder.WaitForExitAsync(Cancel);
        using var after = new FolderBlobStore(root);
        await after.Probe(Cancel);
        Assert.False(Directory.Exists(victim));
        Assert.Empty(await Keys(""));
    }

    [Theory]
    [InlineData(28)]
    [InlineData(122)]
    public void A_full_disk_is_told_apart_from_other_faults(int error)
    {
        Assert.IsType<BlobStoreFullException>(FolderFault.Of(new IOException("No space left on device", error)));
        Assert.IsType<BlobStoreUnavailableException>(FolderFault.Of(new IOException("Input/output error", 5)));
        Assert.IsType<BlobStoreUnavailableException>(FolderFault.Of(new UnauthorizedAccessException()));
        Assert.Null(FolderFault.Of(new InvalidOperationException()));
    }

    private protected override Task<TestStore> Create(bool breakable)
    {
        var folder = breakable ? Path.Join(root, "own") : root;
        var store = new FolderBlobStore(folder);
        return Task.FromResult(new TestStore(store, CountUnfinished, Dispose)
        {
            // As when the disk is unmounted and an empty mount point stays.
            Break = () =>
            {
                Directory.Move(folder, folder + "-gone");
                Directory.CreateDirectory(folder);
                return Task.CompletedTask;
            },
            Mend = () =>
            {
                Directory.Delete(folder);
                Directory.Move(folder + "-gone", folder);
                return Task.CompletedTask;
            },
        });

        Task<int> CountUnfinished() =>
            Task.FromResult(Directory.EnumerateFiles(Path.Join(folder, "~staging"), "*", SearchOption.AllDirectories).Count(file => !file.EndsWith(".lock", StringComparison.Ordinal)));

        ValueTask Dispose()
        {
            store.Dispose();
            Directory.Delete(folder, recursive: true);
            return ValueTask.CompletedTask;
        }
    }

    private static bool IsLocked(string path)
    {
        try
        {
            new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
