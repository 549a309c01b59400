using System.Net;
using Madang.Auctions.Domain;
using Madang.Auctions.Features;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Auctions;

/// <summary>Bids over HTTP: what is taken, what is refused, and where the points are.</summary>
public sealed class BiddingTests(AuctionHost host) : IClassFixture<AuctionHost>
{
    [Fact]
    public async Task A_bid_is_taken_its_maximum_held_and_a_higher_one_sets_it_free()
    {
        var auction = await host.AuctionAsync();
        var (first, second) = (await host.BidderAsync(50_000), await host.BidderAsync(50_000));
        var bid = await first.BidsAsync(auction, 20_000);
        Assert.True(bid.GetProperty("leading").GetBoolean());
        Assert.Equal(1_000, bid.GetProperty("live").GetProperty("price").GetInt64());
        Assert.Equal((30_000, 20_000), await first.PointsAsync());

        var higher = await second.BidAsync(auction, 30_000);
        Assert.Equal($"/api/auctions/{auction}/bids/{(await higher.ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetString()}", higher.Headers.Location!.ToString());
        Assert.Equal((50_000, 0), await first.PointsAsync());
        Assert.Equal((20_000, 30_000), await second.PointsAsync());
        Assert.Equal(21_000, (await first.LiveAsync(auction)).Price);
        Assert.False(await first.LeadsAsync(auction));

        host.First.Clock.Advance(TimeSpan.FromSeconds(2));
        await Answers.EventuallyAsync(async () =>
        {
            await AuctionHost.RunDueAsync(host.First);
            return await host.ToldAsync(first.Id, "auctions.outbid", auction);
        }, told => told == 1);
    }

