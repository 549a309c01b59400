using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Madang.Tests.Host;
using Madang.Tests.Market;
using Xunit;

namespace Madang.Tests.Auctions;

/// <summary>After the end: who is told what, whether it is offered to the runner-up or listed again, and what becomes of a sale that is called off.</summary>
public sealed class AfterwardsTests(AuctionHost host) : IClassFixture<AuctionHost>
{
    [Fact]
    public async Task Who_led_until_somebody_bought_at_once_learns_that_it_is_over_and_has_his_points()
    {
        var auction = await host.AuctionAsync(reserve: 50_000, buyNow: 60_000);
        var (outbid, leader, buyer, retracted) = (await host.BidderAsync(), await host.BidderAsync(90_000), await host.BidderAsync(), await host.BidderAsync());
        await (await retracted.RetractAsync(auction, await retracted.BidsAsync(auction, 3_000))).ShouldBeAsync(HttpStatusCode.NoContent);
        await outbid.BidsAsync(auction, 10_000);
        await leader.BidsAsync(auction, 30_000);
        await (await buyer.BuyNowAsync(auction, 60_000)).ShouldBeAsync(HttpStatusCode.Created);
        Assert.Equal((90_000, 0), await leader.PointsAsync());
        await ToldAsync(auction, leader.Id, outbid.Id);
        foreach (var spared in new[] { buyer, retracted })
            Assert.Equal(0, await host.ToldAsync(spared.Id, "auctions.lost", auction));
        Assert.Contains("60000", await host.ScalarAsync<string>("select data::text from notifications.notification where member = @Id and kind = 'auctions.lost'", new { leader.Id }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everybody_who_bid_and_did_not_win_is_told_once_at_the_end()
    {
        var auction = await host.AuctionAsync();
        var bidders = await host.BiddersAsync(3);
        for (var round = 1; round <= 3; round++)
            foreach (var (bidder, place) in bidders.Select((bidder, place) => (bidder, place)))
                await bidder.BidsAsync(auction, (round * 20_000) + (place * 5_000));
        await host.CloseAsync(auction);
        await ToldAsync(auction, bidders[0].Id, bidders[1].Id);
        Assert.Equal(0, await host.ToldAsync(bidders[2].Id, "auctions.lost", auction));
    }

    [Fact]
    public async Task While_the_runner_up_has_an_offer_it_is_not_listed_again_and_afterwards_it_is()
    {
        foreach (var declined in new[] { true, false })
        {
            var (seller, auction, _, second) = await UnsoldAsync();
            await (await OfferAsync(seller, auction)).ShouldBeAsync(HttpStatusCode.Created);
            await (await RelistAsync(seller, auction)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.offer_open");
            if (declined)
            {
                await (await AnswerAsync(second, auction, accept: false)).ShouldBeAsync(HttpStatusCode.OK);
            }
            else
            {
                host.First.Clock.Advance(TimeSpan.FromHours(49));
                (seller, second) = (await seller.OnAsync(host.First), await second.OnAsync(host.First));
            }
            await (await RelistAsync(seller, auction)).ShouldBeAsync(HttpStatusCode.Created);
            await (await AnswerAsync(second, auction, accept: true)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.no_offer");
        }
    }

    [Fact]
    public async Task What_was_listed_again_is_offered_to_nobody()
    {
        var (seller, auction, _, _) = await UnsoldAsync();
        Assert.True(Selling(await seller.ShowAsync(auction)).GetProperty("canOffer").GetBoolean());
        await (await RelistAsync(seller, auction)).ShouldBeAsync(HttpStatusCode.Created);
        Assert.False(Selling(await seller.ShowAsync(auction)).GetProperty("canOffer").GetBoolean());
        await (await OfferAsync(seller, auction)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.no_offer");
        Assert.Equal(0, await host.ScalarAsync<long>("select count(*) from auctions.offer where auction_id = @auction", new { auction }));
    }

    [Fact]
    public async Task Offering_and_listing_again_at_once_one_of_them_happens()
    {
        for (var round = 0; round < 6; round++)
        {
            var (seller, auction, _, second) = await UnsoldAsync();
            var (offering, relisting) = round % 2 == 0 ? (OfferAsync(seller, auction), RelistAsync(seller, auction)) : Swapped(RelistAsync(seller, auction), OfferAsync(seller, auction));
            var (offer, relist) = (await offering, await relisting);
            if (offer.StatusCode == HttpStatusCode.Created)
            {
                await relist.ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.offer_open");
                // Who was promised it gets it, whatever else is tried at that moment.
                var (accepting, again) = (AnswerAsync(second, auction, accept: true), RelistAsync(seller, auction));
                await (await accepting).ShouldBeAsync(HttpStatusCode.OK);
                Assert.Equal(HttpStatusCode.Conflict, (await again).StatusCode);
            }
            else
            {
                await offer.ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.no_offer");
                await relist.ShouldBeAsync(HttpStatusCode.Created);
            }
            Assert.Equal(1, await host.ScalarAsync<long>(
                "select (select count(*) from auctions.offer where auction_id = @auction) + (select count(*) from market.listing where relisted_from = @auction)", new { auction }));
        }

        static (Task<HttpResponseMessage>, Task<HttpResponseMessage>) Swapped(Task<HttpResponseMessage> first, Task<HttpResponseMessage> second) => (second, first);
    }

    [Fact]
    public async Task A_sale_that_is_called_off_is_said_so_everywhere_and_the_runner_up_may_be_asked()
    {
        var (seller, auction, first, second) = await EndedAsync(reserve: null);
        var order = (await second.ShowAsync(auction)).GetProperty("mine").GetProperty("order").GetGuid();
        Assert.Contains($"/orders/{order}", await WonAsync(second), StringComparison.Ordinal);
        await (await OfferAsync(seller, auction)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.no_offer");

        await (await seller.PostAsync($"/api/orders/{order}/cancel", new { })).ShouldBeAsync(HttpStatusCode.OK);

        Assert.Equal("cancelled", await host.StateAsync(auction));
        Assert.Equal("cancelled", await host.ScalarAsync<string>("select state ->> 'state' from platform.live where topic = 'auctions/' || @auction", new { auction }));
        var seen = await second.ShowAsync(auction);
        Assert.Equal("cancelled", seen.GetProperty("live").GetProperty("state").GetString());
        Assert.False(seen.GetProperty("mine").GetProperty("leading").GetBoolean());
        Assert.Equal(order, seen.GetProperty("mine").GetProperty("order").GetGuid());
        Assert.DoesNotContain($"/orders/{order}", await WonAsync(second), StringComparison.Ordinal);
        Assert.Contains("data-auction-state>Sale called off<", await PageAsync(seller, $"/market/{auction}"), StringComparison.Ordinal);
        Assert.True(Selling(await seller.ShowAsync(auction)).GetProperty("canOffer").GetBoolean());

        await (await OfferAsync(seller, auction)).ShouldBeAsync(HttpStatusCode.Created);
        Assert.Equal(20_000, (await first.ShowAsync(auction)).GetProperty("mine").GetProperty("offer").GetInt64());
        var anew = (await (await AnswerAsync(first, auction, accept: true)).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("order").GetGuid();

        // Sold to somebody who never led: nobody is shown as the one who does, and it is the buyer's alone.
        Assert.Equal("sold", await host.StateAsync(auction));
        Assert.Equal((null, 20_000L), ((await second.LiveAsync(auction)).Leader, (await second.LiveAsync(auction)).Price));
        Assert.Equal(anew, (await first.ShowAsync(auction)).GetProperty("mine").GetProperty("order").GetGuid());
        Assert.True(await first.LeadsAsync(auction));
        Assert.False(await second.LeadsAsync(auction));
        Assert.False((await second.ShowAsync(auction)).GetProperty("mine").TryGetProperty("order", out _));
        Assert.Contains($"/orders/{anew}", await WonAsync(first), StringComparison.Ordinal);
        Assert.DoesNotContain($"/market/{auction}", await WonAsync(second), StringComparison.Ordinal);
        Assert.Equal(((980_000, 0), (1_000_000, 0)), (await first.PointsAsync(), await second.PointsAsync()));

        // Called off once more, there is nobody left to ask: an offer is made once.
        await (await seller.PostAsync($"/api/orders/{anew}/cancel", new { })).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("cancelled", await host.StateAsync(auction));
        Assert.Equal((1_000_000, 0), await first.PointsAsync());
        await (await OfferAsync(seller, auction)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.no_offer");
        await (await RelistAsync(seller, auction)).ShouldBeAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Calling_a_sale_off_and_asking_the_runner_up_at_once_wait_for_each_other_in_one_order()
    {
        for (var round = 0; round < 4; round++)
        {
            var (seller, auction, _, second) = await EndedAsync(reserve: null);
            var order = (await second.ShowAsync(auction)).GetProperty("mine").GetProperty("order").GetGuid();
            var cancelling = seller.PostAsync($"/api/orders/{order}/cancel", new { });
            var offers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => OfferAsync(seller, auction)));
            await (await cancelling).ShouldBeAsync(HttpStatusCode.OK);
            Assert.All(offers, offer => Assert.True(offer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict));
            Assert.InRange(offers.Count(offer => offer.StatusCode == HttpStatusCode.Created), 0, 1);
            Assert.Equal("cancelled", await host.StateAsync(auction));
        }
    }

    [Fact]
    public async Task What_the_operator_takes_down_is_offered_no_longer_and_who_was_asked_is_told()
    {
        var (seller, auction, _, second) = await UnsoldAsync();
        await (await OfferAsync(seller, auction)).ShouldBeAsync(HttpStatusCode.Created);
        using var chief = await host.OperatorAsync();
        await (await chief.PostAsync($"/api/operator/market/listings/{auction}/take-down", new { reason = "도용한 사진입니다." })).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Equal(1, await host.ToldAsync(second.Id, "auctions.offer_withdrawn", auction));
        await (await AnswerAsync(second, auction, accept: true)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.no_offer");
        Assert.Equal("withdrawn", Selling(await seller.ShowAsync(auction)).GetProperty("offer").GetString());
        Assert.Equal((1_000_000, 0), await second.PointsAsync());
    }

    [Fact]
    public async Task Who_waits_for_an_answer_or_owes_one_does_not_leave_before_it_and_is_told_why()
    {
        var (seller, auction, _, second) = await UnsoldAsync();
        await (await OfferAsync(seller, auction)).ShouldBeAsync(HttpStatusCode.Created);
        foreach (var side in new[] { seller, second })
        {
            var problem = await (await LeaveAsync(side)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.under_way");
            Assert.Contains("second chance", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
        await (await AnswerAsync(second, auction, accept: false)).ShouldBeAsync(HttpStatusCode.OK);
        await (await LeaveAsync(seller)).ShouldBeAsync(HttpStatusCode.NoContent);

        async Task<HttpResponseMessage> LeaveAsync(Bidder member)
        {
            using var browser = await member.Member.BrowserAsync(host.First);
            return await browser.DeleteAsync("/api/me");
        }
    }

    private async Task ToldAsync(Guid auction, params Guid[] members)
    {
        foreach (var member in members)
            await Answers.EventuallyAsync(async () =>
            {
                await AuctionHost.RunDueAsync(host.First);
                return await host.ToldAsync(member, "auctions.lost", auction);
            }, told => told == 1);
    }

    private Task<(Bidder Seller, Guid Auction, Bidder First, Bidder Second)> UnsoldAsync() => EndedAsync(reserve: 90_000);

    /// <summary>An auction of a real listing that is over: the first bid up to 20,000, the second up to 30,000. All of them are signed in anew.</summary>
    private async Task<(Bidder Seller, Guid Auction, Bidder First, Bidder Second)> EndedAsync(long? reserve)
    {
        var (seller, first, second) = (await host.BidderAsync(0), await host.BidderAsync(1_000_000), await host.BidderAsync(1_000_000));
        var market = new MarketMember(seller.Member, await seller.Member.ProgramAsync(host.First));
        var auction = await market.AuctionAsync(host.Now.AddMinutes(30), ("auction", new { startPrice = 1_000, reserve, endsAt = host.Now.AddMinutes(30) }));
        await first.BidsAsync(auction, 20_000);
        await second.BidsAsync(auction, 30_000);
        await host.CloseAsync(auction);
        Assert.Equal(reserve is null ? "sold" : "unsold", await host.StateAsync(auction));
        return (await seller.OnAsync(host.First), auction, await first.OnAsync(host.First), await second.OnAsync(host.First));
    }

    private static Task<HttpResponseMessage> OfferAsync(Bidder seller, Guid auction) => seller.PostAsync($"/api/auctions/{auction}/second-chance", new { });

    private static Task<HttpResponseMessage> AnswerAsync(Bidder bidder, Guid auction, bool accept) => bidder.Client.PutAsJsonAsync($"/api/auctions/{auction}/second-chance/answer", new { accept });

    private static Task<HttpResponseMessage> RelistAsync(Bidder seller, Guid auction) => seller.Client.PostAsync($"/api/listings/{auction}/relist", null);

    private static JsonElement Selling(JsonElement auction) => auction.GetProperty("selling");

    private async Task<string> PageAsync(Bidder bidder, string path)
    {
        using var browser = await bidder.Member.BrowserAsync(host.First);
        var answer = await browser.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>The section of what was won, on somebody's page.</summary>
    private async Task<string> WonAsync(Bidder bidder)
    {
        var page = await PageAsync(bidder, "/market/my");
        var start = page.IndexOf("id=\"my-wins\"", StringComparison.Ordinal);
        return page[start..page.IndexOf("</section>", start, StringComparison.Ordinal)];
    }
}
