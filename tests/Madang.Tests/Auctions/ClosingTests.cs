using System.Net;
using Madang.Auctions;
using Madang.Auctions.Features;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Auctions;

/// <summary>The end of an auction: once, paid, told, whatever happens meanwhile.</summary>
public sealed class ClosingTests(AuctionHost host) : IClassFixture<AuctionHost>
{
    [Fact]
    public async Task A_sold_auction_makes_an_order_that_is_paid_from_the_hold()
    {
        var seller = await host.BidderAsync(0);
        var auction = await host.AuctionAsync(seller);
        var (winner, loser) = (await host.BidderAsync(50_000), await host.BidderAsync(50_000));
        await loser.BidsAsync(auction, 10_000);
        await winner.BidsAsync(auction, 30_000);
        await host.CloseAsync(auction);
        Assert.Equal("sold", await host.StateAsync(auction));
        Assert.Equal(1, await host.SalesAsync(auction));
        Assert.Equal((39_000, 0), await winner.PointsAsync());
        Assert.Equal((50_000, 0), await loser.PointsAsync());
        Assert.Equal("sold", await host.ScalarAsync<string>("select state from market.listing where id = @auction", new { auction }));
        var shown = await winner.ShowAsync(auction);
        Assert.Equal("sold", shown.GetProperty("live").GetProperty("state").GetString());
        Assert.NotEqual(Guid.Empty, shown.GetProperty("mine").GetProperty("order").GetGuid());
        await (await loser.BidAsync(auction, 90_000)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.ended");
    }

    [Fact]
    public async Task An_auction_below_its_reserve_is_unsold_and_its_hold_free()
    {
        var seller = await host.BidderAsync(0);
        var auction = await host.AuctionAsync(seller, reserve: 50_000);
        var bidder = await host.BidderAsync(60_000);
        await bidder.BidsAsync(auction, 49_999);
        await host.CloseAsync(auction);
        Assert.Equal("unsold", await host.StateAsync(auction));
        Assert.Equal("unsold", await host.ScalarAsync<string>("select state from market.listing where id = @auction", new { auction }));
        Assert.Equal((60_000, 0), await bidder.PointsAsync());
        Assert.Equal(1, await host.ToldAsync(seller.Id, "auctions.unsold", auction));
        Assert.Equal(1, await host.ToldAsync(bidder.Id, "auctions.reserve_not_met", auction));
    }

    [Fact]
    public async Task Case_9_at_the_end_a_bid_is_too_late_whether_or_not_the_closer_was_there()
    {
        var (auction, bidder) = (await host.AuctionAsync(), await host.BidderAsync());
        host.First.Clock.Advance(TimeSpan.FromHours(1));
        await (await bidder.BidAsync(auction, 5_000)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.ended");
    }

    [Fact]
    public async Task Case_10_a_bid_received_in_time_and_decided_after_the_end_counts()
    {
        var (auction, bidder) = (await host.AuctionAsync(), await host.BidderAsync());
        host.First.Clock.Advance(TimeSpan.FromMinutes(59));
        Task<HttpResponseMessage> bid;
        await using (var held = await host.HeldAsync(auction))
        {
            bid = bidder.BidAsync(auction, 5_000);
            await host.WaitingAsync(1);
            host.First.Clock.Advance(TimeSpan.FromSeconds(61));
        }
        await (await bid).ShouldBeAsync(HttpStatusCode.Created);
        Assert.Equal(1, await host.ScalarAsync<int>("select extensions from auctions.auction where id = @auction", new { auction }));
    }

    [Fact]
    public async Task Case_11_a_bid_that_is_first_at_the_row_extends_and_the_closer_behind_it_goes_on_waiting()
    {
        var (auction, first, second) = (await host.AuctionAsync(), await host.BidderAsync(), await host.BidderAsync());
        await first.BidsAsync(auction, 5_000);
        host.First.Clock.Advance(TimeSpan.FromMinutes(59.9));
        Task closing;
        Task<HttpResponseMessage> bid;
        await using (var held = await host.HeldAsync(auction))
        {
            bid = second.BidAsync(auction, 9_000);
            await host.WaitingAsync(1);
            host.First.Clock.Advance(TimeSpan.FromSeconds(20));
            closing = AuctionHost.RunDueAsync(host.First);
            await host.WaitingAsync(2);
        }
        await (await bid).ShouldBeAsync(HttpStatusCode.Created);
        await closing;
        Assert.Equal("live", await host.StateAsync(auction));
        Assert.True(await second.LeadsAsync(auction));
        // The one job that waits for it has gone on to the new end.
        Assert.Equal(1, await host.ScalarAsync<long>("select count(*) from platform.work where kind = 'auctions.close' and key = @auction::text", new { auction }));
        await host.CloseAsync(auction);
        Assert.Equal("sold", await host.StateAsync(auction));
    }

    [Fact]
    public async Task Case_11_bids_around_the_end_race_the_closer_and_it_is_extended_or_closed_never_both()
    {
        var bidders = await host.BiddersAsync(4);
        for (var round = 0; round < 6; round++)
        {
            var auction = await host.AuctionAsync(runs: TimeSpan.FromMinutes(10));
            await bidders[0].BidsAsync(auction, 5_000);
            host.First.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(150 - (round * 30)));
            var bids = bidders.Skip(1).Select((bidder, i) => bidder.BidAsync(auction, 10_000 + (i * 5_000))).ToList();
            host.First.Clock.Advance(TimeSpan.FromSeconds(2.2));
            await AuctionHost.RunDueAsync(host.First);
            var answers = await Task.WhenAll(bids);
            await AuctionHost.RunDueAsync(host.First);
            var (state, extensions) = (await host.StateAsync(auction), await host.ScalarAsync<int>("select extensions from auctions.auction where id = @auction", new { auction }));
            var taken = answers.Any(answer => answer.StatusCode == HttpStatusCode.Created);
            Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity));
            Assert.True(taken ? extensions > 0 : state == "sold" || extensions == 0, $"{state}, {extensions} extensions, taken: {taken}");
            Assert.False(state == "sold" && extensions > 0, "extended and closed at once");
            await host.CloseAsync(auction);
            Assert.Equal(1, await host.SalesAsync(auction));
        }
    }

    [Fact]
    public async Task Case_13_closers_on_two_nodes_and_one_that_fails_in_the_middle_make_one_order_and_one_message()
    {
        var failing = new FailsOnce();
        await using var second = new Node(host.Database, [], port: null, services => services.AddSingleton<IAuctionSales>(provider => failing.Before(provider)));
        var auctions = new List<Guid>();
        var (seller, bidder) = (await host.BidderAsync(0), await host.BidderAsync());
        for (var i = 0; i < 6; i++)
        {
            auctions.Add(await host.AuctionAsync(seller));
            await bidder.BidsAsync(auctions[i], 5_000);
        }
        host.First.Clock.Advance(TimeSpan.FromMinutes(61));
        second.Clock.Advance(host.Now - second.Clock.GetUtcNow());
        await Task.WhenAll(AuctionHost.RunDueAsync(host.First), AuctionHost.RunDueAsync(second));
        // What failed is tried again after a while.
        await Answers.EventuallyAsync(async () =>
        {
            host.First.Clock.Advance(TimeSpan.FromSeconds(5));
            second.Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.WhenAll(AuctionHost.RunDueAsync(host.First), AuctionHost.RunDueAsync(second));
            return await host.ScalarAsync<long>("select count(*) from auctions.auction where id = any(@ids) and state = 'live'", new { ids = auctions.ToArray() });
        }, left => left == 0);
        foreach (var auction in auctions)
        {
            Assert.Equal(1, await host.SalesAsync(auction));
            Assert.Equal(1, await host.ScalarAsync<long>("select count(*) from orders.order where listing_id = @auction", new { auction }));
        }
        Assert.Equal(6, await host.ScalarAsync<long>("select coalesce(sum(times), 0)::bigint from notifications.notification where member = @id and kind = 'orders.won'", new { id = bidder.Id }));
    }

    [Fact]
    public async Task Case_14_an_outage_of_mail_and_of_the_blob_store_hinders_no_closing()
    {
        var database = await host.NewDatabaseAsync();
        await using var node = new Node(
            database,
            [
                new("Mail:Smtp:Host", "127.0.0.1"), new("Mail:Smtp:Port", "9"), new("Mail:From", "madang@example.com"), new("Blobs:Store", "s3"), new("Blobs:S3:Endpoint", "http://127.0.0.1:9"),
                new("Blobs:S3:Bucket", "madang"), new("Blobs:S3:AccessKey", "a"), new("Blobs:S3:SecretKey", "b"),
            ],
            port: null);
        _ = node.Services;
        var bidder = await Bidder.JoinAsync(node, 10_000);
        var auctions = new List<Guid>();
        for (var i = 0; i < 2; i++)
        {
            auctions.Add(await host.AuctionAsync(node: node));
            await bidder.BidsAsync(auctions[i], 2_000);
        }
        node.Clock.Advance(TimeSpan.FromMinutes(61));
        await using var connection = new NpgsqlConnection(database);
        await Answers.EventuallyAsync(async () =>
        {
            // Not to its end: the mails are tried again and again.
            await node.Services.GetRequiredService<Worker>().StartDue(CancellationToken.None, CancellationToken.None);
            return await Dapper.SqlMapper.ExecuteScalarAsync<long>(connection, "select count(*) from auctions.auction where state = 'sold'");
        }, sold => sold == 2);
        Assert.Empty(await Auctioned.ProblemsAsync(database));
    }

    [Fact]
    public async Task Case_16_buy_now_against_bids_at_once_is_one_sale()
    {
        var bidders = await host.BiddersAsync(6);
        for (var round = 0; round < 5; round++)
        {
            var auction = await host.AuctionAsync(buyNow: 20_000);
            var answers = await Task.WhenAll(bidders.Select((bidder, i) => i % 2 == 0 ? bidder.BuyNowAsync(auction, 20_000) : bidder.BidAsync(auction, 6_000 + i)));
            var bought = answers.Where((answer, i) => i % 2 == 0 && answer.StatusCode == HttpStatusCode.Created).Count();
            var bid = answers.Where((answer, i) => i % 2 == 1 && answer.StatusCode == HttpStatusCode.Created).Count();
            Assert.Equal(1, bought + Math.Min(bid, 1));
            Assert.Equal(bought, await host.SalesAsync(auction));
            Assert.Equal(bought == 1 ? "sold" : "live", await host.StateAsync(auction));
            Assert.Equal(bought, await host.ScalarAsync<long>("select count(*) from market.listing where id = @auction and state = 'sold'", new { auction }));
        }
    }

    [Fact]
    public async Task A_seller_ends_early_without_bids_only_and_only_lowers_the_reserve()
    {
        var seller = await host.BidderAsync(0);
        var (empty, wanted) = (await host.AuctionAsync(seller), await host.AuctionAsync(seller, reserve: 50_000));
        var bidder = await host.BidderAsync();
        await bidder.BidsAsync(wanted, 30_000);
        await (await bidder.PostAsync($"/api/auctions/{empty}/end", new { })).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auction.not_seller");
        await (await seller.PostAsync($"/api/auctions/{empty}/end", new { })).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal("unsold", await host.StateAsync(empty));
        await (await bidder.BidAsync(empty, 5_000)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.ended");
        await (await seller.PostAsync($"/api/auctions/{wanted}/end", new { })).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.has_bids");

        Task<HttpResponseMessage> Lower(long? reserve) => seller.Client.PutAsync($"/api/auctions/{wanted}/reserve", System.Net.Http.Json.JsonContent.Create(new { reserve }));
        await (await Lower(60_000)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "auction.reserve_raised");
        await (await Lower(999)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "auction.reserve_raised");
        await (await Lower(40_000)).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal((1_000, "not_met"), await ReserveAsync());
        await (await Lower(25_000)).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal((25_000, "met"), await ReserveAsync());

        async Task<(long, string)> ReserveAsync()
        {
            var live = (await bidder.ShowAsync(wanted)).GetProperty("live");
            return (live.GetProperty("price").GetInt64(), live.GetProperty("reserve").GetString()!);
        }
    }

    [Fact]
    public async Task Clocks_of_two_nodes_five_seconds_apart_do_no_harm()
    {
        await using var slow = new Node(host.Database, [], port: null);
        slow.Clock.Advance(host.Now - slow.Clock.GetUtcNow() - TimeSpan.FromSeconds(5));
        var auction = await host.AuctionAsync();
        var bidder = await host.BidderAsync();
        var there = await bidder.OnAsync(slow);
        slow.Clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(3));
        await slow.Services.GetRequiredService<Pulse>().BeatAsync(lookBack: false, CancellationToken.None);
        host.First.Clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(3));
        var lag = await host.First.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(tx => host.First.Services.GetRequiredService<Pulse>().LagAsync(tx));
        Assert.InRange(lag, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(10));

        // By the closer's clock the grace is over, by the other's there are two seconds left. A machine that stands still meanwhile lets them pass: then it is closed, and the bid refused.
        await AuctionHost.RunDueAsync(host.First);
        await (await bidder.BidAsync(auction, 5_000)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.ended");
        var heard = (await there.BidAsync(auction, 5_000)).StatusCode;
        Assert.True(heard is HttpStatusCode.Created or HttpStatusCode.Conflict);
        Assert.Equal(heard == HttpStatusCode.Created ? 1 : 0, await host.ScalarAsync<int>("select extensions from auctions.auction where id = @auction", new { auction }));
        await host.CloseAsync(auction);
        Assert.Equal(heard == HttpStatusCode.Created ? 1 : 0, await host.SalesAsync(auction));
    }

    [Fact]
    public async Task An_auction_whose_job_was_lost_is_closed_by_the_sweep()
    {
        var (auction, bidder) = (await host.AuctionAsync(), await host.BidderAsync());
        await bidder.BidsAsync(auction, 5_000);
        // As an operator discards it.
        Assert.Equal(1, await host.ScalarAsync<long>("with lost as (delete from platform.work where kind = 'auctions.close' and key = @auction::text returning 1) select count(*) from lost", new { auction }));
        host.First.Clock.Advance(TimeSpan.FromMinutes(62));
        await host.First.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(
            tx => host.First.Services.GetRequiredService<WorkQueue>().Enqueue(tx, SweepAuctions.Kind, new SweepAuctions.Job()));
        await host.ClosedAsync(auction, host.First);
        Assert.Equal("sold", await host.StateAsync(auction));
        Assert.Equal(1, await host.SalesAsync(auction));
    }

    /// <summary>Orders whose first transaction is lost after everything was done in it.</summary>
    private sealed class FailsOnce
    {
        private int _left = 1;

        public IAuctionSales Before(IServiceProvider provider) =>
            new Sales(this, ActivatorUtilities.CreateInstance<Madang.Orders.Features.AuctionSales>(provider));

        private sealed class Sales(FailsOnce owner, IAuctionSales inner) : IAuctionSales
        {
            public async Task<Guid> Sold(NpgsqlTransaction transaction, AuctionSale sale)
            {
                var order = await inner.Sold(transaction, sale);
                return Interlocked.Decrement(ref owner._left) >= 0 ? throw new TimeoutException("the node dies here") : order;
            }
        }
    }
}
