using Dapper;
using Madang.Auctions.Domain;
using Npgsql;
using NpgsqlTypes;

namespace Madang.Auctions.Storage;

/// <summary>Bids on record.</summary>
internal sealed class BidStore(NpgsqlDataSource source)
{
    /// <summary>Locks the auction, and reads under that lock what was bid under these keys before: one round trip.</summary>
    public static async Task<(AuctionRow? Auction, IReadOnlyList<BidRow> Before)> LockAsync(
        NpgsqlTransaction tx, Guid auction, Guid[] bidders, string[] keys, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(tx.Connection, tx);
        batch.BatchCommands.Add(new($"select {AuctionStore.Columns} from auctions.auction a where a.id = $1 for update") { Parameters = { new() { Value = auction } } });
        // A lateral join: one look into the index for each key, however many bids there are.
        batch.BatchCommands.Add(new(
            $"""
            select b.* from unnest($2::uuid[], $3::text[]) as asked (bidder, key)
            cross join lateral (select {BidRow.Columns} from auctions.bid where bidder_id = asked.bidder and auction_id = $1 and bid.key = asked.key) b
            """)
        {
            Parameters = { new() { Value = auction }, new() { Value = bidders }, new() { Value = keys } },
        });
        await batch.PrepareAsync(cancellation);
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var found = await rows.ReadAsync(cancellation) ? AuctionStore.Read(rows) : null;
        await rows.NextResultAsync(cancellation);
        var before = new List<BidRow>();
        while (await rows.ReadAsync(cancellation))
            before.Add(Read(rows));
        return (found, before);
    }

    /// <summary>Writes bids that were decided together, and the auction as they left it.</summary>
    public static void Write(NpgsqlBatch statements, AuctionRow auction, IReadOnlyList<BidRow> bids)
    {
        var insert = new NpgsqlBatchCommand(
            """
            insert into auctions.bid (auction_id, decided_at, id, number, bidder_id, mask, kind, maximum, key, outcome, figure, price_after, received_at)
            select $1, $2, * from unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """);
        insert.Parameters.Add(new() { Value = auction.Id });
        insert.Parameters.Add(new() { Value = bids[0].DecidedAt.UtcDateTime });
        Column(insert, bids, bid => bid.Id, NpgsqlDbType.Uuid);
        Column(insert, bids, bid => bid.Number, NpgsqlDbType.Bigint);
        Column(insert, bids, bid => bid.BidderId, NpgsqlDbType.Uuid);
        Column(insert, bids, bid => bid.Mask, NpgsqlDbType.Text);
        Column(insert, bids, bid => bid.Kind, NpgsqlDbType.Text);
        Column(insert, bids, bid => bid.Maximum, NpgsqlDbType.Bigint);
        Column(insert, bids, bid => bid.Key, NpgsqlDbType.Text);
        Column(insert, bids, bid => bid.Outcome, NpgsqlDbType.Text);
        Column(insert, bids, bid => bid.Figure, NpgsqlDbType.Bigint);
        Column(insert, bids, bid => bid.PriceAfter, NpgsqlDbType.Bigint);
        Column(insert, bids, bid => bid.ReceivedAt.UtcDateTime, NpgsqlDbType.TimestampTz);
        statements.BatchCommands.Add(insert);
        statements.BatchCommands.Add(AuctionStore.SaveCommand(auction));
    }

    /// <summary>All that stand, in the order in which they were decided.</summary>
    public static async Task<List<StandingBid>> StandingAsync(NpgsqlTransaction tx, Guid auction) => [.. (await tx.Connection!.QueryAsync<(Guid Id, Guid Bidder, long Maximum, string Mask, DateTimeOffset ReceivedAt)>(
        "select id, bidder_id, maximum, mask, received_at from auctions.bid where auction_id = @auction and outcome = 'accepted' and undone_at is null order by number", new { auction }, tx))
        .Select(bid => new StandingBid(bid.Id, bid.Bidder, bid.Maximum, bid.Mask) { ReceivedAt = bid.ReceivedAt })];

    public static Task UndoAsync(NpgsqlTransaction tx, IReadOnlyCollection<Guid> bids, string why, DateTimeOffset now) => tx.Connection!.ExecuteAsync(
        "update auctions.bid set undone_at = @now, undone_why = @why where id = any(@ids) and undone_at is null", new { ids = bids.ToArray(), why, now }, tx);

