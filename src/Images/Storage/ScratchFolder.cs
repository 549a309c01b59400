using Madang.Platform.Data;
using Microsoft.Extensions.Hosting;

namespace Madang.Images.Storage;

/// <summary>This node's folder for files on their way: uploads that come in, pictures that a job makes. What a killed process left is swept at start.</summary>
internal sealed class ScratchFolder(DataFolder data) : IHostedLifecycleService
{
    private readonly string _path = data.Combine("images-scratch");

    /// <summary>A path that nobody else uses; whoever writes there deletes it.</summary>
    public string NewPath()
    {
        Directory.CreateDirectory(_path);
        return Path.Combine(_path, Guid.CreateVersion7().ToString("N"));
    }

    /// <summary>A folder for the files of one job, gone when disposed of.</summary>
    public Folder NewFolder() => new(Directory.CreateDirectory(NewPath()));

    /// <summary>Before anything starts: jobs that wait from before write here as soon as the workers run.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(_path))
            Directory.Delete(_path, recursive: true);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    internal sealed class Folder(DirectoryInfo folder) : IDisposable
    {
        public string NewPath() => Path.Combine(folder.FullName, Guid.CreateVersion7().ToString("N"));

        public void Dispose() => folder.Delete(recursive: true);
    }
}
