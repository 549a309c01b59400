using Microsoft.Extensions.Logging;

namespace Madang.Platform.Work;

/// <summary>
/// Keeps a claimed job in this node's hands while its handler runs, by renewing the lease every third of it. Once the row
/// belongs to another, or the lease has run out because the database could not be reached, the handler is cancelled.
/// </summary>
internal sealed partial class Lease : IAsyncDisposable
{
    private readonly WorkStore _store;
    private readonly ClaimedWork _work;
    private readonly TimeSpan _length;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _released = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly Task _beating;
    private DateTimeOffset _until;

    public Lease(WorkStore store, ClaimedWork work, TimeSpan length, TimeProvider time, ILogger log)
    {
        (_store, _work, _length, _time, _log) = (store, work, length, time, log);
        _until = time.GetUtcNow() + length;
        _beating = Beat();
    }

    /// <summary>Cancelled when the job is no longer this node's.</summary>
    public CancellationToken Lost => _lost.Token;

    public async ValueTask DisposeAsync()
    {
        await _released.CancelAsync();
        await _beating;
        _released.Dispose();
        _lost.Dispose();
    }

    private async Task Beat()
    {
        while (true)
        {
            await Task.Delay(_length / 3, _time, _released.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_released.IsCancellationRequested)
                return;

            try
            {
                var until = _time.GetUtcNow() + _length;
                if (!await _store.Extend(_work, until, _released.Token))
                {
                    await _lost.CancelAsync();
                    return;
                }

                _until = until;
            }
            catch (OperationCanceledException) when (_released.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogNotRenewed(_log, e, _work.Kind, _work.Id);
                if (_time.GetUtcNow() >= _until)
                {
                    await _lost.CancelAsync();
                    return;
                }
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The lease of work {Kind} {Id} could not be renewed.")]
    private static partial void LogNotRenewed(ILogger logger, Exception e, string kind, long id);
}
