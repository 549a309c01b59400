using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Madang.Market;
using Madang.Platform.Data;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Market;

/// <summary>What is listed is found, and nothing else. Every test marks its listings by a word of its own, as all share one market.</summary>
public sealed class SearchTests(MarketHost host) : IClassFixture<MarketHost>
{
    [Theory]
    [InlineData("달항아리", "달항아리")]
    [InlineData("항아", "달항아리")]
    [InlineData("뷁", "도자기 뷁 조각")]
    [InlineData("마당 그림", "그림: 옛 마당")]
    [InlineData("moonJAR", "Old MoonJar, 1970")]
    [InlineData("onj", "Old MoonJar, 1970")]
    [InlineData("ja", "Old MoonJar, 1970")]
    [InlineData("100%", "면 100% 보자기")]
    [InlineData("a_b", "모델 a_b 부품")]
    [InlineData("ＡＢＣ", "abc 음반")]
    [InlineData("...!?", "정말...!? 그림")]
    public async Task A_word_is_found_anywhere_in_a_title_whatever_its_length_script_and_case(string keyword, string title)
    {
        var seller = await MarketMember.JoinAsync(host);
        var id = await seller.ListAsync(("title", title));
        Assert.Contains(id, await FindAsync($"q={Uri.EscapeDataString(keyword)}&limit=100"));
    }

    [Theory]
    [InlineData("%없%")]
    [InlineData("_____________________________")]
    [InlineData("\\")]
    [InlineData("'; drop table market.listing; --")]
    [InlineData("\u0000")]
    [InlineData("\u202e")]
    [InlineData("항아리라는말은없는말")]
    [InlineData("없쟎")]
    public async Task A_keyword_that_nothing_has_finds_nothing(string keyword)
    {
        await (await MarketMember.JoinAsync(host)).ListAsync();
        var page = await SearchAsync($"q={Uri.EscapeDataString(keyword)}");
        Assert.Equal(0, page.GetProperty("items").GetArrayLength());
        Assert.Equal(0, page.GetProperty("facets").GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("hashtag=없는태그")]
    [InlineData("hashtag=%23%23%23")]
    [InlineData("hashtag=!!")]
    [InlineData("category=goods.tickets&kind=art")]
    [InlineData("min=5000&max=4000")]
    public async Task What_can_match_nothing_shows_nothing_and_never_everything(string query)
    {
        await (await MarketMember.JoinAsync(host)).ListAsync();
        Assert.Empty(await FindAsync(query));
    }

    [Theory]
    [InlineData("category=art.nonsense", "market.category")]
    [InlineData("sort=sideways", "market.sort")]
    [InlineData("way=barter", "market.way")]
    [InlineData("state=draft", "market.state")]
    [InlineData("kind=love", "market.kind")]
    [InlineData("min=-1", "market.price")]
    [InlineData("limit=101", "market.limit")]
    public async Task What_makes_no_sense_is_refused_by_name(string query, string code) =>
        await (await host.Stranger().GetAsync($"/api/listings?{query}")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, code);

    [Fact]
    public async Task Cursors_of_another_sort_or_of_nobody_are_refused()
    {
        var seller = await MarketMember.JoinAsync(host);
        await seller.ListAsync(("title", "커서 하나"));
        await seller.ListAsync(("title", "커서 둘"));
        var next = (await SearchAsync("q=커서&limit=1")).GetProperty("next").GetString();
        foreach (var after in new[] { $"{next}&sort=likes", "nonsense", "MC4xLjI", new string('a', 300) })
            await (await host.Stranger().GetAsync($"/api/listings?q=커서&after={after}")).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "cursor.invalid");
    }

