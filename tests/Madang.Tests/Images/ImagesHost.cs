using System.Diagnostics.Metrics;
using Madang.Images;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Tests.Images;

/// <summary>A host whose nodes share one store, as the nodes of one Madang do.</summary>
public class ImagesHost(TestDatabase database) : MadangHost(database)
{
    private readonly DirectoryInfo _blobs = Directory.CreateTempSubdirectory("madang-blobs-");

    /// <summary>The folder of the store.</summary>
    public string Blobs => _blobs.FullName;

    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Blobs:Folder", Blobs)];

    /// <summary>A program that may do everything with images.</summary>
    public Task<HttpClient> ShopAsync(Node? node = null) => (node ?? First).ProgramAsync(ImagesModule.Read, ImagesModule.Write);

    /// <summary>Everything that exists because of uploads: of a refused one nothing may.</summary>
    public async Task<Remains> RemainsAsync(Node? node = null) => new(
        await ScalarAsync<int>("select count(*) from images.image"),
        await ScalarAsync<int>("select count(*) from platform.work where kind like 'images.%' and kind <> 'images.retention'"),
        FilesIn(Blobs).Count,
        FilesIn((node ?? First).Folder).Count);

    /// <summary>What is stored of one image, by the end of its key.</summary>
    public IReadOnlyList<string> StoredOf(Guid id) => [.. FilesIn(Blobs).Where(path => path.Contains(id.ToString("N"), StringComparison.Ordinal) || path.Contains(id.ToString(), StringComparison.Ordinal))];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _blobs.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>All files below a folder, but for the locks by which living nodes tell theirs.</summary>
    public static IReadOnlyList<string> FilesIn(string folder) => !Directory.Exists(folder)
        ? []
        : [.. Directory.GetFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Where(path => !path.EndsWith(".lock", StringComparison.Ordinal))];
}

/// <summary>What uploads left: rows, jobs, stored files, and files in the node's own folder.</summary>
public sealed record Remains(int Rows, int Jobs, int Stored, int Files)
{
    public static readonly Remains Nothing = new(0, 0, 0, 0);
}

/// <summary>Counts what one node measures.</summary>
internal sealed class Counted : IDisposable
{
    private readonly MeterListener _listener = new();
    private int _count;

    private Counted(Node node, string instrument)
    {
        var meters = node.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (published, listener) =>
        {
            if (published.Name == instrument && ReferenceEquals(published.Meter.Scope, meters))
                listener.EnableMeasurementEvents(published);
        };
        _listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref _count));
        _listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref _count, (int)count));
        _listener.Start();
    }

    public int Count => Volatile.Read(ref _count);

    /// <summary>Pictures that the node made for requests.</summary>
    public static Counted Renderings(Node node) => new(node, "madang.images.renderings");

    /// <summary>Pictures that the node made and did not keep.</summary>
    public static Counted Uncached(Node node) => new(node, "madang.images.cache.uncached");

    public void Dispose() => _listener.Dispose();
}