    public static Task<BidRow?> FindAsync(NpgsqlTransaction tx, Guid bid) =>
        tx.Connection!.QuerySingleOrDefaultAsync<BidRow>($"select {BidRow.Columns} from auctions.bid where id = @bid", new { bid }, tx);

    public async Task<BidRow?> FindAsync(Guid bid, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<BidRow>(new CommandDefinition($"select {BidRow.Columns} from auctions.bid where id = @bid", new { bid }, cancellationToken: cancellation));
    }

    /// <summary>What everybody may see: accepted ones, the newest first.</summary>
    public async Task<IReadOnlyList<BidRow>> HistoryAsync(Guid auction, long? before, int most, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<BidRow>(new CommandDefinition(
            $"""
            select {BidRow.Columns} from auctions.bid
            where auction_id = @auction and outcome = 'accepted' and (@before::bigint is null or number < @before) order by number desc limit @most
            """, new { auction, before, most }, cancellationToken: cancellation))];
    }

    /// <summary>A bidder's own in one auction, refused ones too; the newest first.</summary>
    public async Task<IReadOnlyList<BidRow>> OwnAsync(Guid auction, Guid bidder, long? before, int most, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<BidRow>(new CommandDefinition(
            $"""
            select {BidRow.Columns} from auctions.bid
            where auction_id = @auction and bidder_id = @bidder and (@before::bigint is null or number < @before) order by number desc limit @most
            """, new { auction, bidder, before, most }, cancellationToken: cancellation))];
    }

    /// <summary>A bidder's highest that stands; null: none does.</summary>
    public async Task<long?> MaximumOfAsync(Guid auction, Guid bidder, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            "select max(maximum) from auctions.bid where auction_id = @auction and bidder_id = @bidder and outcome = 'accepted' and undone_at is null",
            new { auction, bidder }, cancellationToken: cancellation));
    }

    /// <summary>All of a bidder's, for his export.</summary>
    public async Task<IReadOnlyList<BidRow>> AllOfAsync(Guid bidder, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<BidRow>(new CommandDefinition(
            $"select {BidRow.Columns} from auctions.bid where bidder_id = @bidder order by id", new { bidder }, cancellationToken: cancellation))];
    }

    /// <summary>Live auctions in which a member has bids that stand; of those received until a time, if there is one.</summary>
    public async Task<IReadOnlyList<Guid>> LiveAuctionsOfAsync(Guid bidder, DateTimeOffset? until, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<Guid>(new CommandDefinition(
            """
            select distinct b.auction_id from auctions.bid b join auctions.auction a on a.id = b.auction_id
            where b.bidder_id = @bidder and b.outcome = 'accepted' and b.undone_at is null and a.state = 'live' and (@until::timestamptz is null or b.received_at <= @until)
            """, new { bidder, until }, cancellationToken: cancellation))];
    }

    /// <summary>The name is all that a bid has of its bidder.</summary>
    public static Task ForgetAsync(NpgsqlTransaction tx, Guid bidder) => tx.Connection!.ExecuteAsync(
        """
        update auctions.bid set mask = @nobody where bidder_id = @bidder and mask <> @nobody;
        update auctions.auction set leader_mask = @nobody where leader_id = @bidder
        """, new { bidder, nobody = Mask.Nobody }, tx);

    private static BidRow Read(NpgsqlDataReader rows) => new()
    {
        Id = rows.GetGuid(0),
        AuctionId = rows.GetGuid(1),
        Number = rows.GetInt64(2),
        BidderId = rows.GetGuid(3),
        Mask = rows.GetString(4),
        Kind = rows.GetString(5),
        Maximum = rows.GetInt64(6),
        Key = rows.GetString(7),
        Outcome = rows.GetString(8),
        Figure = rows.IsDBNull(9) ? null : rows.GetInt64(9),
        PriceAfter = rows.GetInt64(10),
        ReceivedAt = rows.GetFieldValue<DateTimeOffset>(11),
        DecidedAt = rows.GetFieldValue<DateTimeOffset>(12),
        UndoneAt = rows.IsDBNull(13) ? null : rows.GetFieldValue<DateTimeOffset>(13),
        UndoneWhy = rows.IsDBNull(14) ? null : rows.GetString(14),
    };

    private static void Column<T>(NpgsqlBatchCommand command, IReadOnlyList<BidRow> bids, Func<BidRow, T> value, NpgsqlDbType type)
    {
        var values = new T[bids.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = value(bids[i]);
        command.Parameters.Add(new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });
    }
}
