using Npgsql;

namespace Madang.Platform.Work;

/// <summary>
/// Does one kind of work. An instance is resolved in a dependency scope of its own for every attempt. A job runs at least
/// once: a node that dies, or loses its lease, leaves the job to another, so handlers must bear being run again.
/// </summary>
/// <typeparam name="T">The payload that was enqueued.</typeparam>
public interface IWorkHandler<in T>
{
    /// <summary>
    /// Runs one attempt. Returning means done; throwing means to try again later, with growing delays, until
    /// <see cref="WorkContext.MaxAttempts"/> is reached; <see cref="WorkRejectedException"/> means never again.
    /// </summary>
    /// <param name="payload">What was enqueued.</param>
    /// <param name="context">Which job and attempt this is.</param>
    /// <param name="ct">Cancelled when the node shuts down (the job is given back and the attempt does not count) and when
    /// the lease is lost (another node may run the job by now).</param>
    Task Handle(T payload, WorkContext context, CancellationToken ct);
}

/// <summary>The attempt at hand.</summary>
public sealed class WorkContext
{
    private readonly Func<NpgsqlTransaction, CancellationToken, Task> _complete;

    internal WorkContext(long id, int attempt, int maxAttempts, Func<NpgsqlTransaction, CancellationToken, Task> complete) =>
        (Id, Attempt, MaxAttempts, _complete) = (id, attempt, maxAttempts, complete);

    /// <summary>The job's id, the same in every attempt.</summary>
    public long Id { get; }

    /// <summary>1 for the first attempt. Attempts that ended with the death of their node count too.</summary>
    public int Attempt { get; }

    /// <summary>After this many attempts the job is parked as dead.</summary>
    public int MaxAttempts { get; }

    /// <summary>
    /// Records the job as done within the handler's own transaction, so that what it wrote there and the end of the job are
    /// committed together: for effects in the database that means exactly once. The handler should return after the commit.
    /// </summary>
    /// <param name="tx">The handler's open transaction.</param>
    /// <param name="ct">Cancels the statement.</param>
    /// <exception cref="WorkLeaseLostException">Another node owns the job by now: roll back.</exception>
    public Task Complete(NpgsqlTransaction tx, CancellationToken ct = default) => _complete(tx, ct);
}

/// <summary>Thrown by a handler for work that can never succeed: the job is parked as dead at once.</summary>
/// <param name="reason">Shown to operators.</param>
/// <param name="inner">What was thrown, if something was.</param>
public sealed class WorkRejectedException(string reason, Exception? inner = null) : Exception(reason, inner);

/// <summary>Thrown by <see cref="WorkContext.Complete"/> when the lease ran out and the job went to another node.</summary>
/// <param name="id">The job.</param>
public sealed class WorkLeaseLostException(long id) : Exception($"The lease of work {id} was lost.");

/// <summary>How one kind of work is run.</summary>
/// <param name="MaxAttempts">Attempts before the job is parked as dead, at least 1. With the default of 8 and the built-in
/// delays the last attempt comes about 36 minutes after the first.</param>
/// <param name="Concurrency">How many jobs of this kind one node runs at a time, at least 1.</param>
public sealed record WorkSettings(int MaxAttempts = 8, int Concurrency = 2)
{
    /// <summary>The most that lies between two attempts. Shorter for work that waits for something which is back at any moment, with more attempts.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long a node that fell silent keeps a job. A living node renews its lease every third of it, so this is no limit
    /// on how long a handler may take. Nodes' clocks must agree to within a fraction of it.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);
}
