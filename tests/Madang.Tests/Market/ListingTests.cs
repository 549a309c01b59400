using System.Net;
using System.Net.Http.Json;
using Madang.Market;
using Madang.Platform.Data;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Market;

/// <summary>A listing's way from draft to its end.</summary>
public sealed class ListingTests(MarketHost host) : IClassFixture<MarketHost>
{
    [Fact]
    public async Task A_draft_is_seen_by_its_seller_alone_and_by_everybody_once_it_is_published()
    {
        var seller = await MarketMember.JoinAsync(host);
        var other = await MarketMember.JoinAsync(host);
        var id = await seller.NewDraftAsync();
        Assert.Equal("draft", await seller.StateAsync(id));
        await (await host.Stranger().GetAsync($"/api/listings/{id}")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "listing.unknown");
        await (await other.Client.GetAsync($"/api/listings/{id}")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "listing.unknown");

        var live = await (await seller.PublishAsync(id)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("live", live.GetProperty("state").GetString());
        Assert.Equal(30_000, live.GetProperty("standing").GetProperty("price").GetInt64());
        var seen = await (await host.Stranger().GetAsync($"/api/listings/{id}")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(seller.Member.Nickname, seen.GetProperty("seller").GetProperty("nickname").GetString());
        Assert.Equal(36.5m, seen.GetProperty("seller").GetProperty("trust").GetDecimal());
        Assert.Equal(["수채화", "풍경"], seen.GetProperty("hashtags").EnumerateArray().Select(tag => tag.GetString()));
        Assert.Equal(HttpStatusCode.OK, (await host.Stranger().GetAsync(seen.GetProperty("pictures")[0].GetProperty("squareUrl").GetString())).StatusCode);
        Assert.Equal(30_000, host.FixedSale.Opened[id].Price);
    }

    [Fact]
    public async Task A_draft_may_lack_anything_and_is_told_all_that_it_lacks_when_it_is_published()
    {
        var seller = await MarketMember.JoinAsync(host);
        var draft = await (await seller.DraftAsync(new() { ["kind"] = "goods", ["way"] = "auction" })).ShouldBeAsync(HttpStatusCode.Created);
        var problem = await (await seller.PublishAsync(draft.GetProperty("id").GetGuid())).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "listing.title");
        Assert.Equal(
            ["category", "condition", "description", "endsAt", "hashtags", "pictures", "startPrice", "title"],
            problem.GetProperty("errors").EnumerateObject().Select(field => field.Name).Order());
        Assert.Equal("draft", await seller.StateAsync(draft.GetProperty("id").GetGuid()));
    }

    [Fact]
    public async Task Of_two_who_publish_one_draft_at_once_one_does()
    {
        var seller = await MarketMember.JoinAsync(host);
        var id = await seller.NewDraftAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => seller.PublishAsync(id)));
        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.OK);
        Assert.Equal(5, answers.Count(answer => answer.StatusCode is HttpStatusCode.Conflict));
        Assert.Equal(1, await host.ScalarAsync<int>("select count(*) from market.standing where listing_id = @id", new { id }));
    }

    [Fact]
    public async Task What_its_sale_refuses_stays_a_draft()
    {
        var seller = await MarketMember.JoinAsync(host);
        var id = await seller.NewDraftAsync(("title", StandInSale.Refused));
        await (await seller.PublishAsync(id)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "sale.refused");
        Assert.Equal("draft", await seller.StateAsync(id));
        Assert.False(host.FixedSale.Opened.ContainsKey(id));
    }

    [Fact]
    public async Task Words_of_a_live_listing_change_at_any_time_and_its_terms_as_its_sale_allows()
    {
        var seller = await MarketMember.JoinAsync(host);
        var ends = host.First.Clock.GetUtcNow().AddDays(3);
        var id = await seller.AuctionAsync(ends);
        var picture = (await seller.ShowAsync(id)).GetProperty("pictures")[0].GetProperty("id").GetGuid();
        host.AuctionSale.WithBids[id] = true;
        Dictionary<string, object?> words = MarketMember.Words(
            picture, ("title", "새 제목"), ("way", "auction"), ("price", null), ("auction", new { startPrice = 10_000, reserve = 77_777, buyNow = 200_000, endsAt = ends }));
        var changed = await (await seller.Client.PutAsJsonAsync($"/api/listings/{id}", words)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("새 제목", changed.GetProperty("title").GetString());
        Assert.Equal("새 제목", host.AuctionSale.Changed[id].Title);

        words["auction"] = new { startPrice = 1_000, endsAt = ends };
        words["title"] = "몰래";
        await (await seller.Client.PutAsJsonAsync($"/api/listings/{id}", words)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.has_bids");
        Assert.Equal("새 제목", (await seller.ShowAsync(id)).GetProperty("title").GetString());

        host.AuctionSale.WithBids.TryRemove(id, out _);
        var cheaper = await (await seller.Client.PutAsJsonAsync($"/api/listings/{id}", words)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(1_000, cheaper.GetProperty("auction").GetProperty("startPrice").GetInt64());
        Assert.Equal(1_000, host.AuctionSale.Changed[id].Auction!.StartPrice);

        words["way"] = "fixed";
        words["price"] = 5_000;
        await (await seller.Client.PutAsJsonAsync($"/api/listings/{id}", words)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "listing.way");
    }

    [Fact]
    public async Task A_live_listing_is_withdrawn_unless_there_are_bids_and_then_relisted_once_in_one_step()
    {
        var seller = await MarketMember.JoinAsync(host);
        var ends = host.First.Clock.GetUtcNow().AddDays(2);
        var id = await seller.AuctionAsync(ends);
        host.AuctionSale.WithBids[id] = true;
        await (await seller.Client.PostAsync($"/api/listings/{id}/withdraw", null)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "auction.has_bids");
        Assert.Equal("live", await seller.StateAsync(id));
        await (await seller.Client.PostAsync($"/api/listings/{id}/relist", null)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "listing.not_relistable");
        await (await seller.Client.DeleteAsync($"/api/listings/{id}")).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "listing.not_draft");

        host.AuctionSale.WithBids.TryRemove(id, out _);
        await (await seller.Client.PostAsync($"/api/listings/{id}/withdraw", null)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.False(host.AuctionSale.Withdrawn[id]);
        await (await seller.Client.PostAsync($"/api/listings/{id}/withdraw", null)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "listing.not_live");

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => seller.Client.PostAsync($"/api/listings/{id}/relist", null)));
        var relisted = Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.Created);
        Assert.All(answers.Except([relisted]), answer => Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode));
        var copy = await relisted.JsonAsync();
        Assert.Equal("live", copy.GetProperty("state").GetString());
        Assert.Equal(id, copy.GetProperty("relistedFrom").GetGuid());
        Assert.Equal((await seller.ShowAsync(id)).GetProperty("pictures").ToString(), copy.GetProperty("pictures").ToString());
        var terms = host.AuctionSale.Opened[copy.GetProperty("id").GetGuid()].Auction!;
        Assert.Equal(77_777, terms.Reserve);
        Assert.True((terms.EndsAt - terms.StartsAt - TimeSpan.FromDays(2)).Duration() < TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task What_sells_a_listing_ends_it_once_and_may_call_the_sale_off()
    {
        var seller = await MarketMember.JoinAsync(host);
        var id = await seller.ListAsync();
        var ended = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.Source.InTransaction(tx => host.Listings.End(tx, id, ListingState.Sold))));
        Assert.Single(ended, result => result.Failure is null);
        Assert.All(ended.Where(result => result.Failure is not null), result => Assert.Equal("listing.not_live", result.Failure!.Code));
        Assert.Equal("sold", await seller.StateAsync(id));
        Assert.Null((await host.Source.InTransaction(tx => host.Listings.End(tx, id, ListingState.Unsold))).Failure);
        Assert.Equal("listing.unknown", (await host.Source.InTransaction(tx => host.Listings.End(tx, Guid.CreateVersion7(), ListingState.Sold))).Failure?.Code);
        await (await seller.Client.PostAsync($"/api/listings/{id}/relist", null)).ShouldBeAsync(HttpStatusCode.Created);
        // Listed again, it is not the runner-up's any more.
        Assert.Equal("listing.not_live", (await host.Source.InTransaction(tx => host.Listings.End(tx, id, ListingState.Sold))).Failure?.Code);
    }

    [Fact]
    public async Task What_was_not_sold_goes_to_the_runner_up_or_is_listed_again_and_never_both()
    {
        var seller = await MarketMember.JoinAsync(host);
        for (var round = 0; round < 5; round++)
        {
            var id = await seller.ListAsync();
            Assert.Null((await host.Source.InTransaction(tx => host.Listings.End(tx, id, ListingState.Unsold))).Failure);
            var relist = seller.Client.PostAsync($"/api/listings/{id}/relist", null);
            var taken = await host.Source.InTransaction(tx => host.Listings.End(tx, id, ListingState.Sold));
            Assert.NotEqual(taken.Failure is null, (await relist).StatusCode is HttpStatusCode.Created);
            Assert.Equal(taken.Failure is null ? "sold" : "unsold", await seller.StateAsync(id));
        }
    }

    [Fact]
    public async Task A_deleted_draft_takes_its_pictures_along()
    {
        var seller = await MarketMember.JoinAsync(host);
        var id = await seller.NewDraftAsync();
        var picture = (await seller.ShowAsync(id)).GetProperty("pictures")[0].GetProperty("id").GetGuid();
        await (await seller.Client.DeleteAsync($"/api/listings/{id}")).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await seller.Client.GetAsync($"/api/listings/{id}")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "listing.unknown");
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from images.image where id = @picture", new { picture }));
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from market.picture where id = @picture", new { picture }));
    }

    [Fact]
    public async Task Nobody_touches_what_is_anothers()
    {
        var seller = await MarketMember.JoinAsync(host);
        var other = await MarketMember.JoinAsync(host);
        var draft = await seller.NewDraftAsync();
        var live = await seller.ListAsync();
        var words = MarketMember.Words(await other.PictureAsync());
        foreach (var (id, status, code) in new[] { (draft, HttpStatusCode.NotFound, "listing.unknown"), (live, HttpStatusCode.Forbidden, "listing.not_yours") })
        {
            await (await other.Client.PutAsJsonAsync($"/api/listings/{id}", words)).ShouldBeRefusedAsync(status, code);
            await (await other.PublishAsync(id)).ShouldBeRefusedAsync(status, code);
            await (await other.Client.PostAsync($"/api/listings/{id}/withdraw", null)).ShouldBeRefusedAsync(status, code);
            await (await other.Client.PostAsync($"/api/listings/{id}/relist", null)).ShouldBeRefusedAsync(status, code);
            await (await other.Client.DeleteAsync($"/api/listings/{id}")).ShouldBeRefusedAsync(status, code);
        }
        foreach (var path in new[] { "publish", "withdraw", "relist" })
            await (await host.Stranger().PostAsync($"/api/listings/{live}/{path}", null)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "auth.required");
        Assert.Equal("live", await seller.StateAsync(live));
        Assert.Equal(30_000, (await seller.ShowAsync(draft)).GetProperty("price").GetInt64());
    }

    [Fact]
    public async Task A_sellers_own_listings_are_paged_with_drafts_and_all()
    {
        var seller = await MarketMember.JoinAsync(host);
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
            ids.Add(i % 2 == 0 ? await seller.NewDraftAsync() : await seller.ListAsync());
        var seen = new List<Guid>();
        string? after = null;
        do
        {
            var page = await (await seller.Client.GetAsync($"/api/listings/mine?limit=2&after={after}")).ShouldBeAsync(HttpStatusCode.OK);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()));
            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (after is not null);
        Assert.Equal(Enumerable.Reverse(ids), seen);
        var drafts = await (await seller.Client.GetAsync("/api/listings/mine?state=draft")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal(3, drafts.GetProperty("items").GetArrayLength());
        await (await seller.Client.GetAsync("/api/listings/mine?state=nonsense")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "listing.state");
    }
}
