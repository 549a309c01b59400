using Dapper;
using Madang.Market;
using Madang.Orders.Domain;
using Npgsql;

namespace Madang.Orders.Storage;

/// <summary>What members are known for: one row each, counted anew whenever a review is shown or an order ends.</summary>
internal sealed class ReputationStore(NpgsqlDataSource source) : IReputations
{
    public async Task<IReadOnlyDictionary<Guid, Reputation>> Of(IReadOnlyCollection<Guid> members, CancellationToken cancellation = default)
    {
        var ids = members.Distinct().ToArray();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var known = (await connection.QueryAsync<(Guid Member, decimal Trust, int Reviews, int Sales)>(new CommandDefinition(
            "select member_id, trust, reviews, sales from orders.reputation where member_id = any(@ids)", new { ids }, cancellationToken: cancellation)))
            .ToDictionary(row => row.Member, row => new Reputation(row.Trust, row.Reviews, row.Sales));
        return ids.ToDictionary(id => id, id => known.GetValueOrDefault(id, Reputation.Newcomer));
    }

    /// <summary>Counts under the lock of the member's row, by a statement that begins after it was taken: of two orders that end together, the second counts the first.</summary>
    public static async Task RecountAsync(NpgsqlTransaction tx, IReadOnlyCollection<Guid> members)
    {
        foreach (var member in members.Order())
        {
            await tx.Connection!.ExecuteAsync(
                "insert into orders.reputation (member_id) values (@member) on conflict do nothing; select from orders.reputation where member_id = @member for update", new { member }, tx);
            var counted = await tx.Connection!.QuerySingleAsync<Counted>(
                """
                with shown as (
                  select stars, row_number() over (partition by author_id order by shown_at desc, order_id desc) as nth from orders.review where subject_id = @member and shown_at is not null
                ), deals as (
                  select row_number() over (partition by case when seller_id = @member then buyer_id else seller_id end order by id) as nth, seller_id = @member as sold
                  from orders.order where state = 'released' and (seller_id = @member or buyer_id = @member)
                )
                select (select count(*) from shown where stars = 1 and nth <= 3)::int as one, (select count(*) from shown where stars = 2 and nth <= 3)::int as two,
                       (select count(*) from shown where stars = 3 and nth <= 3)::int as three, (select count(*) from shown where stars = 4 and nth <= 3)::int as four,
                       (select count(*) from shown where stars = 5 and nth <= 3)::int as five, (select count(*) from shown)::int as reviews,
                       (select count(*) from deals where nth <= 3)::int as deals, (select count(*) from deals where sold)::int as sales,
                       (select count(*) from orders.order where (seller_id = @member and ending in ('cancelled_by_seller', 'cancelled_late')) or (buyer_id = @member and ending = 'never_chosen'))::int as failed
                """, new { member }, tx);
            var trust = Trust.Of(new Conduct([counted.One, counted.Two, counted.Three, counted.Four, counted.Five], counted.Deals, counted.Failed));
            await tx.Connection!.ExecuteAsync(
                "update orders.reputation set trust = @trust, reviews = @Reviews, sales = @Sales where member_id = @member", new { member, trust, counted.Reviews, counted.Sales }, tx);
        }
    }

    private sealed record Counted(int One, int Two, int Three, int Four, int Five, int Reviews, int Deals, int Sales, int Failed);
}
