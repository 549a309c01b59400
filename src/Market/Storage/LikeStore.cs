using Dapper;
using Madang.Platform.Data;
using Npgsql;

namespace Madang.Market.Storage;

/// <summary>Who likes what. The count beside the listing follows in the same transaction.</summary>
internal sealed class LikeStore(NpgsqlDataSource source)
{
    /// <summary>Which of these a member likes.</summary>
    public async Task<IReadOnlySet<Guid>> AmongAsync(Guid member, Guid[] listings, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<Guid>(new(
            "select listing_id from market.liked where member_id = @member and listing_id = any(@listings)", new { member, listings }, cancellationToken: cancellation))).ToHashSet();
    }

    /// <summary>Likes it; no more than once, however often and at how many places at once it is asked for.</summary>
    public Task AddAsync(Guid member, Guid listing, DateTimeOffset now, CancellationToken cancellation) => source.InTransaction(
        async tx =>
        {
            if (await tx.Connection!.ExecuteAsync("insert into market.liked (member_id, listing_id, at) values (@member, @listing, @now) on conflict do nothing", new { member, listing, now }, tx) == 1)
                await tx.Connection!.ExecuteAsync("update market.interest set likes = likes + 1 where listing_id = @listing", new { listing }, tx);
        },
        cancellation);

    public Task RemoveAsync(Guid member, Guid listing, CancellationToken cancellation) => source.InTransaction(tx => RemoveAsync(tx, member, [listing]), cancellation);

    /// <summary>Takes likes back; the counts are locked in the order of their ids.</summary>
    public static async Task RemoveAsync(NpgsqlTransaction tx, Guid member, Guid[] listings)
    {
        var gone = (await tx.Connection!.QueryAsync<Guid>(
            "delete from market.liked where member_id = @member and listing_id = any(@listings) returning listing_id", new { member, listings }, tx)).Order().ToArray();
        foreach (var listing in gone)
            await tx.Connection!.ExecuteAsync("update market.interest set likes = likes - 1 where listing_id = @listing", new { listing }, tx);
    }
}
