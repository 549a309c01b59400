using Dapper;
using Madang.Auctions.Domain;
using Npgsql;

namespace Madang.Auctions.Storage;

/// <summary>Second chances. Whoever writes one, or relies on there being none, has locked its auction.</summary>
internal sealed class OfferStore(NpgsqlDataSource source)
{
    private const string Columns = "auction_id, bid_id, bidder_id, price, state, offered_at, until, ended_at";

    public static Task<OfferRow?> ReadAsync(NpgsqlTransaction tx, Guid auction) =>
        tx.Connection!.QuerySingleOrDefaultAsync<OfferRow?>($"select {Columns} from auctions.offer where auction_id = @auction", new { auction }, tx);

    public static Task InsertAsync(NpgsqlTransaction tx, Guid auction, StandingBid runnerUp, DateTimeOffset now, DateTimeOffset until) => tx.Connection!.ExecuteAsync(
        "insert into auctions.offer (auction_id, bid_id, bidder_id, price, offered_at, until) values (@auction, @Id, @Bidder, @Maximum, @now, @until)",
        new { auction, runnerUp.Id, runnerUp.Bidder, runnerUp.Maximum, now, until }, tx);

    public static Task EndAsync(NpgsqlTransaction tx, Guid auction, string how, DateTimeOffset now) => tx.Connection!.ExecuteAsync(
        "update auctions.offer set state = @how, ended_at = @now where auction_id = @auction", new { auction, how, now }, tx);

    public async Task<OfferRow?> FindAsync(Guid auction, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<OfferRow>(new CommandDefinition(
            $"select {Columns} from auctions.offer where auction_id = @auction", new { auction }, cancellationToken: cancellation));
    }

    /// <summary>Those that wait for a member's answer, the most urgent first.</summary>
    public async Task<IReadOnlyList<OfferRow>> OpenToAsync(Guid member, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<OfferRow>(new CommandDefinition(
            $"select {Columns} from auctions.offer where bidder_id = @member and state = 'open' and until > @now order by until", new { member, now }, cancellationToken: cancellation))).AsList();
    }
}
