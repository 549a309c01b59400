using Madang.Platform.Web;
using Madang.Wallet.Domain;
using Npgsql;

namespace Madang.Wallet.Storage;

/// <summary>Decides in memory upon books that are locked, and remembers the postings for one write.</summary>
internal sealed class WalletBatch(
    NpgsqlTransaction tx, Books locked, Dictionary<Guid, long> seen, Dictionary<string, (Content Content, Moved Moved)> made, TransferIds ids,
    Action<NpgsqlBatch, IReadOnlyList<Posting>> write) : IWalletBatch
{
    private readonly List<Posting> _postings = [];
    private Books _books = locked;
    private bool _written;

    public long Available(Guid member) => IsLocked(member) ? _books.Balance(AccountName.Available(member)) : seen.GetValueOrDefault(member);

    /// <summary>What a member has, held points included.</summary>
    public long Total(Guid member) => Available(member) + _books.Balance(AccountName.Held(member));

    public Result<Moved> Try(Movement movement)
    {
        if (_written)
            throw new InvalidOperationException("This batch was written.");
        if (!IsLocked(movement.Member))
            throw new InvalidOperationException("A wallet is moved that was not locked.");
        var content = Content.Of(movement);
        if (movement.Key is not null && made.TryGetValue(movement.Key, out var before))
            return before.Content.IsRepeatedBy(content) ? before.Moved : LedgerStore.KeyReused;
        if (!Ledger.Decide(_books, movement, ids.Next()).Succeeded(out var posting, out var refusal))
            return refusal;
        _books = _books.After(posting);
        _postings.Add(posting);
        var moved = new Moved(posting.Transfer, posting.Content.Hold, posting.Content.Amount!.Value, Repeated: false);
        made[movement.Key!] = (posting.Content with { Hold = movement is HoldPoints ? null : posting.Content.Hold }, moved with { Repeated = true });
        return moved;
    }

    public Result<IReadOnlyList<Moved>> TryAll(params IReadOnlyList<Movement> movements)
    {
        var (booksBefore, postingsBefore) = (_books, _postings.Count);
        var answers = new List<Moved>(movements.Count);
        foreach (var movement in movements)
        {
            if (Try(movement).Succeeded(out var moved, out var refusal))
            {
                answers.Add(moved);
                continue;
            }
            foreach (var undone in _postings.Skip(postingsBefore))
                made.Remove(undone.Movement.Key);
            _postings.RemoveRange(postingsBefore, _postings.Count - postingsBefore);
            _books = booksBefore;
            return refusal;
        }
        return answers;
    }

    public async Task Write(CancellationToken cancellation = default)
    {
        await using var statements = new NpgsqlBatch(tx.Connection, tx);
        Write(statements);
        if (statements.BatchCommands.Count == 0)
            return;
        try
        {
            await statements.PrepareAsync(cancellation);
            await statements.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException taken) when (taken is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "transfer_key" })
        {
            // Another member's movement took the key between our look and our write; the transaction is lost, and a repeat is answered by what stands there.
            throw new FailureException(LedgerStore.KeyReused);
        }
    }

    public void Write(NpgsqlBatch statements)
    {
        if (_written)
            throw new InvalidOperationException("This batch was written.");
        _written = true;
        write(statements, _postings);
    }

    private bool IsLocked(Guid member) => _books.Balances.ContainsKey(AccountName.Available(member));
}