    [Fact]
    public async Task Filters_narrow_and_facets_count_what_is_there()
    {
        var seller = await MarketMember.JoinAsync(host);
        var oil = await seller.ListAsync(("title", "팔레트여우 유화"), ("category", "art.painting.oil"), ("price", 50_000));
        var ink = await seller.ListAsync(("title", "팔레트여우 수묵"), ("category", "art.painting.ink"), ("price", 20_000), ("hashtags", new[] { "먹" }));
        var camera = await seller.ListAsync(
            ("title", "팔레트여우 사진기"), ("kind", "goods"), ("category", "goods.digital.camera"), ("condition", "likeNew"), ("price", 90_000));
        var auction = await seller.AuctionAsync(host.First.Clock.GetUtcNow().AddDays(1), ("title", "팔레트여우 경매"));

        var all = await SearchAsync("q=팔레트여우");
        var facets = all.GetProperty("facets");
        Assert.Equal(4, facets.GetProperty("total").GetInt32());
        Assert.False(facets.GetProperty("isLeast").GetBoolean());
        Assert.Equal(3, facets.GetProperty("categories").GetProperty("art").GetInt32());
        Assert.Equal(3, facets.GetProperty("categories").GetProperty("art.painting").GetInt32());
        Assert.Equal(1, facets.GetProperty("categories").GetProperty("goods.digital.camera").GetInt32());
        Assert.Equal(1, facets.GetProperty("ways").GetProperty("auction").GetInt32());

        Assert.Equal([ink, oil], await FindAsync("q=팔레트여우&category=art.painting&way=fixed"));
        Assert.Equal([oil], await FindAsync("q=팔레트여우&category=art.painting.oil"));
        Assert.Equal([camera], await FindAsync("q=팔레트여우&kind=goods"));
        Assert.Equal([auction], await FindAsync("q=팔레트여우&way=auction"));
        Assert.Equal([ink], await FindAsync("q=팔레트여우&hashtag=%23먹"));
        Assert.Equal([ink], await FindAsync("hashtag=먹"));
        Assert.Equal([oil], await FindAsync("q=팔레트여우&min=30000&max=80000"));
        Assert.Empty(await FindAsync("q=팔레트여우&state=ended"));
    }

