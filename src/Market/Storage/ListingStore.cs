using Dapper;
using Madang.Market.Domain;
using Npgsql;
using NpgsqlTypes;

namespace Madang.Market.Storage;

/// <summary>The table of listings and the rows that belong to one.</summary>
internal sealed class ListingStore(NpgsqlDataSource source)
{
    public async Task<ListingRow?> FindAsync(Guid id, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<ListingRow>(new($"select {ListingRow.Columns} from market.listing l where l.id = @id", new { id }, cancellationToken: cancellation));
    }

    public async Task<IReadOnlyList<ListingRow>> FindManyAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<ListingRow>(new(
            $"select {ListingRow.Columns} from market.listing l where l.id = any(@Ids)", new { Ids = ids.Distinct().ToArray() }, cancellationToken: cancellation))).AsList();
    }

    public static Task<ListingRow?> ReadAsync(NpgsqlTransaction tx, Guid id) =>
        tx.Connection!.QuerySingleOrDefaultAsync<ListingRow>($"select {ListingRow.Columns} from market.listing l where l.id = @id", new { id }, tx);

    /// <summary>Locks first and reads then, in one round trip: a statement that waited for a lock still sees the pictures of before.</summary>
    public static async Task<ListingRow?> LockAsync(NpgsqlTransaction tx, Guid id)
    {
        await using var answers = await tx.Connection!.QueryMultipleAsync(
            $"select id from market.listing where id = @id for update; select {ListingRow.Columns} from market.listing l where l.id = @id", new { id }, tx);
        await answers.ReadAsync<Guid>();
        return await answers.ReadSingleOrDefaultAsync<ListingRow>();
    }

    /// <summary>False when there is one of this id already.</summary>
    public static async Task<bool> InsertAsync(NpgsqlTransaction tx, Guid id, Guid seller, ListingContent content, DateTimeOffset now, Guid? relistedFrom = null) =>
        await tx.Connection!.ExecuteAsync(
            """
            insert into market.listing (id, seller_id, kind, way, title, description, category, condition, hashtags, price, start_price, reserve, buy_now, starts_at, ends_at,
                                        relisted_from, created_at, updated_at)
            values (@Id, @Seller, @Kind, @Way, @Title, @Description, @Category, @Condition, @Hashtags, @Price, @StartPrice, @Reserve, @BuyNow, @StartsAt, @EndsAt,
                    @RelistedFrom, @Now, @Now)
            on conflict (id) do nothing
            """, Arguments(id, content, now, seller, relistedFrom), tx) == 1;

    /// <param name="tx">The transaction in which it is locked.</param>
    /// <param name="id">The listing.</param>
    /// <param name="content">What is written.</param>
    /// <param name="now">When.</param>
    /// <param name="version">What this writing is called; null: a name that nobody knows.</param>
    public static Task UpdateAsync(NpgsqlTransaction tx, Guid id, ListingContent content, DateTimeOffset now, Guid? version = null) => tx.Connection!.ExecuteAsync(
        """
        update market.listing set kind = @Kind, way = @Way, title = @Title, description = @Description, category = @Category, condition = @Condition, hashtags = @Hashtags,
               price = @Price, start_price = @StartPrice, reserve = @Reserve, buy_now = @BuyNow, starts_at = @StartsAt, ends_at = @EndsAt, updated_at = @Now, version = coalesce(@Version, gen_random_uuid())
        where id = @Id
        """, Arguments(id, content, now, version: version), tx);

    private static object Arguments(Guid id, ListingContent content, DateTimeOffset now, Guid? seller = null, Guid? relistedFrom = null, Guid? version = null) => new
    {
        Id = id,
        Seller = seller,
        Kind = content.Kind.Code(),
        Way = content.Way.Code(),
        content.Title,
        content.Description,
        content.Category,
        Condition = content.Condition?.Code(),
        Hashtags = content.Hashtags.ToArray(),
        content.Price,
        content.Auction.StartPrice,
        content.Auction.Reserve,
        content.Auction.BuyNow,
        content.Auction.StartsAt,
        content.Auction.EndsAt,
        RelistedFrom = relistedFrom,
        Now = now,
        Version = version,
    };

    /// <summary>A locked draft goes live: its numbers begin.</summary>
    public static Task PublishAsync(NpgsqlTransaction tx, Listing listing, DateTimeOffset now) => tx.Connection!.ExecuteAsync(
        """
        update market.listing set state = 'live', published_at = @now, updated_at = @now, starts_at = @StartsAt where id = @Id;
        insert into market.standing (listing_id, shown, price, ends_at) values (@Id, 'live', @Price, @EndsAt);
        insert into market.interest (listing_id, shown) values (@Id, 'live');
        """,
        new { listing.Id, now, Price = listing.Price ?? listing.Auction!.StartPrice, listing.Auction?.StartsAt, listing.Auction?.EndsAt }, tx);

    /// <summary>Ends a listing that is in one of the states; false when it is not, or not any more.</summary>
    public static async Task<bool> EndAsync(NpgsqlTransaction tx, Guid id, ListingState to, DateTimeOffset now, string? reason, params ListingState[] from) =>
        await tx.Connection!.ExecuteAsync(
            "update market.listing set state = @to, ended_at = @now, updated_at = @now, taken_down_reason = @reason where id = @id and state = any(@from)",
            new { id, to = to.Code(), now, reason, from = from.Select(state => state.Code()).ToArray() }, tx) == 1;

    public static async Task ShowAsync(NpgsqlTransaction tx, Guid id, Standing standing)
    {
        await using var batch = new NpgsqlBatch(tx.Connection, tx) { BatchCommands = { ShowCommand(id, standing) } };
        await batch.ExecuteNonQueryAsync();
    }

    public static NpgsqlBatchCommand ShowCommand(Guid id, Standing standing) => new("update market.standing set price = $2, bids = $3, ends_at = $4 where listing_id = $1")
    {
        Parameters =
        {
            new() { Value = id }, new() { Value = standing.Price }, new() { Value = standing.Bids },
            new() { Value = (object?)standing.EndsAt?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
        },
    };

    public static Task DeleteDraftAsync(NpgsqlTransaction tx, Guid id) => tx.Connection!.ExecuteAsync("delete from market.listing where id = @id and state = 'draft'", new { id }, tx);

    public static Task<bool> IsRelistedAsync(NpgsqlTransaction tx, Guid id) =>
        tx.Connection!.ExecuteScalarAsync<bool>("select exists (select from market.listing where relisted_from = @id)", new { id }, tx);

    /// <summary>How many drafts a member has. The seller's drafts are counted under a lock of the transaction, so that two new ones cannot both be the last allowed.</summary>
    public static async Task<int> CountDraftsAsync(NpgsqlTransaction tx, Guid seller)
    {
        await tx.Connection!.ExecuteAsync("select pg_advisory_xact_lock(hashtextextended('market.drafts:' || @seller, 0))", new { seller = seller.ToString() }, tx);
        return await tx.Connection!.ExecuteScalarAsync<int>("select count(*)::int from market.listing where seller_id = @seller and state = 'draft'", new { seller }, tx);
    }
}
