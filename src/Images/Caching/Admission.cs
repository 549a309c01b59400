using Madang.Platform.Web;

namespace Madang.Images.Caching;

/// <summary>What may be worked on at once.</summary>
/// <param name="MaxBytes">The estimated memory of all work together.</param>
/// <param name="MaxConcurrent">Cores.</param>
/// <param name="MaxQueue">How many may wait before the next is refused.</param>
internal sealed record AdmissionSettings(long MaxBytes, int MaxConcurrent, int MaxQueue)
{
    public static readonly AdmissionSettings Default = new(256L << 20, Environment.ProcessorCount, 256);
}

/// <summary>
/// Admits work by its estimated memory, not by count: ten thumbnails weigh less than one panorama. Strictly first come, first served: nobody overtakes,
/// so a big one waits until enough has ended and is not starved by small ones. One that is bigger than the whole budget runs alone.
/// </summary>
internal sealed class Admission(AdmissionSettings settings, TimeProvider time)
{
    private readonly LinkedList<Waiter> _queue = new();
    private readonly Lock _gate = new();
    private long _bytes;
    private int _running;
    private double _seconds = 0.2; // a typical piece of work: a moving average

    public int Running => Volatile.Read(ref _running);

    public long Bytes => Interlocked.Read(ref _bytes);

    public int Waiting
    {
        get
        {
            lock (_gate)
                return _queue.Count;
        }
    }

    /// <summary>Waits for its turn.</summary>
    /// <param name="bytes">The work's estimated memory.</param>
    /// <param name="cancel">Leaves the queue.</param>
    /// <param name="patient">A job, of which there are few: it waits however long the queue is.</param>
    /// <returns>The place, to be disposed of when the work is done; or 503 <c>images.busy</c> with Retry-After when too many wait.</returns>
    public async Task<Result<AdmissionPlace>> Enter(long bytes, CancellationToken cancel, bool patient = false)
    {
        cancel.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_gate)
        {
            if (_queue.Count == 0 && Fits(bytes))
                return Start(bytes);
            if (!patient && _queue.Count >= settings.MaxQueue)
                return Busy();
            waiter = new Waiter(bytes);
            _queue.AddLast(waiter.Node);
        }

        await using (cancel.UnsafeRegister(_ => Abandon(waiter, cancel), null))
            return await waiter.Admitted.Task;
    }

    internal void Leave(AdmissionPlace place)
    {
        lock (_gate)
        {
            _bytes -= place.Bytes;
            _running--;
            _seconds += (time.GetElapsedTime(place.Since).TotalSeconds - _seconds) * 0.1;
            AdmitWaiting();
        }
    }

    private bool Fits(long bytes) => _running == 0 || (_running < settings.MaxConcurrent && _bytes + bytes <= settings.MaxBytes);

    private AdmissionPlace Start(long bytes)
    {
        _running++;
        _bytes += bytes;
        return new AdmissionPlace(this, bytes, time.GetTimestamp());
    }

    private void AdmitWaiting()
    {
        while (_queue.First is { } first && Fits(first.Value.Bytes))
        {
            _queue.RemoveFirst();
            first.Value.Admitted.SetResult(Start(first.Value.Bytes));
        }
    }

    private void Abandon(Waiter waiter, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (waiter.Node.List is null)
                return; // admitted at the same moment: the work itself will notice the cancellation
            _queue.Remove(waiter.Node);
            waiter.Admitted.SetCanceled(cancel);
            AdmitWaiting(); // it may have been a big one at the head
        }
    }

    private Failure Busy()
    {
        var wait = (_queue.Count + 1) * _seconds / settings.MaxConcurrent;
        return new("images.busy", "Too many pictures are being made. Try again shortly.", 503) { RetryAfter = TimeSpan.FromSeconds(Math.Clamp(wait, 1, 60)) };
    }

    private sealed class Waiter
    {
        public Waiter(long bytes) => (Bytes, Node) = (bytes, new LinkedListNode<Waiter>(this));

        public long Bytes { get; }

        public LinkedListNode<Waiter> Node { get; }

        // Not continued under our lock.
        public TaskCompletionSource<AdmissionPlace> Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>A place among the admitted; disposing of it, once or twice, lets the next in.</summary>
internal sealed class AdmissionPlace(Admission admission, long bytes, long since) : IDisposable
{
    private int _left;

    public long Bytes => bytes;

    public long Since => since;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
            admission.Leave(this);
    }
}
