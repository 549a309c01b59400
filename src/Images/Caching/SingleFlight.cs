namespace Madang.Images.Caching;

/// <summary>
/// Runs work once for all who want its result at the same time. The work belongs to no caller: one who cancels leaves, and only when the last has left
/// is the work cancelled. All who wait get the same result or the same failure; neither is remembered, so the next to ask tries anew. A result that is
/// <see cref="IShared{TSelf}"/> is shared out, and the flight's own share ends with the last who waited.
/// </summary>
internal sealed class SingleFlight<TKey, TResult>
    where TKey : notnull
{
    private readonly Dictionary<TKey, Flight> _flights = [];
    private readonly Lock _gate = new();

    /// <summary>Flights in the air.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _flights.Count;
        }
    }

    /// <param name="key">Equal keys fly together.</param>
    /// <param name="work">Runs when nobody else's does. Its token is cancelled when nobody waits any more.</param>
    /// <param name="cancel">The caller leaves.</param>
    public async Task<TResult> Run(TKey key, Func<CancellationToken, Task<TResult>> work, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var flight = Join(key, work);
        try
        {
            var result = await flight.Result.WaitAsync(cancel);
            return result is IShared<TResult> shared ? shared.Share() : result;
        }
        finally
        {
            Leave(key, flight);
        }
    }

    private Flight Join(TKey key, Func<CancellationToken, Task<TResult>> work)
    {
        Flight? flight;
        lock (_gate)
        {
            if (_flights.TryGetValue(key, out flight))
            {
                flight.Waiting++;
                return flight;
            }

            flight = _flights[key] = new Flight { Waiting = 1 };
        }

        _ = Fly(key, flight, work);
        return flight;
    }

    private async Task Fly(TKey key, Flight flight, Func<CancellationToken, Task<TResult>> work)
    {
        try
        {
            var result = await Task.Run(() => work(flight.Abandoned.Token));
            if (!Land(key, flight))
                (result as IDisposable)?.Dispose(); // finished although everybody had left
            else
                flight.Succeed(result);
        }
        catch (Exception failure)
        {
            Land(key, flight);
            flight.Fail(failure);
        }
    }

    /// <summary>From here on nobody joins.</summary>
    /// <returns>Whether somebody still waits, and so will take what comes.</returns>
    private bool Land(TKey key, Flight flight)
    {
        lock (_gate)
        {
            Forget(key, flight);
            return flight.Landed = flight.Waiting > 0;
        }
    }

    private void Leave(TKey key, Flight flight)
    {
        lock (_gate)
        {
            if (--flight.Waiting > 0)
                return;
            Forget(key, flight);
        }

        if (flight.Landed)
            flight.Release();
        else
            flight.Abandoned.Cancel();
    }

    private void Forget(TKey key, Flight flight)
    {
        if (_flights.TryGetValue(key, out var current) && current == flight)
            _flights.Remove(key);
    }

    private sealed class Flight
    {
        private readonly TaskCompletionSource<TResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<TResult> Result => _result.Task;

        public CancellationTokenSource Abandoned { get; } = new();

        public int Waiting { get; set; }

        public bool Landed { get; set; }

        public void Succeed(TResult result) => _result.SetResult(result);

        public void Fail(Exception failure)
        {
            if (failure is OperationCanceledException && Abandoned.IsCancellationRequested)
                _result.SetCanceled(Abandoned.Token);
            else
                _result.SetException(failure);
            _ = _result.Task.Exception; // seen: nobody may be left to see it
        }

        public void Release()
        {
            // The last may leave (by its own cancellation) just before the result is set.
            _ = _result.Task.ContinueWith(
                done => (done.Result as IDisposable)?.Dispose(),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }
}