    [Theory]
    [InlineData("newest")]
    [InlineData("price_up")]
    [InlineData("price_down")]
    [InlineData("likes")]
    [InlineData("bids")]
    [InlineData("views")]
    [InlineData("ending")]
    public async Task Pages_of_every_order_hold_each_listing_once_in_that_order(string sort)
    {
        var seller = await MarketMember.JoinAsync(host);
        var fan = await MarketMember.JoinAsync(host);
        var word = $"차례{sort.Replace("_", "", StringComparison.Ordinal)}";
        var ids = new List<Guid>();
        for (var i = 0; i < 7; i++)
        {
            var id = await seller.AuctionAsync(host.First.Clock.GetUtcNow().AddDays(1 + (i * 3 % 7)), ("title", $"{word} {i}"));
            ids.Add(id);
            // Equal numbers among them, so that ids settle the order.
            await host.Source.InTransaction(tx => host.Listings.Show(tx, id, new Standing(1000 * (1 + (i % 3)), i % 2, host.First.Clock.GetUtcNow().AddDays(1 + (i % 4)))));
            await host.ScalarAsync<object>("update market.interest set views = @views where listing_id = @id", new { id, views = i % 3 });
            if (i % 2 == 0)
                await (await fan.Client.PutAsync($"/api/listings/{id}/like", null)).ShouldBeAsync(HttpStatusCode.NoContent);
        }
        var whole = await FindAsync($"q={word}&sort={sort}&limit=100");
        Assert.Equal(ids.Order(), whole.Order());
        var paged = new List<Guid>();
        string? after = null;
        do
        {
            var page = await SearchAsync($"q={word}&sort={sort}&limit=2&after={after}");
            paged.AddRange(Ids(page));
            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (after is not null);
        Assert.Equal(whole, paged);
        // The walk along the index, which browsing takes, has the same order.
        Assert.Equal(whole, (await FindAllAsync($"sort={sort}&category=art.painting.watercolor")).Where(ids.Contains));
    }

    [Fact]
    public async Task What_ended_is_found_among_the_ended_and_what_went_is_not_found_at_all()
    {
        var seller = await MarketMember.JoinAsync(host);
        var sold = await seller.ListAsync(("title", "끝난자리 팔림"));
        var gone = await seller.ListAsync(("title", "끝난자리 철회"));
        var draft = await seller.NewDraftAsync(("title", "끝난자리 초안"));
        await host.Source.InTransaction(tx => host.Listings.End(tx, sold, ListingState.Sold));
        await (await seller.Client.PostAsync($"/api/listings/{gone}/withdraw", null)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Empty(await FindAsync("q=끝난자리"));
        Assert.Equal([sold], await FindAsync("q=끝난자리&state=ended"));
        Assert.DoesNotContain(draft, await FindAllAsync("sort=newest"));
    }

    [Fact]
    public async Task An_edit_is_found_by_its_new_words_alone()
    {
        var seller = await MarketMember.JoinAsync(host);
        var id = await seller.ListAsync(("title", "옛이름표 그림"));
        var picture = (await seller.ShowAsync(id)).GetProperty("pictures")[0].GetProperty("id").GetGuid();
        await (await seller.Client.PutAsJsonAsync($"/api/listings/{id}", MarketMember.Words(picture, ("title", "새이름표 그림"), ("hashtags", new[] { "새태그표" })))).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Empty(await FindAsync("q=옛이름표"));
        Assert.Equal([id], await FindAsync("q=새이름표"));
        Assert.Equal([id], await FindAsync("hashtag=새태그표"));
    }

    [Fact]
    public async Task Something_common_is_counted_up_to_a_limit_and_still_paged_in_order()
    {
        var seller = await MarketMember.JoinAsync(host);
        var picture = await seller.PictureAsync();
        await host.ScalarAsync<object>(
            """
            with made as (
              insert into market.listing (id, seller_id, state, kind, way, title, description, category, hashtags, price, created_at, updated_at, published_at)
              select gen_random_uuid(), @Id, 'live', 'art', 'fixed', '흔한물결 ' || n, '대량 등록', 'art.print', '{판화}', 1000 + n, now(), now(), now() + n * interval '1 ms'
              from generate_series(1, 1100) n returning id, price
            ), shown as (insert into market.standing (listing_id, shown, price) select id, 'live', price from made),
            pictured as (insert into market.listing_picture (listing_id, position, picture_id) select id, 1, @picture from made)
            insert into market.interest (listing_id, shown) select id, 'live' from made
            """, new { seller.Id, picture });
        var page = await SearchAsync("q=흔한물결&sort=price_up&limit=100");
        Assert.Equal(500, page.GetProperty("facets").GetProperty("total").GetInt32());
        Assert.True(page.GetProperty("facets").GetProperty("isLeast").GetBoolean());
        // And is said so: neither the number above nor the one beside the category is passed off as all there are.
        var html = WebUtility.HtmlDecode(await host.Stranger().GetStringAsync("/market?q=흔한물결"));
        Assert.Matches("Listings: 500 and more|500건 이상", html);
        Assert.Contains(">500+</span>", html, StringComparison.Ordinal);
        var prices = new List<long>();
        string? after = null;
        do
        {
            page = await SearchAsync($"q=흔한물결&sort=price_up&limit=100&after={after}");
            prices.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("price").GetInt64()));
            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (after is not null);
        Assert.Equal(Enumerable.Range(1001, 1100).Select(price => (long)price), prices);
    }

    [Fact]
    public async Task Popular_searches_count_what_was_submitted_once_a_person_and_for_an_hour()
    {
        var seller = await MarketMember.JoinAsync(host);
        var other = await MarketMember.JoinAsync(host);
        await seller.ListAsync(("title", "인기검색어 그림"));
        for (var i = 0; i < 3; i++)
        {
            await seller.Client.GetAsync("/api/listings?q=인기검색어");
            await seller.Client.GetAsync("/api/listings?q=인기검색어&submitted=true");
            await seller.Client.GetAsync("/api/listings?q=없는인기어&submitted=true");
        }
        await other.Client.GetAsync("/api/listings?q=%20인기검색어%20&submitted=true");
        Assert.Equal(2, (await PopularAsync()).GetValueOrDefault("인기검색어"));
        Assert.False((await PopularAsync()).ContainsKey("없는인기어"));

        await host.ScalarAsync<object>("update market.search set at = at - interval '61 minutes' where keyword = '인기검색어'");
        Assert.False((await PopularAsync()).ContainsKey("인기검색어"));
    }

    [Fact]
    public async Task A_saved_search_tells_of_what_is_listed_once_until_it_is_read()
    {
        var seller = await MarketMember.JoinAsync(host);
        var hunter = await MarketMember.JoinAsync(host);
        var cheap = await MarketMember.JoinAsync(host);
        await (await hunter.Client.PostAsJsonAsync("/api/market/saved-searches", new { q = "청자여우", category = "art" })).ShouldBeAsync(HttpStatusCode.Created);
        await (await hunter.Client.PostAsJsonAsync("/api/market/saved-searches", new { q = "청자여우", category = "art" })).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "search.saved");
        await (await hunter.Client.PostAsJsonAsync("/api/market/saved-searches", new { way = "fixed" })).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "search.empty");
        await (await cheap.Client.PostAsJsonAsync("/api/market/saved-searches", new { q = "청자여우", max = 10_000 })).ShouldBeAsync(HttpStatusCode.Created);