    [Fact]
    public async Task Refused_bids_say_why_and_are_kept_with_their_reason_for_their_bidder_alone()
    {
        var seller = await host.BidderAsync();
        var auction = await host.AuctionAsync(seller);
        var (rich, poor) = (await host.BidderAsync(), await host.BidderAsync(1_500));
        await (await seller.BidAsync(auction, 5_000)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "auction.own");
        await (await poor.BidAsync(auction, 5_000)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.insufficient");
        await (await rich.BidAsync(auction, 999)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "auction.too_low");
        await rich.BidsAsync(auction, 10_000);
        var low = await (await poor.BidAsync(auction, 1_499)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "auction.too_low");
        Assert.Equal(1_500, low.GetProperty("minimum").GetInt64());
        await (await rich.BidAsync(auction, 10_000)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "auction.not_higher");
        await (await rich.BidAsync(Guid.CreateVersion7(), 10_000)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "auction.unknown");

        var own = (await (await poor.Client.GetAsync($"/api/auctions/{auction}/bids/mine")).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("items");
        Assert.Equal(["auction.too_low", "wallet.insufficient"], own.EnumerateArray().Select(bid => bid.GetProperty("outcome").GetString()));
        var all = (await (await host.Stranger().GetAsync($"/api/auctions/{auction}/bids")).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("items");
        Assert.Equal(1, all.GetArrayLength());
        Assert.Equal(6, await host.ScalarAsync<long>("select entries from auctions.auction where id = @auction", new { auction }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1_000)]
    [InlineData(long.MaxValue)]
    public async Task Case_21_amounts_that_are_none_are_refused(long maximum)
    {
        var (auction, bidder) = (await host.AuctionAsync(), await host.BidderAsync());
        await (await bidder.BidAsync(auction, maximum)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "auction.amount");
        Assert.Equal(0, await host.ScalarAsync<long>("select entries from auctions.auction where id = @auction", new { auction }));
    }

    [Fact]
    public async Task Case_1_of_many_simultaneous_equal_bids_exactly_one_leads()
    {
        var auction = await host.AuctionAsync();
        var bidders = await host.BiddersAsync(12);
        var answers = await Task.WhenAll(bidders.Select(bidder => bidder.BidAsync(auction, 10_000)));
        // The second of them makes the price the maximum; the others are below the next bid then.
        Assert.Equal(2, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        var leads = await Task.WhenAll(bidders.Select(bidder => bidder.LeadsAsync(auction)));
        Assert.Single(leads, leading => leading);
        Assert.Equal(10_000, (await bidders[0].LiveAsync(auction)).Price);
        Assert.Equal(10_000, (await Task.WhenAll(bidders.Select(bidder => bidder.PointsAsync()))).Sum(points => points.Held));
        Assert.Equal(12, await host.ScalarAsync<long>("select count(*) from auctions.bid where auction_id = @auction", new { auction }));
    }

    [Fact]
    public async Task Cases_2_3_5_7_and_8_over_HTTP_as_in_the_engine()
    {
        var auction = await host.AuctionAsync(reserve: 50_000);
        var (a, b) = (await host.BidderAsync(), await host.BidderAsync());
        await a.BidsAsync(auction, 20_000);
        await b.BidsAsync(auction, 20_000);
        Assert.Equal((true, 20_000L), (await a.LeadsAsync(auction), (await a.LiveAsync(auction)).Price));
        await b.BidsAsync(auction, 21_200);
        Assert.Equal((true, 21_000L), (await b.LeadsAsync(auction), (await b.LiveAsync(auction)).Price));
        await b.BidsAsync(auction, 49_999);
        Assert.Equal((true, 21_000L), (await b.LeadsAsync(auction), (await b.LiveAsync(auction)).Price));
        Assert.Equal("not_met", (await a.ShowAsync(auction)).GetProperty("live").GetProperty("reserve").GetString());
        await b.BidsAsync(auction, 50_000);
        Assert.Equal((true, 50_000L), (await b.LeadsAsync(auction), (await b.LiveAsync(auction)).Price));
        Assert.Equal("met", (await a.ShowAsync(auction)).GetProperty("live").GetProperty("reserve").GetString());
        Assert.Equal((9_950_000, 50_000), await b.PointsAsync());
    }

    [Fact]
    public async Task Case_6_an_opening_bid_counts_from_the_start_on_and_not_before()
    {
        var auction = await host.AuctionAsync(startsIn: TimeSpan.FromMinutes(20));
        var bidder = await host.BidderAsync();
        Assert.Equal("scheduled", (await bidder.ShowAsync(auction)).GetProperty("live").GetProperty("state").GetString());
        await (await bidder.BidAsync(auction, 5_000)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "auction.not_started");
        host.First.Clock.Advance(TimeSpan.FromMinutes(20));
        await bidder.BidsAsync(auction, 5_000);
    }

    [Fact]
    public async Task Case_15_a_retry_with_the_same_key_is_one_bid_and_another_body_is_refused()
    {
        var auction = await host.AuctionAsync();
        var (bidder, other) = (await host.BidderAsync(), await host.BidderAsync());
        var key = Guid.CreateVersion7().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => bidder.BidAsync(auction, 5_000, key)));
        var ids = new HashSet<string>();
        foreach (var answer in answers)
            ids.Add((await answer.ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetString()!);
        Assert.Single(ids);
        Assert.Equal(1, await host.AcceptedAsync(auction));
        Assert.Equal(5_000, (await bidder.PointsAsync()).Held);
        await (await bidder.BidAsync(auction, 6_000, key)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.key_reused");
        await (await bidder.BuyNowAsync(auction, 5_000, key)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.key_reused");

        // Another's equal key is another's; and a refusal is as final as a bid.
        await (await other.BidAsync(auction, 1_100, key)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "auction.too_low");
        var again = await (await other.BidAsync(auction, 1_100, key)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "auction.too_low");
        Assert.Equal(1_500, again.GetProperty("minimum").GetInt64());
        Assert.Equal(2, await host.ScalarAsync<long>("select entries from auctions.auction where id = @auction", new { auction }));
        await (await bidder.PostAsync($"/api/auctions/{auction}/bids", new { maximum = 9_000 })).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "auction.key");
    }

    [Fact]
    public async Task Case_20_points_held_in_many_auctions_at_once_never_exceed_the_balance()
    {
        var bidder = await host.BidderAsync(10_000);
        var auctions = new List<Guid>();
        for (var i = 0; i < 6; i++)
            auctions.Add(await host.AuctionAsync());
        var answers = await Task.WhenAll(auctions.Select(auction => bidder.BidAsync(auction, 4_000)));
        Assert.Equal(2, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.Created))
            await refused.ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.insufficient");
        Assert.Equal((2_000, 8_000), await bidder.PointsAsync());
    }

    [Fact]
    public async Task A_batch_is_led_by_the_highest_who_has_the_points_however_many_bid_more_without_them()
    {
        var auction = await host.AuctionAsync();
        var (leader, rich, poor) = (await host.BidderAsync(50_000), await host.BidderAsync(50_000), await host.BiddersAsync(6, points: 1_500));
        await leader.BidsAsync(auction, 10_000);
        // Six bid more than the one who has his points: more than are locked at first.
        var batch = poor.Select((bidder, i) => (bidder.Id, Maximum: 40_000L + (i * 1_000))).Append((rich.Id, Maximum: 30_000L)).Append((leader.Id, Maximum: 20_000L)).Select(bid => Command(bid.Id, bid.Maximum, "batch")).ToList();
        Assert.Null(await DecideAsync(auction, batch, DecideBids.Contenders));
        Assert.Equal(1, await host.ScalarAsync<long>("select count(*) from auctions.bid where auction_id = @auction", new { auction }));
        var answers = (await DecideAsync(auction, batch, int.MaxValue))!;

        Assert.All(answers.Take(6), answer => Assert.Equal("wallet.insufficient", answer.Failure?.Code));
        Assert.True(answers[6].Value.Leads);
        Assert.False(answers[7].Value.Leads);
        Assert.Equal((20_000, 30_000), await rich.PointsAsync());
        Assert.Equal((50_000, 0), await leader.PointsAsync());
        Assert.Equal((1_500, 0), await poor[5].PointsAsync());
        Assert.Equal(9, await host.ScalarAsync<long>("select count(*) from auctions.bid where auction_id = @auction", new { auction }));
        Assert.Empty(await host.ProblemsAsync());
    }

    [Fact]
    public async Task A_bid_that_leads_over_HTTP_is_taken_however_many_bid_more_without_points_at_the_same_time()
    {
        var auction = await host.AuctionAsync();
        var (rich, poor) = (await host.BidderAsync(50_000), await host.BiddersAsync(8, points: 500));
        var answers = await Task.WhenAll(poor.Select((bidder, i) => bidder.BidAsync(auction, 60_000 + i)).Prepend(rich.BidAsync(auction, 30_000)));
        await answers[0].ShouldBeAsync(HttpStatusCode.Created);
        foreach (var refused in answers.Skip(1))
            await refused.ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.insufficient");
        Assert.Equal((20_000, 30_000), await rich.PointsAsync());
    }

    [Fact]
    public async Task Repeats_that_wait_together_get_the_answer_on_record_and_cost_the_others_of_their_batch_nothing()
    {
        var auction = await host.AuctionAsync();
        var (first, second) = (await host.BidderAsync(50_000), await host.BidderAsync(50_000));
        var before = (await DecideAsync(auction, [Command(first.Id, 10_000, "one")], DecideBids.Contenders))!.Single().Value;
        var answers = (await DecideAsync(
            auction, [Command(first.Id, 10_000, "one"), Command(second.Id, 20_000, "two"), Command(first.Id, 10_000, "one"), Command(second.Id, 20_000, "two")], DecideBids.Contenders))!;
        Assert.Equal([before.Bid.Id, before.Bid.Id], [answers[0].Value.Bid.Id, answers[2].Value.Bid.Id]);
        Assert.Equal(answers[1].Value.Bid.Id, answers[3].Value.Bid.Id);
        Assert.Equal(2, await host.ScalarAsync<long>("select count(*) from auctions.bid where auction_id = @auction", new { auction }));
    }

    private BidCommand Command(Guid bidder, long maximum, string key) => new(new BidWish(Guid.CreateVersion7(), bidder, "b***r", BidKind.Bid, maximum, host.Now), key);

    private Task<IReadOnlyList<Result<BidAnswer>>?> DecideAsync(Guid auction, IReadOnlyList<BidCommand> batch, int contenders) =>
        host.First.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(
            tx => host.First.Services.GetRequiredService<DecideBids>().HandleAsync(tx, auction, batch, contenders, CancellationToken.None));

    [Fact]
    public async Task Two_nodes_decide_bids_of_one_auction_as_one()
    {
        await using var second = new Node(host.Database, [], port: null);
        second.Clock.Advance(host.First.Clock.GetUtcNow() - second.Clock.GetUtcNow());
        var auction = await host.AuctionAsync();
        var bidders = await host.BiddersAsync(6);
        var there = await Task.WhenAll(bidders.Select(bidder => bidder.OnAsync(second)));
        var answers = await Task.WhenAll(Enumerable.Range(0, 120).Select(async i =>
        {
            var bidder = i % 2 == 0 ? bidders[i % 6] : there[i % 6];
            var answer = await bidder.BidAsync(auction, 1_000 + (i * 700));
            return (answer.StatusCode, Maximum: 1_000 + (i * 700));
        }));
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.UnprocessableEntity));
        var best = answers.Where(answer => answer.StatusCode == HttpStatusCode.Created).Max(answer => answer.Maximum);
        Assert.Equal(best, await host.ScalarAsync<long>("select leader_max from auctions.auction where id = @auction", new { auction }));
        Assert.Equal(120, await host.ScalarAsync<long>("select count(*) from auctions.bid where auction_id = @auction", new { auction }));
        Assert.Equal(answers.Count(answer => answer.StatusCode == HttpStatusCode.Created), await host.AcceptedAsync(auction));
        Assert.Empty(await host.ProblemsAsync());
    }

    [Fact]
    public async Task A_blocked_member_is_refused_at_each_bid()
    {
        var seller = await host.BidderAsync();
        var auction = await host.AuctionAsync(seller);
        var bidder = await host.BidderAsync();
        await bidder.BidsAsync(auction, 5_000);
        await host.ScalarAsync<object>("insert into market.block (member_id, blocked_id, at) values (@seller, @bidder, now())", new { seller = seller.Id, bidder = bidder.Id });
        await (await bidder.BidAsync(auction, 9_000)).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auction.blocked");
    }

    [Fact]
    public async Task The_switch_for_benches_decides_the_same()
    {
        await using var slow = new Node(host.Database, [new("Auctions:BidPerTransaction", "true")], port: null);
        slow.Clock.Advance(host.First.Clock.GetUtcNow() - slow.Clock.GetUtcNow());
        var auction = await host.AuctionAsync();
        var bidders = await Task.WhenAll((await host.BiddersAsync(4)).Select(bidder => bidder.OnAsync(slow)));
        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => bidders[i % 4].BidAsync(auction, 2_000 + (i * 1_000))));
        Assert.Equal(answers.Count(answer => answer.StatusCode == HttpStatusCode.Created), await host.AcceptedAsync(auction));
        Assert.Empty(await host.ProblemsAsync());
    }

