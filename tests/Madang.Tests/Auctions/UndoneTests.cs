using System.Net;
using System.Net.Http.Json;
using Madang.Accounts;
using Madang.Accounts.Features;
using Madang.Market;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Auctions;

/// <summary>Bids that do not stand any more, listings that go, people who leave: price, leader and points follow.</summary>
public sealed class UndoneTests(AuctionHost host) : IClassFixture<AuctionHost>
{
    private static readonly TimeSpan Long = TimeSpan.FromDays(3);

    [Fact]
    public async Task Case_17_a_retracted_lead_gives_way_to_the_runner_up_and_the_points_go_along()
    {
        var auction = await host.AuctionAsync(runs: Long);
        var (a, b, c) = (await host.BidderAsync(50_000), await host.BidderAsync(50_000), await host.BidderAsync(50_000));
        await a.BidsAsync(auction, 10_000);
        var middle = await b.BidsAsync(auction, 20_000);
        var top = await c.BidsAsync(auction, 40_000);
        await (await b.RetractAsync(auction, top)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "auction.bid_unknown");
        await (await c.RetractAsync(auction, top)).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal((true, 11_000L), (await b.LeadsAsync(auction), (await b.LiveAsync(auction)).Price));
        Assert.Equal(((30_000, 20_000), (50_000, 0)), (await b.PointsAsync(), await c.PointsAsync()));
        await (await c.RetractAsync(auction, top)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.bid_undone");
        await (await b.RetractAsync(auction, middle)).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal((true, 1_000L), (await a.LeadsAsync(auction), (await a.LiveAsync(auction)).Price));
        Assert.Equal((40_000, 10_000), await a.PointsAsync());
        Assert.Equal(1, await host.ToldAsync(a.Id, "auctions.leading_again", auction));
        // They stay on record, and everybody sees that they were retracted.
        var history = (await (await host.Stranger().GetAsync($"/api/auctions/{auction}/bids")).JsonAsync()).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(2, history.Count(bid => bid.TryGetProperty("undone", out var undone) && undone.GetString() == "retracted"));
    }

    [Fact]
    public async Task Case_17_who_would_lead_again_without_the_points_for_it_is_passed_over_and_told()
    {
        var (auction, other) = (await host.AuctionAsync(runs: Long), await host.AuctionAsync(runs: Long));
        var (a, b, c) = (await host.BidderAsync(50_000), await host.BidderAsync(50_000), await host.BidderAsync(50_000));
        await a.BidsAsync(auction, 10_000);
        await b.BidsAsync(auction, 30_000);
        var top = await c.BidsAsync(auction, 40_000);
        await b.BidsAsync(other, 45_000);
        await (await c.RetractAsync(auction, top)).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal((true, 1_000L), (await a.LeadsAsync(auction), (await a.LiveAsync(auction)).Price));
        Assert.Equal((5_000, 45_000), await b.PointsAsync());
        Assert.Equal(1, await host.ToldAsync(b.Id, "auctions.uncovered", auction));
        Assert.Equal("uncovered", await host.ScalarAsync<string>("select undone_why from auctions.bid where auction_id = @auction and bidder_id = @id", new { auction, id = b.Id }));
    }

    [Fact]
    public async Task Case_17_hundreds_of_raises_that_are_not_covered_any_more_are_all_void()
    {
        var (auction, other) = (await host.AuctionAsync(runs: Long), await host.AuctionAsync(runs: Long));
        var (a, b, c) = (await host.BidderAsync(50_000), await host.BidderAsync(50_000), await host.BidderAsync(50_000));
        await a.BidsAsync(auction, 6_000);
        for (var raise = 0; raise < 300; raise++)
            await b.BidsAsync(auction, 10_000 + (raise * 100));
        var top = await c.BidsAsync(auction, 45_000);
        await b.BidsAsync(other, 43_000);
        await (await c.RetractAsync(auction, top)).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal((true, 1_000L, 1), (await a.LeadsAsync(auction), (await a.LiveAsync(auction)).Price, (await a.LiveAsync(auction)).Bids));
        Assert.Equal(300, await host.ScalarAsync<long>("select count(*) from auctions.bid where auction_id = @auction and undone_why = 'uncovered'", new { auction }));
        Assert.Equal(1, await host.ToldAsync(b.Id, "auctions.uncovered", auction));
    }

    [Fact]
    public async Task Case_17_within_the_last_twelve_hours_only_a_bid_of_the_last_hour_is_retracted()
    {
        var auction = await host.AuctionAsync(runs: TimeSpan.FromHours(13));
        var bidder = await host.BidderAsync();
        var bid = await bidder.BidsAsync(auction, 5_000);
        host.First.Clock.Advance(TimeSpan.FromMinutes(61));
        await (await bidder.RetractAsync(auction, bid)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "auction.retract_late");
        var raise = await bidder.BidsAsync(auction, 9_000);
        await (await bidder.RetractAsync(auction, raise)).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal((9_995_000, 5_000), await bidder.PointsAsync());
    }

    [Fact]
    public async Task Case_18_a_member_suspended_in_the_middle_is_replayed_away_and_his_points_are_free()
    {
        var auction = await host.AuctionAsync(runs: Long);
        var (a, b) = (await host.BidderAsync(50_000), await host.BidderAsync(50_000));
        await a.BidsAsync(auction, 10_000);
        await b.BidsAsync(auction, 20_000);
        await a.BidsAsync(auction, 30_000);
        await b.BidsAsync(auction, 45_000);
        var operatorCaller = new Caller("operator", "operator", IsOperator: true, new HashSet<string>());
        Assert.Null(await host.First.Services.GetRequiredService<MemberPower>().SuspendAsync(b.Id, new SuspensionRequest("장난 입찰"), operatorCaller, CancellationToken.None));
        await Answers.EventuallyAsync(async () =>
        {
            await AuctionHost.RunDueAsync(host.First);
            return await host.AcceptedAsync(auction);
        }, standing => standing == 2);
        Assert.Equal((true, 1_000L), (await a.LeadsAsync(auction), (await a.LiveAsync(auction)).Price));
        Assert.Equal((20_000, 30_000), await a.PointsAsync());
        Assert.Equal(0, await host.ScalarAsync<long>("select balance from wallet.account where member_id = @id and kind = 'held'", new { id = b.Id }));
    }

    [Fact]
    public async Task What_a_reinstated_member_bids_stands_also_when_the_late_job_of_his_suspension_comes_by()
    {
        var (kept, lost) = (await host.AuctionAsync(runs: Long), await host.AuctionAsync(runs: Long));
        var bidder = await host.BidderAsync(50_000);
        await bidder.BidsAsync(lost, 10_000);
        var power = host.First.Services.GetRequiredService<MemberPower>();
        var chief = new Caller("operator", "operator", IsOperator: true, new HashSet<string>());
        Assert.Null(await power.SuspendAsync(bidder.Id, new SuspensionRequest("오해"), chief, CancellationToken.None));
        Assert.Null(await power.ReinstateAsync(bidder.Id, chief, CancellationToken.None));
        host.First.Clock.Advance(TimeSpan.FromSeconds(30));
        bidder = await bidder.OnAsync(host.First);
        await bidder.BidsAsync(kept, 20_000);
        host.First.Clock.Advance(TimeSpan.FromMinutes(2));
        await Answers.EventuallyAsync(async () =>
        {
            await AuctionHost.RunDueAsync(host.First);
            return await host.ScalarAsync<long>("select count(*) from platform.work where kind = 'auctions.void_bids' and payload ->> 'member' = @id", new { id = bidder.Id.ToString() });
        }, waiting => waiting == 0);
        Assert.Equal((0, 1), (await host.AcceptedAsync(lost), await host.AcceptedAsync(kept)));
        Assert.True(await bidder.LeadsAsync(kept));
        Assert.Equal((30_000, 20_000), await bidder.PointsAsync());
    }

    [Fact]
    public async Task Case_19_points_and_auctions_agree_through_everything_at_once()
    {
        var bidders = await host.BiddersAsync(5, points: 60_000);
        var auctions = new List<Guid>();
        for (var i = 0; i < 3; i++)
            auctions.Add(await host.AuctionAsync(runs: Long, reserve: i == 1 ? 20_000 : null));
        await Task.WhenAll(bidders.SelectMany((bidder, who) => Enumerable.Range(0, 12).Select(async step =>
        {
            var auction = auctions[(who + step) % 3];
            var answer = await bidder.BidAsync(auction, 1_000 + (step * 4_000) + (who * 300));
            if (answer.StatusCode == HttpStatusCode.Created && step % 3 == 0)
                await bidder.RetractAsync(auction, await answer.JsonAsync());
        })));
        Assert.Empty(await host.ProblemsAsync());
        Assert.Equal(300_000, (await Task.WhenAll(bidders.Select(bidder => bidder.PointsAsync()))).Sum(points => points.Available + points.Held));
    }

    [Fact]
    public async Task Case_23_the_history_survives_closing_and_the_departure_of_a_bidder_without_a_name()
    {
        var seller = await host.BidderAsync(0);
        var auction = await host.AuctionAsync(seller, runs: TimeSpan.FromMinutes(30));
        var (loser, winner) = (await host.BidderAsync(), await host.BidderAsync());
        await loser.BidsAsync(auction, 10_000);
        await winner.BidsAsync(auction, 30_000);
        await (await loser.Client.DeleteAsync("/api/me")).ShouldBeAsync(HttpStatusCode.NoContent);
        // Who leads has points at stake, and who sells has people waiting: neither leaves before the end.
        var own = host.First.Services.GetServices<IPersonalData>().Single(data => data.Section == "auctions");
        foreach (var stays in new[] { winner, seller })
        {
            await (await stays.Client.DeleteAsync("/api/me")).ShouldBeAsync(HttpStatusCode.Conflict);
            Assert.Equal("auction.under_way", (await host.First.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(tx => own.Hinders(tx, stays.Id)))?.Code);
        }
        // Nobody wins by the bids of somebody who is gone.
        await Answers.EventuallyAsync(async () =>
        {
            await AuctionHost.RunDueAsync(host.First);
            return await host.AcceptedAsync(auction);
        }, standing => standing == 1);
        await host.CloseAsync(auction);
        var history = (await (await host.Stranger().GetAsync($"/api/auctions/{auction}/bids")).JsonAsync()).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(2, history.Count);
        Assert.Equal("***", history[1].GetProperty("bidder").GetString());
        Assert.Equal(1, await host.SalesAsync(auction));
    }

    [Fact]
    public async Task The_operator_takes_it_down_and_every_bid_is_void_while_the_seller_cannot()
    {
        var auction = await host.AuctionAsync(runs: Long);
        var (a, b) = (await host.BidderAsync(50_000), await host.BidderAsync(50_000));
        await a.BidsAsync(auction, 10_000);
        await b.BidsAsync(auction, 20_000);
        var sale = host.First.Services.GetServices<ISale>().Single(one => one.Way == SaleWay.Auction);
        var source = host.First.Services.GetRequiredService<NpgsqlDataSource>();
        Assert.Equal("auction.has_bids", (await source.InTransaction(tx => sale.Withdraw(tx, auction, byOperator: false)))?.Code);
        Assert.Null(await source.InTransaction(tx => sale.Withdraw(tx, auction, byOperator: true)));
        Assert.Equal("withdrawn", await host.StateAsync(auction));
        Assert.Equal((50_000, 0), await b.PointsAsync());
        Assert.Equal(1, await host.ToldAsync(a.Id, "auctions.withdrawn", auction));
        await (await a.BidAsync(auction, 30_000)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.ended");
    }

    [Fact]
    public async Task Terms_change_before_the_first_bid_and_not_after()
    {
        var auction = await host.AuctionAsync(runs: Long);
        var sale = host.First.Services.GetServices<ISale>().Single(one => one.Way == SaleWay.Auction);
        var source = host.First.Services.GetRequiredService<NpgsqlDataSource>();
        var listing = (await host.First.Services.GetRequiredService<IListings>().Find(auction))!;
        var cheaper = listing with { Auction = listing.Auction! with { StartPrice = 500, EndsAt = host.Now.AddHours(2) } };
        Assert.Null(await source.InTransaction(tx => sale.Change(tx, cheaper)));
        var bidder = await host.BidderAsync();
        await bidder.BidsAsync(auction, 500);
        Assert.Equal("auction.has_bids", (await source.InTransaction(tx => sale.Change(tx, listing)))?.Code);
        Assert.Null(await source.InTransaction(tx => sale.Change(tx, cheaper with { Title = "새 제목" })));
        await host.CloseAsync(auction);
        Assert.Equal(1, await host.SalesAsync(auction));
    }

    [Fact]
    public async Task A_second_chance_is_offered_once_to_the_runner_up_at_his_own_bid()
    {
        var seller = await host.BidderAsync(0);
        var auction = await host.AuctionAsync(seller, reserve: 90_000);
        var (a, b) = (await host.BidderAsync(50_000), await host.BidderAsync(50_000));
        await a.BidsAsync(auction, 20_000);
        await b.BidsAsync(auction, 30_000);
        await host.CloseAsync(auction);
        Assert.Equal("unsold", await host.StateAsync(auction));
        (seller, b) = (await seller.OnAsync(host.First), await b.OnAsync(host.First));
        await (await a.PostAsync($"/api/auctions/{auction}/second-chance", new { })).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auction.not_seller");
        await (await seller.PostAsync($"/api/auctions/{auction}/second-chance", new { })).ShouldBeAsync(HttpStatusCode.Created);
        await (await seller.PostAsync($"/api/auctions/{auction}/second-chance", new { })).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.no_offer");
        Assert.DoesNotContain("30000", (await seller.ShowAsync(auction)).ToString(), StringComparison.Ordinal);
        Assert.Equal(30_000, (await b.ShowAsync(auction)).GetProperty("mine").GetProperty("offer").GetInt64());
        await (await a.Client.PutAsJsonAsync($"/api/auctions/{auction}/second-chance/answer", new { accept = true })).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.no_offer");
        host.First.Clock.Advance(TimeSpan.FromHours(49));
        b = await b.OnAsync(host.First);
        await (await b.Client.PutAsJsonAsync($"/api/auctions/{auction}/second-chance/answer", new { accept = true })).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.no_offer");
        await Answers.EventuallyAsync(async () =>
        {
            await AuctionHost.RunDueAsync(host.First);
            return await host.ScalarAsync<string>("select state from auctions.offer where auction_id = @auction", new { auction });
        }, state => state == "expired");
        Assert.Equal((50_000, 0), await b.PointsAsync());
    }

    [Fact]
    public async Task A_runner_up_who_takes_the_second_chance_buys_at_his_own_bid()
    {
        var seller = await host.BidderAsync(0);
        var auction = await host.AuctionAsync(seller, reserve: 90_000);
        var bidder = await host.BidderAsync(50_000);
        await bidder.BidsAsync(auction, 30_000);
        await host.CloseAsync(auction);
        (seller, bidder) = (await seller.OnAsync(host.First), await bidder.OnAsync(host.First));
        await (await seller.PostAsync($"/api/auctions/{auction}/second-chance", new { })).ShouldBeAsync(HttpStatusCode.Created);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => bidder.Client.PutAsJsonAsync($"/api/auctions/{auction}/second-chance/answer", new { accept = true })));
        var orders = new HashSet<Guid>();
        foreach (var answer in answers)
            orders.Add((await answer.ShouldBeAsync(HttpStatusCode.OK)).GetProperty("order").GetGuid());
        Assert.Single(orders);
        Assert.Equal(1, await host.SalesAsync(auction));
        Assert.Equal((20_000, 0), await bidder.PointsAsync());
        Assert.Equal("sold", await host.ScalarAsync<string>("select state from market.listing where id = @auction", new { auction }));
    }
}
