using Madang.Platform.Web;
using Npgsql;

namespace Madang.Wallet;

/// <summary>The ledger of points, for other modules. Every method that takes a transaction does its part in it: with its commit, or not at all.</summary>
/// <remarks>
/// Lock order: rows of your own module first, then the wallet's accounts, by one call. Accounts are locked in the order of their ids within a call; a second call in
/// the same transaction may name no members that the first did not, or two such transactions can deadlock (PostgreSQL ends one of them).
/// </remarks>
public interface IWallet
{
    /// <summary>What a member has.</summary>
    /// <param name="member">Whose wallet.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<Balance> BalanceOf(Guid member, CancellationToken cancellation = default);

    /// <summary>Moves points in the caller's transaction. A refusal writes nothing, and the transaction goes on.</summary>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="movement">What is wished.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<Result<Moved>> Move(NpgsqlTransaction transaction, Movement movement, CancellationToken cancellation = default);

    /// <summary>Many movements at once: accounts are locked once, each is decided after those before it, and all are written by a few statements.</summary>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="movements">What is wished, in the order in which it is decided.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>For each its answer; a refusal does not stop the others.</returns>
    Task<IReadOnlyList<Result<Moved>>> Move(NpgsqlTransaction transaction, IReadOnlyList<Movement> movements, CancellationToken cancellation = default);

    /// <summary>Moves points in a transaction of its own, together with whatever else waits for the same member (a lane): 429 <c>lane.full</c> when too much does.</summary>
    /// <param name="movement">What is wished.</param>
    /// <param name="cancellation">Gives up waiting; see <see cref="Platform.Lanes.Lane{TKey, TCommand, TAnswer}"/>.</param>
    Task<Result<Moved>> Move(Movement movement, CancellationToken cancellation = default);

    /// <summary>Locks what a module's own decisions depend on, for a lane that decides many commands in memory: see <see cref="IWalletBatch"/>.</summary>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="scope">Everything that may be moved.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<IWalletBatch> Open(NpgsqlTransaction transaction, WalletScope scope, CancellationToken cancellation = default);
}

/// <summary>What a batch may touch. What is not named here is unknown to it.</summary>
/// <param name="Members">Whose wallets may be moved: they are locked.</param>
/// <param name="Keys">Idempotency keys that may be used, so that repeats are recognised.</param>
/// <param name="Holds">Holds that exist and may be changed.</param>
/// <param name="Escrow">True where a hold may be captured, paid out or given back.</param>
/// <param name="Revenue">True where there may be fees or rewards.</param>
public sealed record WalletScope(
    IReadOnlyCollection<Guid> Members, IReadOnlyCollection<string> Keys, IReadOnlyCollection<Guid> Holds, bool Escrow = false, bool Revenue = false)
{
    /// <summary>Members whose points are looked at and not moved: their wallets stay unlocked, and what they have is what they had at that moment.</summary>
    public IReadOnlyCollection<Guid> Seen { get; init; } = [];

    /// <summary>Providers that charges come from and refunds go to.</summary>
    internal IReadOnlyCollection<string> Providers { get; init; } = [];
}

/// <summary>Locked accounts, decided upon in memory. Nothing is in the database before <c>Write</c>.</summary>
public interface IWalletBatch
{
    /// <summary>What a member has free at this point of the batch.</summary>
    /// <param name="member">One of the scope.</param>
    long Available(Guid member);

    /// <summary>Decides one movement after all before it.</summary>
    /// <param name="movement">What is wished.</param>
    Result<Moved> Try(Movement movement);

    /// <summary>All of these or none: the first refusal undoes those before it.</summary>
    /// <param name="movements">What is wished, in order; a later one may not need the id of an earlier one's hold.</param>
    Result<IReadOnlyList<Moved>> TryAll(params IReadOnlyList<Movement> movements);

    /// <summary>Writes what was decided. Once.</summary>
    /// <param name="cancellation">Gives up.</param>
    Task Write(CancellationToken cancellation = default);

    /// <summary>The same as some of several statements that make one round trip.</summary>
    /// <param name="statements">Of the same transaction; the caller executes them.</param>
    void Write(NpgsqlBatch statements);
}

/// <summary>What a member has, in minor units.</summary>
/// <param name="Currency">ISO 4217; a point is one minor unit of it.</param>
/// <param name="Total">Everything: available and held.</param>
/// <param name="Available">Free to use.</param>
/// <param name="Held">Set aside, such as by leading bids.</param>
public sealed record Balance(string Currency, long Total, long Available, long Held);

/// <summary>Where people read about what a movement was for: references that begin with <paramref name="Kind"/> and a colon become links.</summary>
/// <param name="Kind">Such as <c>auction</c>.</param>
/// <param name="Path">With <c>{0}</c> for what follows the colon, up to the next one: <c>/auctions/{0}</c>.</param>
public sealed record WalletLink(string Kind, string Path);
