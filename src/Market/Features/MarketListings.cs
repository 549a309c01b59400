using Dapper;
using Madang.Images;
using Madang.Market.Domain;
using Madang.Market.Storage;
using Madang.Platform.Web;
using Npgsql;

namespace Madang.Market.Features;

/// <summary>Listings as the modules that sell them see them.</summary>
internal sealed class MarketListings(ListingStore store, IPictures pictures, TimeProvider time) : IListings
{
    public const int CoverSide = 320;

    public async Task<Listing?> Find(Guid id, CancellationToken cancellation = default) => await store.FindAsync(id, cancellation) is { } row ? Of(row) : null;

    public async Task<IReadOnlyDictionary<Guid, Listing>> FindMany(IReadOnlyCollection<Guid> ids, CancellationToken cancellation = default) =>
        ids.Count == 0 ? new Dictionary<Guid, Listing>() : (await store.FindManyAsync(ids, cancellation)).ToDictionary(row => row.Id, Of);

    public async Task<Listing?> Lock(NpgsqlTransaction transaction, Guid id) => await ListingStore.LockAsync(transaction, id) is { } row ? Of(row) : null;

    public async Task<Result<Listing>> End(NpgsqlTransaction transaction, Guid id, ListingState to)
    {
        if (to is not (ListingState.Sold or ListingState.Unsold))
            throw new ArgumentOutOfRangeException(nameof(to), to, "A sale ends a listing as sold or unsold.");
        // Locked first, so that it is not listed again between the look and the end.
        if (await ListingStore.LockAsync(transaction, id) is not { } seen)
            return ListingFailures.Unknown;
        if (seen.Stands is ListingState.Unsold && await ListingStore.IsRelistedAsync(transaction, id))
            return ListingFailures.NotLive;
        ListingState[] from = to is ListingState.Sold ? [ListingState.Live, ListingState.Unsold] : [ListingState.Live, ListingState.Sold];
        var ended = await ListingStore.EndAsync(transaction, id, to, time.GetUtcNow(), reason: null, from);
        return ended ? Of(seen) with { State = to } : ListingFailures.NotLive;
    }

    public Task Show(NpgsqlTransaction transaction, Guid id, Standing standing) => ListingStore.ShowAsync(transaction, id, standing);

    public void Show(NpgsqlBatch statements, Guid id, Standing standing) => statements.BatchCommands.Add(ListingStore.ShowCommand(id, standing));

    public Task LowerReserve(NpgsqlTransaction transaction, Guid id, long? reserve) =>
        transaction.Connection!.ExecuteAsync("update market.listing set reserve = @reserve where id = @id and state = 'live'", new { id, reserve }, transaction);

    public async Task<IReadOnlySet<Guid>> BlockedBy(NpgsqlTransaction transaction, Guid seller, IReadOnlyCollection<Guid> members)
    {
        if (members.Count == 0)
            return new HashSet<Guid>();
        await using var command = new NpgsqlCommand("select blocked_id from market.block where member_id = $1 and blocked_id = any($2)", transaction.Connection, transaction)
        {
            Parameters = { new() { Value = seller }, new() { Value = members.Distinct().ToArray() } },
        };
        await command.PrepareAsync();
        await using var rows = await command.ExecuteReaderAsync();
        var blocked = new HashSet<Guid>();
        while (await rows.ReadAsync())
            blocked.Add(rows.GetGuid(0));
        return blocked;
    }

    /// <summary>A row as the contract has it.</summary>
    public Listing Of(ListingRow row) => Of(row.Id, row.SellerId, row.Content, row.Stands, row.PublishedAt) with { IsRelisted = row.IsRelisted };

    /// <summary>The same of what is wished but not written yet.</summary>
    public Listing Of(Guid id, Guid seller, ListingContent content, ListingState state, DateTimeOffset? publishedAt) => new(
        id, seller, content.Kind, content.Title, content.Way, content.Price, content.Auction.Whole(publishedAt), state, publishedAt,
        content.Pictures.Count > 0 ? pictures.SquareUrl(content.Pictures[0], CoverSide) : null);
}

/// <summary>The ways in which something can be sold here.</summary>
internal sealed class Sales(IEnumerable<ISale> ways)
{
    private readonly Dictionary<SaleWay, ISale> _ways = ways.ToDictionary(sale => sale.Way);

    public ISale? Find(SaleWay way) => _ways.GetValueOrDefault(way);

    public bool Offers(SaleWay way) => _ways.ContainsKey(way);
}
