using Dapper;
using Npgsql;

namespace Madang.Market.Storage;

/// <summary>The numbers of one listing, as they stand beside it.</summary>
internal sealed class Numbers
{
    public long? Price { get; init; }

    public int Bids { get; init; }

    public DateTimeOffset? EndsAt { get; init; }

    public int Likes { get; init; }

    public long Views { get; init; }

    public bool Liked { get; init; }

    public static async Task<Numbers> OfAsync(NpgsqlConnection connection, Guid listing, Guid? viewer, CancellationToken cancellation) =>
        await connection.QuerySingleOrDefaultAsync<Numbers>(new(
            """
            select s.price, s.bids, s.ends_at, i.likes, i.views, exists (select from market.liked k where k.listing_id = s.listing_id and k.member_id = @viewer) as liked
            from market.standing s join market.interest i using (listing_id) where s.listing_id = @listing
            """, new { listing, viewer }, cancellationToken: cancellation)) ?? new Numbers();
}
