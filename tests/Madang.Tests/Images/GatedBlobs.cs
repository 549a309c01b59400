using Madang.Platform.Blobs;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Tests.Images;

/// <summary>
/// The node's own store behind a gate that a test may shut: whoever opens a source then waits there, so that a test may say
/// what happens while a picture is in the making, without guessing at times.
/// </summary>
internal sealed class GatedBlobs : IBlobStore, IDisposable
{
    private IBlobStore? _store;
    private TaskCompletionSource _gate = Opened();
    private int _waiting;
    private int _passed;

    /// <summary>How many stand before the gate.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>What a put meets instead of the store; null: the store.</summary>
    public Func<Exception>? PutFails { get; set; }

    /// <summary>What happens just before a put, by its key.</summary>
    public Func<string, Task>? BeforePut { get; set; }

    /// <summary>How many have opened a source.</summary>
    public int Passed => Volatile.Read(ref _passed);

    private IBlobStore Store => _store!;

    /// <summary>Puts the gate before the store of a node: give it to <see cref="MadangHost.NodeAsync"/>.</summary>
    public void Guard(IServiceCollection services)
    {
        var real = services.Last(service => service.ServiceType == typeof(IBlobStore));
        services.Remove(real);
        services.AddSingleton<IBlobStore>(provider =>
        {
            _store = (IBlobStore)real.ImplementationFactory!(provider);
            return this;
        });
    }

    public void Shut() => _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => _gate.TrySetResult();

    /// <summary>Those who wait, and all who come, meet an outage.</summary>
    public void Break()
    {
        // An open gate has let everybody through: it takes a new one to stop those who come.
        var (before, broken) = (_gate, new TaskCompletionSource());
        broken.SetException(new BlobStoreUnavailableException("Broken by a test."));
        _gate = broken;
        before.TrySetException(new BlobStoreUnavailableException("Broken by a test."));
    }

    /// <summary>The outage is over.</summary>
    public void Mend() => _gate = Opened();

    /// <summary>Waits until so many stand before the gate.</summary>
    public Task WaitingAsync(int count) => Answers.EventuallyAsync(() => Task.FromResult(Waiting), waiting => waiting == count);

    public async Task<BlobFile?> OpenFile(string key, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await _gate.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
        Interlocked.Increment(ref _passed);
        return await Store.OpenFile(key, cancellationToken);
    }

    public async Task<long> Put(string key, Stream content, string contentType, CancellationToken cancellationToken)
    {
        await (BeforePut?.Invoke(key) ?? Task.CompletedTask);
        return PutFails is null ? await Store.Put(key, content, contentType, cancellationToken) : throw PutFails();
    }

    public Task<BlobContent?> Open(string key, ByteRange? range, CancellationToken cancellationToken) => Store.Open(key, range, cancellationToken);

    public Task<BlobInfo?> Find(string key, CancellationToken cancellationToken) => Store.Find(key, cancellationToken);

    public Task Delete(string key, CancellationToken cancellationToken) => Store.Delete(key, cancellationToken);

    public Task DeleteAll(string prefix, CancellationToken cancellationToken) => Store.DeleteAll(prefix, cancellationToken);

    public IAsyncEnumerable<BlobInfo> List(string prefix, CancellationToken cancellationToken) => Store.List(prefix, cancellationToken);

    public void Dispose() => (_store as IDisposable)?.Dispose();

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        open.SetResult();
        return open;
    }
}
