using Dapper;
using Madang.Auctions.Domain;
using Npgsql;
using NpgsqlTypes;

namespace Madang.Auctions.Storage;

/// <summary>The rows of auctions.</summary>
internal sealed class AuctionStore(NpgsqlDataSource source)
{
    public const string Columns =
        """
        a.id, a.seller_id, a.title, a.start_price, a.reserve, a.buy_now, a.starts_at, a.ends_at, a.planned_end, a.state, a.price, a.bids, a.extensions, a.outages, a.entries,
        a.leader_id, a.leader_bid, a.leader_max, a.leader_mask, a.hold_id, a.order_id, a.opened_at, a.closed_at
        """;

    public async Task<AuctionRow?> FindAsync(Guid id, CancellationToken cancellation) => (await FindManyAsync([id], cancellation)).GetValueOrDefault(id);

    public async Task<IReadOnlyDictionary<Guid, AuctionRow>> FindManyAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellation)
    {
        if (ids.Count == 0)
            return new Dictionary<Guid, AuctionRow>();
        return (await ListAsync("where a.id = any($1)", cancellation, ids.ToArray())).ToDictionary(row => row.Id);
    }

    /// <summary>Reads and locks an auction until the transaction ends.</summary>
    public static async Task<AuctionRow?> LockAsync(NpgsqlTransaction tx, Guid id)
    {
        await using var command = new NpgsqlCommand($"select {Columns} from auctions.auction a where a.id = $1 for update", tx.Connection, tx) { Parameters = { new() { Value = id } } };
        return (await ReadAllAsync(command, CancellationToken.None)).SingleOrDefault();
    }

    /// <summary>Open ones that end next.</summary>
    public Task<IReadOnlyList<AuctionRow>> EndingSoonAsync(DateTimeOffset now, int most, CancellationToken cancellation) =>
        ListAsync("where a.state = 'live' and a.ends_at > $1 and a.starts_at <= $1 order by a.ends_at, a.id limit $2", cancellation, now, most);

    /// <summary>Live ones in which a member has a standing bid; the next to end first.</summary>
    public Task<IReadOnlyList<AuctionRow>> LiveOfBidderAsync(Guid bidder, int most, CancellationToken cancellation) => ListAsync(
        """
        where a.state = 'live' and a.id in (select b.auction_id from auctions.bid b where b.bidder_id = $1 and b.outcome = 'accepted' and b.undone_at is null)
        order by a.ends_at, a.id limit $2
        """, cancellation, bidder, most);

    /// <summary>Those that a member bought, at their end or by a second chance; the newest first.</summary>
    public Task<IReadOnlyList<AuctionRow>> WonByAsync(Guid member, Guid? after, int most, CancellationToken cancellation) => ListAsync(
        """
        left join auctions.offer o on o.auction_id = a.id and o.state = 'accepted'
        where a.state = 'sold' and coalesce(o.bidder_id, a.leader_id) = $1 and ($2::uuid is null or a.id < $2) order by a.id desc limit $3
        """, cancellation, member, after, most);

    /// <summary>Live ones whose end is before a time.</summary>
    public async Task<IReadOnlyList<Guid>> OverdueAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<Guid>(new CommandDefinition(
            "select id from auctions.auction where state = 'live' and ends_at < @before order by ends_at limit 1000", new { before }, cancellationToken: cancellation))];
    }

    /// <summary>Whether a member leads, or sells, in an auction that is not over, or an offer waits for his answer or for the one he asked.</summary>
    public static Task<bool> IsBusyAsync(NpgsqlTransaction tx, Guid member) => tx.Connection!.ExecuteScalarAsync<bool>(
        """
        select exists (select from auctions.auction where state = 'live' and (leader_id = @member or seller_id = @member))
          or exists (select from auctions.offer o join auctions.auction a on a.id = o.auction_id where o.state = 'open' and (o.bidder_id = @member or a.seller_id = @member))
        """, new { member }, tx);

    /// <summary>Everybody but one whose bids stand, and who has not left.</summary>
    public static async Task<IReadOnlyCollection<Guid>> BiddersAsync(NpgsqlTransaction tx, Guid auction, Guid but) => (await tx.Connection!.QueryAsync<Guid>(
        "select distinct bidder_id from auctions.bid where auction_id = @auction and outcome = 'accepted' and undone_at is null and bidder_id <> @but and mask <> @Nobody",
        new { auction, but, Mask.Nobody }, tx)).AsList();

    public static Task InsertAsync(NpgsqlTransaction tx, AuctionRow row, DateTimeOffset now) => tx.Connection!.ExecuteAsync(
        """
        insert into auctions.auction (id, seller_id, title, start_price, reserve, buy_now, starts_at, ends_at, planned_end, price, created_at)
        values (@Id, @Seller, @Title, @StartPrice, @Reserve, @BuyNow, @StartsAt, @EndsAt, @EndsAt, @StartPrice, @now)
        """,
        new { row.Id, row.State.Seller, row.Title, row.State.StartPrice, row.State.Reserve, row.State.BuyNow, row.State.StartsAt, row.State.EndsAt, now }, tx);

    /// <summary>Writes all that may have changed. The row is locked.</summary>
    public static async Task SaveAsync(NpgsqlTransaction tx, AuctionRow row)
    {
        await using var batch = new NpgsqlBatch(tx.Connection, tx) { BatchCommands = { SaveCommand(row) } };
        await batch.ExecuteNonQueryAsync();
    }

    public static NpgsqlBatchCommand SaveCommand(AuctionRow row)
    {
        var command = new NpgsqlBatchCommand(
            """
            update auctions.auction set reserve = $2, ends_at = $3, state = $4, price = $5, bids = $6, extensions = $7, outages = $8, entries = $9,
              leader_id = $10, leader_bid = $11, leader_max = $12, leader_mask = $13, hold_id = $14, order_id = $15, opened_at = $16, closed_at = $17
            where id = $1
            """);
        var state = row.State;
        Add(NpgsqlDbType.Uuid, row.Id);
        Add(NpgsqlDbType.Bigint, state.Reserve);
        Add(NpgsqlDbType.TimestampTz, state.EndsAt);
        Add(NpgsqlDbType.Text, Word(state.Phase));
        Add(NpgsqlDbType.Bigint, state.Price);
        Add(NpgsqlDbType.Integer, state.Bids);
        Add(NpgsqlDbType.Integer, state.Extensions);
        Add(NpgsqlDbType.Integer, row.Outages);
        Add(NpgsqlDbType.Bigint, row.Entries);
        Add(NpgsqlDbType.Uuid, state.Lead?.Bidder);
        Add(NpgsqlDbType.Uuid, state.Lead?.Bid);
        Add(NpgsqlDbType.Bigint, state.Lead?.Maximum);
        Add(NpgsqlDbType.Text, state.Lead?.Mask);
        Add(NpgsqlDbType.Uuid, row.Hold);
        Add(NpgsqlDbType.Uuid, row.Order);
        Add(NpgsqlDbType.TimestampTz, row.OpenedAt);
        Add(NpgsqlDbType.TimestampTz, row.ClosedAt);
        return command;

        // With its type even where it is null: a prepared statement has one for each.
        void Add(NpgsqlDbType type, object? value) => command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value });
    }

    /// <summary>Other terms, before the first bid.</summary>
    public static Task ChangeTermsAsync(NpgsqlTransaction tx, Guid id, string title, Market.AuctionTerms terms) => tx.Connection!.ExecuteAsync(
        """
        update auctions.auction set title = @title, start_price = @StartPrice, reserve = @Reserve, buy_now = @BuyNow, starts_at = @StartsAt, ends_at = @EndsAt, planned_end = @EndsAt,
          price = case when leader_id is null then @StartPrice else price end
        where id = @id
        """, new { id, title, terms.StartPrice, terms.Reserve, terms.BuyNow, terms.StartsAt, terms.EndsAt }, tx);

    public static Task RenameAsync(NpgsqlTransaction tx, Guid id, string title) =>
        tx.Connection!.ExecuteAsync("update auctions.auction set title = @title where id = @id", new { id, title }, tx);

    private async Task<IReadOnlyList<AuctionRow>> ListAsync(string where, CancellationToken cancellation, params object?[] arguments)
    {
        await using var command = source.CreateCommand($"select {Columns} from auctions.auction a {where}");
        foreach (var value in arguments)
            command.Parameters.Add(new() { Value = value ?? DBNull.Value });
        return await ReadAllAsync(command, cancellation);
    }

    private static async Task<IReadOnlyList<AuctionRow>> ReadAllAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var all = new List<AuctionRow>();
        while (await rows.ReadAsync(cancellation))
            all.Add(Read(rows));
        return all;
    }

    private static string Word(Phase phase) => phase.ToString().ToLowerInvariant();

    /// <summary>Reads a row of <see cref="Columns"/>.</summary>
    public static AuctionRow Read(NpgsqlDataReader rows) => new(
        new Auction
        {
            Id = rows.GetGuid(0),
            Seller = rows.GetGuid(1),
            StartPrice = rows.GetInt64(3),
            Reserve = Maybe(rows, 4, rows.GetInt64),
            BuyNow = Maybe(rows, 5, rows.GetInt64),
            StartsAt = Time(rows, 6),
            EndsAt = Time(rows, 7),
            Phase = Enum.Parse<Phase>(rows.GetString(9), ignoreCase: true),
            Price = rows.GetInt64(10),
            Bids = rows.GetInt32(11),
            Extensions = rows.GetInt32(12),
            Lead = rows.IsDBNull(15) ? null : new Lead(rows.GetGuid(15), rows.GetGuid(16), rows.GetInt64(17), rows.GetString(18)),
        },
        rows.GetString(2), Time(rows, 8), rows.GetInt64(14), rows.GetInt32(13), Maybe(rows, 19, rows.GetGuid), Maybe(rows, 20, rows.GetGuid),
        Maybe(rows, 21, ordinal => Time(rows, ordinal)), Maybe(rows, 22, ordinal => Time(rows, ordinal)));

    private static DateTimeOffset Time(NpgsqlDataReader rows, int ordinal) => rows.GetFieldValue<DateTimeOffset>(ordinal);

    private static T? Maybe<T>(NpgsqlDataReader rows, int ordinal, Func<int, T> read) where T : struct => rows.IsDBNull(ordinal) ? null : read(ordinal);
}
