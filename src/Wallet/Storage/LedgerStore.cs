using System.Collections.Immutable;
using Madang.Platform.Web;
using Madang.Wallet.Domain;
using Npgsql;
using NpgsqlTypes;

namespace Madang.Wallet.Storage;

/// <summary>Reads the books under a lock, and writes what was decided upon them. A batch of any size is two round trips.</summary>
internal sealed class LedgerStore(TransferIds ids, TimeProvider time)
{
    private static readonly string[] Kinds = ["available", "held", "escrow", "provider", "revenue"];

    /// <summary>Locks the scope's accounts by their ids; holds and keys are read under that lock, for both belong to a member.</summary>
    public async Task<WalletBatch> OpenAsync(NpgsqlTransaction tx, WalletScope scope, CancellationToken cancellation)
    {
        var members = scope.Members.Distinct().ToArray();
        var house = new List<string>();
        if (scope.Escrow)
            house.Add("escrow");
        if (scope.Revenue)
            house.Add("revenue");

        await using var batch = new NpgsqlBatch(tx.Connection, tx);
        // New accounts first, and all in one order: whoever inserts must not hold a lock that another inserter waits for.
        Add(batch,
            """
            insert into wallet.account (kind, member_id)
            select kind, member from unnest($1) member cross join (values ('available'), ('held')) of (kind)
            where not exists (select from wallet.account a where a.member_id = member and a.kind = of.kind)
            order by member, kind on conflict do nothing
            """, (members, NpgsqlDbType.Array | NpgsqlDbType.Uuid));
        if (scope.Providers.Count > 0)
            Add(batch,
                "insert into wallet.account (kind, provider) select 'provider', name from unnest($1) name order by name on conflict do nothing",
                (scope.Providers.Distinct().ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text));
        // Conditions on the row alone: a row that changed while we waited for its lock is judged again, and a subquery would be judged with what it saw before.
        Add(batch,
            """
            select id, kind, member_id, provider, balance, entries from wallet.account
            where member_id = any($1) or (member_id is null and kind = any($2)) or (member_id is null and kind = 'provider' and provider = any($3))
            order by id for update
            """,
            (members, NpgsqlDbType.Array | NpgsqlDbType.Uuid), (house.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text),
            (scope.Providers.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text));
        Add(batch, "select id, member_id, reference, title, state, amount, escrow from wallet.hold where id = any($1)",
            (scope.Holds.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid));
        Add(batch, "select key, id, kind, reference, member_id, amount, hold_id, to_member_id, fee, provider, title from wallet.transfer where key = any($1)",
            (scope.Keys.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text));

        // Looked at, not locked: what they have is what they had at this moment.
        Add(batch, "select member_id, balance from wallet.account where kind = 'available' and member_id = any($1)",
            (scope.Seen.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid));

        await batch.PrepareAsync(cancellation);
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var accounts = new Dictionary<AccountName, StoredAccount>();
        while (await rows.ReadAsync(cancellation))
        {
            var name = new AccountName(
                (AccountKind)Array.IndexOf(Kinds, rows.GetString(1)),
                await rows.IsDBNullAsync(2, cancellation) ? null : rows.GetGuid(2), await rows.IsDBNullAsync(3, cancellation) ? null : rows.GetString(3));
            accounts[name] = new(rows.GetInt64(0), rows.GetInt64(4), rows.GetInt64(5));
        }
        await rows.NextResultAsync(cancellation);
        var holds = new List<Hold>();
        while (await rows.ReadAsync(cancellation))
            holds.Add(new(
                rows.GetGuid(0), rows.GetGuid(1), new(rows.GetString(2), await rows.IsDBNullAsync(3, cancellation) ? null : rows.GetString(3)),
                Enum.Parse<HoldStage>(rows.GetString(4), ignoreCase: true), rows.GetInt64(5), rows.GetInt64(6)));
        await rows.NextResultAsync(cancellation);
        var made = new Dictionary<string, (Content, Moved)>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellation))
        {
            var kind = rows.GetString(2);
            Guid? hold = await rows.IsDBNullAsync(6, cancellation) ? null : rows.GetGuid(6);
            made[rows.GetString(0)] = (
                new(kind, rows.GetString(3), rows.GetGuid(4), rows.GetInt64(5), kind == "hold" ? null : hold, await rows.IsDBNullAsync(7, cancellation) ? null : rows.GetGuid(7),
                    rows.GetInt64(8), await rows.IsDBNullAsync(9, cancellation) ? null : rows.GetString(9),
                    kind == "adjust" && !await rows.IsDBNullAsync(10, cancellation) ? rows.GetString(10) : null),
                new(rows.GetGuid(1), hold, rows.GetInt64(5), Repeated: true));
        }
        await rows.NextResultAsync(cancellation);
        var seen = new Dictionary<Guid, long>();
        while (await rows.ReadAsync(cancellation))
            seen[rows.GetGuid(0)] = rows.GetInt64(1);
        var books = new Books(accounts.ToImmutableDictionary(one => one.Key, one => one.Value.Balance), holds.ToImmutableDictionary(hold => hold.Id));
        return new WalletBatch(tx, books, seen, made, ids, (statements, postings) => Write(statements, accounts, postings));
    }

    private void Write(NpgsqlBatch batch, Dictionary<AccountName, StoredAccount> accounts, IReadOnlyList<Posting> postings)
    {
        if (postings.Count == 0)
            return;
        var now = time.GetUtcNow().UtcDateTime;
        Add(batch,
            """
            insert into wallet.transfer (id, key, kind, reference, title, member_id, to_member_id, hold_id, provider, amount, fee, actor, created_at)
            select *, $13 from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """,
            Column(postings, one => one.Transfer, NpgsqlDbType.Uuid), Column(postings, one => one.Movement.Key, NpgsqlDbType.Text),
            Column(postings, one => one.Content.Kind, NpgsqlDbType.Text), Column(postings, one => one.Movement.For.Id, NpgsqlDbType.Text),
            Column(postings, one => one.Movement.For.Title, NpgsqlDbType.Text), Column(postings, one => one.Movement.Member, NpgsqlDbType.Uuid),
            Column(postings, one => one.Content.To, NpgsqlDbType.Uuid), Column(postings, one => one.Content.Hold, NpgsqlDbType.Uuid),
            Column(postings, one => one.Content.Provider, NpgsqlDbType.Text), Column(postings, one => one.Content.Amount!.Value, NpgsqlDbType.Bigint),
            Column(postings, one => one.Content.Fee, NpgsqlDbType.Bigint), Column(postings, one => (one.Movement as Adjust)?.Actor, NpgsqlDbType.Text),
            (now, NpgsqlDbType.TimestampTz));

        var entries = Entries(accounts, postings);
        Add(batch, "insert into wallet.entry (account_id, number, transfer_id, amount, balance_after) select * from unnest($1, $2, $3, $4, $5)",
            Column(entries, one => one.Account, NpgsqlDbType.Bigint), Column(entries, one => one.Number, NpgsqlDbType.Bigint),
            Column(entries, one => one.Transfer, NpgsqlDbType.Uuid), Column(entries, one => one.Amount, NpgsqlDbType.Bigint),
            Column(entries, one => one.After, NpgsqlDbType.Bigint));

        // As they are at the end of the batch: what was opened and closed within it is written once, closed.
        var holds = postings.Select(one => one.Hold).OfType<Hold>().GroupBy(hold => hold.Id).Select(group => group.Last()).ToList();
        if (holds.Count > 0)
            Add(batch,
                """
                insert into wallet.hold (id, member_id, reference, title, state, amount, escrow, created_at, updated_at)
                select *, $8, $8 from unnest($1, $2, $3, $4, $5, $6, $7)
                on conflict (id) do update set state = excluded.state, amount = excluded.amount, escrow = excluded.escrow, updated_at = excluded.updated_at
                """,
                Column(holds, one => one.Id, NpgsqlDbType.Uuid), Column(holds, one => one.Member, NpgsqlDbType.Uuid),
                Column(holds, one => one.For.Id, NpgsqlDbType.Text), Column(holds, one => one.For.Title, NpgsqlDbType.Text),
                Column(holds, one => one.Stage.ToString().ToLowerInvariant(), NpgsqlDbType.Text), Column(holds, one => one.Amount, NpgsqlDbType.Bigint),
                Column(holds, one => one.Escrow, NpgsqlDbType.Bigint), (now, NpgsqlDbType.TimestampTz));
    }

    public static Failure KeyReused => new("wallet.key_reused", "This idempotency key was used for something else.", 409);

    private static List<Entry> Entries(Dictionary<AccountName, StoredAccount> accounts, IReadOnlyList<Posting> postings)
    {
        var last = new Dictionary<AccountName, StoredAccount>(accounts);
        var entries = new List<Entry>(postings.Count * 2);
        foreach (var posting in postings)
            foreach (var line in posting.Lines)
            {
                var before = last[line.Account];
                var after = last[line.Account] = before with { Balance = before.Balance + line.Amount, Entries = before.Entries + 1 };
                entries.Add(new(after.Id, after.Entries, posting.Transfer, line.Amount, after.Balance));
            }
        return entries;
    }

    private static (object Values, NpgsqlDbType Type) Column<TRow, T>(IReadOnlyList<TRow> rows, Func<TRow, T> value, NpgsqlDbType type)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = value(rows[i]);
        return (values, NpgsqlDbType.Array | type);
    }

    private static void Add(NpgsqlBatch batch, string sql, params ReadOnlySpan<(object Value, NpgsqlDbType Type)> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var (value, type) in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = type });
        batch.BatchCommands.Add(command);
    }

    private sealed record StoredAccount(long Id, long Balance, long Entries);

    private readonly record struct Entry(long Account, long Number, Guid Transfer, long Amount, long After);
}