        await seller.ListAsync(("title", "청자여우 하나"));
        await seller.ListAsync(("title", "백자 하나"));
        await NoticesAsync(hunter, notices => notices.Any(notice => notice.Contains("청자여우 하나", StringComparison.Ordinal)));
        await seller.ListAsync(("title", "청자여우 둘"));
        var told = await NoticesAsync(hunter, notices => notices.Any(notice => notice.Contains("청자여우 둘", StringComparison.Ordinal)));
        Assert.Single(told);
        Assert.Empty(await NoticesAsync(cheap, _ => true));

        var saved = (await (await hunter.Client.GetAsync("/api/market/saved-searches")).ShouldBeAsync(HttpStatusCode.OK))[0].GetProperty("id").GetGuid();
        await cheap.Client.DeleteAsync($"/api/market/saved-searches/{saved}");
        Assert.Equal(1, (await (await hunter.Client.GetAsync("/api/market/saved-searches")).ShouldBeAsync(HttpStatusCode.OK)).GetArrayLength());
        await hunter.Client.DeleteAsync($"/api/market/saved-searches/{saved}");
        Assert.Equal(0, (await (await hunter.Client.GetAsync("/api/market/saved-searches")).ShouldBeAsync(HttpStatusCode.OK)).GetArrayLength());
    }

    [Fact]
    public async Task Case_24_the_reserve_is_the_sellers_alone_and_nobody_elses()
    {
        var seller = await MarketMember.JoinAsync(host);
        var other = await MarketMember.JoinAsync(host);
        var operators = await host.OperatorAsync();
        var id = await seller.AuctionAsync(host.First.Clock.GetUtcNow().AddDays(1), ("title", "비밀값어치"));
        Assert.Equal(77_777, (await seller.ShowAsync(id)).GetProperty("auction").GetProperty("reserve").GetInt64());
        foreach (var path in new[] { $"/api/listings/{id}", "/api/listings?q=비밀값어치", $"/api/market/sellers/{seller.Id}", $"/market/{id}", "/market?q=비밀값어치", $"/market/sellers/{seller.Id}" })
        {
            foreach (var answer in new[] { await other.Client.GetAsync(path), await host.Stranger().GetAsync(path), await operators.GetAsync(path) })
            {
                var body = await answer.Content.ReadAsStringAsync();
                Assert.DoesNotContain("77777", body, StringComparison.Ordinal);
                Assert.DoesNotContain("77,777", body, StringComparison.Ordinal);
                Assert.DoesNotContain("\"reserve\"", body, StringComparison.Ordinal);
            }
        }
        Assert.Empty(await FindAsync("q=비밀값어치&min=77777&max=77777"));
        operators.Dispose();
    }

    private Task<IReadOnlyList<string>> NoticesAsync(MarketMember member, Func<IReadOnlyList<string>, bool> expected) => Answers.EventuallyAsync(
        async () =>
        {
            var list = await (await member.Client.GetAsync("/api/notifications")).ShouldBeAsync(HttpStatusCode.OK);
            return (IReadOnlyList<string>)[.. list.GetProperty("items").EnumerateArray().Select(item => item.ToString()).Where(item => item.Contains("market.found", StringComparison.Ordinal))];
        },
        expected);

    private async Task<Dictionary<string, int>> PopularAsync() => (await (await host.Stranger().GetAsync("/api/market/popular")).ShouldBeAsync(HttpStatusCode.OK))
        .EnumerateArray().ToDictionary(one => one.GetProperty("keyword").GetString()!, one => one.GetProperty("people").GetInt32());

    private async Task<JsonElement> SearchAsync(string query) => await (await host.Stranger().GetAsync($"/api/listings?{query}")).ShouldBeAsync(HttpStatusCode.OK);

    private async Task<List<Guid>> FindAsync(string query) => Ids(await SearchAsync(query));

    private async Task<List<Guid>> FindAllAsync(string query)
    {
        var ids = new List<Guid>();
        string? after = null;
        do
        {
            var page = await SearchAsync($"{query}&limit=100&after={after}");
            ids.AddRange(Ids(page));
            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (after is not null);
        return ids;
    }

    private static List<Guid> Ids(JsonElement page) => [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid())];
}