    [Fact]
    public async Task A_full_lane_refuses_with_429_leaves_nothing_on_record_and_takes_the_same_bid_a_moment_later()
    {
        await using var narrow = new Node(host.Database, [new("Auctions:Waiting", "1")], port: null);
        narrow.Clock.Advance(host.Now - narrow.Clock.GetUtcNow());
        var auction = await host.AuctionAsync();
        var bidders = await Task.WhenAll((await host.BiddersAsync(7)).Select(bidder => bidder.OnAsync(narrow)));
        var bids = new List<Task<HttpResponseMessage>>();
        await using (await host.HeldAsync(auction))
        {
            bids.Add(bidders[0].BidAsync(auction, 5_000, "key-0"));
            await host.WaitingAsync(1);
            for (var i = 1; i < bidders.Length; i++)
                bids.Add(bidders[i].BidAsync(auction, 5_000 + (i * 5_000), $"key-{i}"));
            // One waits behind the one that is decided; the others need not wait to hear it.
            await Answers.EventuallyAsync(() => Task.FromResult(bids.Count(bid => bid.IsCompleted)), answered => answered >= 5);
        }
        var answers = await Task.WhenAll(bids);
        var refused = Enumerable.Range(0, bids.Count).Where(i => answers[i].StatusCode == HttpStatusCode.TooManyRequests).ToList();
        Assert.InRange(refused.Count, 5, 6);
        Assert.Equal(bids.Count - refused.Count, await host.ScalarAsync<long>("select entries from auctions.auction where id = @auction", new { auction }));
        foreach (var i in refused)
        {
            Assert.NotNull(answers[i].Headers.RetryAfter);
            await answers[i].ShouldBeRefusedAsync(HttpStatusCode.TooManyRequests, "lane.full");
        }
        await (await bidders[^1].BidAsync(auction, 60_000, refused.Contains(6) ? "key-6" : "key-7")).ShouldBeAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Case_22_views_and_edits_of_profiles_while_people_bid_touch_no_bid()
    {
        var auction = await host.AuctionAsync();
        var bidders = await host.BiddersAsync(3);
        var disturbing = Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            await host.Stranger().GetAsync($"/market/{auction}");
            await bidders[i % 3].Client.PatchAsync("/api/me", System.Net.Http.Json.JsonContent.Create(new { language = i % 2 == 0 ? "ko" : "en" }));
        }));
        var accepted = 0;
        for (var i = 0; i < 20; i++)
            accepted += (await bidders[i % 3].BidAsync(auction, 2_000 + (i * 3_000))).StatusCode == HttpStatusCode.Created ? 1 : 0;
        await disturbing;
        Assert.Equal(20, accepted);
        Assert.Equal(20, await host.AcceptedAsync(auction));
        Assert.Equal(59_000, await host.ScalarAsync<long>("select leader_max from auctions.auction where id = @auction", new { auction }));
    }

    [Fact]
    public async Task Bids_on_record_cannot_be_changed_or_deleted()
    {
        var auction = await host.AuctionAsync();
        await (await host.BidderAsync()).BidsAsync(auction, 5_000);
        foreach (var sql in new[] { "update auctions.bid set maximum = 1", "delete from auctions.bid", "truncate auctions.bid cascade", "update auctions.bid set outcome = 'x', mask = '***'" })
            Assert.Equal("append_only", (await Assert.ThrowsAsync<Npgsql.PostgresException>(() => host.ScalarAsync<object>(sql))).ConstraintName);
        Assert.Equal("never_deleted", (await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => host.ScalarAsync<object>("delete from auctions.auction where id = @auction", new { auction }))).ConstraintName);
        Assert.Equal("bid_of_an_auction", (await Assert.ThrowsAsync<Npgsql.PostgresException>(() => host.ScalarAsync<object>(
            """
            insert into auctions.bid (auction_id, decided_at, id, number, bidder_id, mask, kind, maximum, key, outcome, price_after, received_at)
            select gen_random_uuid(), decided_at, gen_random_uuid(), number, bidder_id, mask, kind, maximum, key, outcome, price_after, received_at from auctions.bid where auction_id = @auction
            """, new { auction }))).ConstraintName);
        Assert.Equal("leader_is_held", (await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => host.ScalarAsync<object>("update auctions.auction set hold_id = null where id = @auction", new { auction }))).ConstraintName);
        Assert.Equal("price_within_maximum", (await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => host.ScalarAsync<object>("update auctions.auction set price = 5001 where id = @auction", new { auction }))).ConstraintName);
    }
}
