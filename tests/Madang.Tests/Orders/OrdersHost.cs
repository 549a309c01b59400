using Dapper;
using Madang.Accounts;
using Madang.Market;
using Madang.Orders.Features;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Madang.Wallet;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Orders;

/// <summary>A host where things are sold. After its class the ledger is in order, and escrow holds exactly the price of every open order.</summary>
public sealed class OrdersHost(TestDatabase database) : MadangHost(database)
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Wallet:Sandbox", "true"), new("Wallet:RefundDays", "0")];

    public NpgsqlDataSource Source => First.Services.GetRequiredService<NpgsqlDataSource>();

    public IWallet Wallet => First.Services.GetRequiredService<IWallet>();

    /// <summary>A member who trades.</summary>
    public async Task<Trader> TraderAsync(long points = 0, string role = "member")
    {
        var trader = new Trader(this, await TestMember.JoinAsync(First, role));
        if (points > 0)
            await GiveAsync(trader.Id, points);
        return trader;
    }

    public async Task GiveAsync(Guid member, long points) => _ = (await Wallet.Move(new Reward($"seed:{Guid.CreateVersion7()}", new("test"), member, points))).Value;

    /// <summary>What a member has: free, and held or in escrow is not his any more.</summary>
    public async Task<(long Available, long Held)> PointsAsync(Trader trader)
    {
        var balance = await Wallet.BalanceOf(trader.Id);
        return (balance.Available, balance.Held);
    }

    public async Task<long> RevenueAsync() => await ScalarAsync<long>("select balance from wallet.account where kind = 'revenue'");

    /// <summary>Lets time do what is due, by the very job that does it.</summary>
    public async Task AdvanceAsync(Node? node = null)
    {
        var services = (node ?? First).Services;
        var job = await services.GetRequiredService<NpgsqlDataSource>().InTransaction(
            tx => services.GetRequiredService<WorkQueue>().Enqueue(tx, AdvanceOrders.Kind, new AdvanceOrders.Job()));
        await Answers.EventuallyAsync(() => ScalarAsync<bool>("select exists (select from platform.work where id = @job)", new { job }), waits => !waits, seconds: 60);
    }

    public async Task WaitAsync(TimeSpan wait)
    {
        First.Clock.Advance(wait);
        await AdvanceAsync();
    }

    /// <summary>The books are in order, and escrow is what open orders cost.</summary>
    public async Task CheckAsync()
    {
        await using var connection = new NpgsqlConnection(Database);
        Assert.Empty(await connection.QueryAsync<string>("select problem || ': ' || subject || ' ' || detail from wallet.check()"));
        Assert.Equal(
            await connection.ExecuteScalarAsync<long>("select coalesce(sum(price), 0)::bigint from orders.order where ended_at is null"),
            await connection.ExecuteScalarAsync<long>("select balance from wallet.account where kind = 'escrow'"));
        Assert.Empty(await connection.QueryAsync<Guid>("select id from orders.order o where events <> (select count(*) from orders.event e where e.order_id = o.id)"));
        Assert.Empty(await connection.QueryAsync<Guid>(
            """
            select o.id from orders.order o where o.ended_at is not null and (o.paid_out + o.fee, o.refunded) is distinct from (
              coalesce((select sum(amount) from wallet.transfer where hold_id = o.hold_id and kind = 'sale'), 0)::bigint,
              coalesce((select sum(amount) from wallet.transfer where hold_id = o.hold_id and kind = 'return'), 0)::bigint)
            """));
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await CheckAsync();
        }
        finally
        {
            await base.DisposeAsync();
        }
    }

    /// <summary>An auction's sale, as the module of auctions reports it: the listing is sold, the points are held.</summary>
    public Task<Guid> SoldByAuctionAsync(Guid listing, Trader seller, Trader buyer, long price, Madang.Auctions.SoldBy by = Madang.Auctions.SoldBy.Bidding, long hold = 0) => Source.InTransaction(async tx =>
    {
        _ = (await First.Services.GetRequiredService<IListings>().End(tx, listing, ListingState.Sold)).Value;
        var held = (await Wallet.Move(tx, new HoldPoints($"auction:{listing}:bid:{buyer.Id}", new($"auction:{listing}"), buyer.Id, Math.Max(hold, price)))).Value.Hold!.Value;
        return await First.Services.GetRequiredService<Madang.Auctions.IAuctionSales>().Sold(tx, new(listing, "낙찰된 그림", seller.Id, buyer.Id, price, held, by));
    });
}
