using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Madang.Accounts;
using Madang.Market;
using Madang.Market.Features;
using Madang.Platform.Data;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Madang.Tests.Market;

/// <summary>Likes, views, questions, reports, blocks, and a member who leaves.</summary>
public sealed class AroundTests(MarketHost host) : IClassFixture<MarketHost>
{
    [Fact]
    public async Task A_like_counts_once_however_often_and_at_once_it_is_sent()
    {
        var seller = await MarketMember.JoinAsync(host);
        var fan = await MarketMember.JoinAsync(host);
        var id = await seller.ListAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => fan.Client.PutAsync($"/api/listings/{id}/like", null)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode));
        var seen = await fan.ShowAsync(id);
        Assert.Equal(1, seen.GetProperty("likes").GetInt32());
        Assert.True(seen.GetProperty("liked").GetBoolean());
        Assert.Equal(id, (await (await fan.Client.GetAsync("/api/market/likes")).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("items")[0].GetProperty("id").GetGuid());

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => fan.Client.DeleteAsync($"/api/listings/{id}/like")));
        Assert.Equal(0, (await fan.ShowAsync(id)).GetProperty("likes").GetInt32());
        await (await seller.Client.PutAsync($"/api/listings/{id}/like", null)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "listing.own");
        await (await fan.Client.PutAsync($"/api/listings/{await seller.NewDraftAsync()}/like", null)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "listing.unknown");
    }

    [Fact]
    public async Task Case_22_views_count_once_a_person_and_day_without_touching_the_listing_or_what_is_bid_on_it()
    {
        var seller = await MarketMember.JoinAsync(host);
        var visitor = await MarketMember.JoinAsync(host);
        var id = await seller.ListAsync();
        const string rows = "select concat(l.xmin, ' ', l.xmax, ' ', s.xmin, ' ', s.xmax) from market.listing l join market.standing s on s.listing_id = l.id where l.id = @id";
        var before = await host.ScalarAsync<string>(rows, new { id });
        for (var i = 0; i < 3; i++)
        {
            await (await visitor.Client.PostAsync($"/api/listings/{id}/views", null)).ShouldBeAsync(HttpStatusCode.NoContent);
            await (await seller.Client.PostAsync($"/api/listings/{id}/views", null)).ShouldBeAsync(HttpStatusCode.NoContent);
            await (await host.Stranger().GetAsync($"/market/{id}")).ShouldBeHtmlAsync();
        }
        var fold = host.First.Services.GetRequiredService<IServiceScopeFactory>().CreateScope().ServiceProvider.GetRequiredService<FoldViews>();
        await fold.FoldAsync(CancellationToken.None);
        await fold.FoldAsync(CancellationToken.None);
        Assert.Equal(2, (await visitor.ShowAsync(id)).GetProperty("views").GetInt64());
        Assert.Equal(before, await host.ScalarAsync<string>(rows, new { id }));
        Assert.Equal(id, (await (await visitor.Client.GetAsync("/api/market/seen")).ShouldBeAsync(HttpStatusCode.OK))[0].GetProperty("id").GetGuid());
        await (await visitor.Client.PostAsync($"/api/listings/{Guid.CreateVersion7()}/views", null)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "listing.unknown");
    }

    [Fact]
    public async Task Case_22_an_edit_leaves_the_numbers_of_a_bid_alone()
    {
        var seller = await MarketMember.JoinAsync(host);
        var ends = host.First.Clock.GetUtcNow().AddDays(3);
        var id = await seller.AuctionAsync(ends);
        host.AuctionSale.WithBids[id] = true;
        var bid = new Standing(55_000, 7, ends.AddMinutes(2));
        var picture = (await seller.ShowAsync(id)).GetProperty("pictures")[0].GetProperty("id").GetGuid();
        var words = MarketMember.Words(
            picture, ("title", "고친 제목"), ("way", "auction"), ("price", null), ("auction", new { startPrice = 10_000, reserve = 77_777, buyNow = 200_000, endsAt = ends }));
        // Edits and bids at once, many times: the bid's numbers stand.
        await host.Source.InTransaction(tx => host.Listings.Show(tx, id, bid));
        await Task.WhenAll(Enumerable.Range(0, 5).Select(async n =>
        {
            await (await seller.Client.PutAsJsonAsync($"/api/listings/{id}", new Dictionary<string, object?>(words) { ["title"] = $"고친 제목 {n}" })).ShouldBeAsync(HttpStatusCode.OK);
            await host.Source.InTransaction(tx => host.Listings.Show(tx, id, bid));
        }));
        var standing = (await seller.ShowAsync(id)).GetProperty("standing");
        Assert.Equal((55_000, 7), (standing.GetProperty("price").GetInt64(), standing.GetProperty("bids").GetInt32()));
    }

    [Fact]
    public async Task An_edit_and_an_end_at_once_leave_one_of_both_whole()
    {
        var seller = await MarketMember.JoinAsync(host);
        for (var round = 0; round < 5; round++)
        {
            var id = await seller.ListAsync();
            var picture = (await seller.ShowAsync(id)).GetProperty("pictures")[0].GetProperty("id").GetGuid();
            var edit = seller.Client.PutAsJsonAsync($"/api/listings/{id}", MarketMember.Words(picture, ("title", "늦은 고침"), ("price", 99_000)));
            var end = host.Source.InTransaction(tx => host.Listings.End(tx, id, ListingState.Sold));
            Assert.Null((await end).Failure);
            var seen = await seller.ShowAsync(id);
            Assert.Equal("sold", seen.GetProperty("state").GetString());
            Assert.Equal((await edit).StatusCode is HttpStatusCode.OK ? "늦은 고침" : "고요한 아침의 그림", seen.GetProperty("title").GetString());
        }
    }

    [Fact]
    public async Task A_question_is_asked_answered_and_told_to_both()
    {
        var seller = await MarketMember.JoinAsync(host);
        var asker = await MarketMember.JoinAsync(host);
        var id = await seller.ListAsync();
        var question = (await (await asker.Client.PostAsJsonAsync($"/api/listings/{id}/questions", new { text = "액자는 나무인가요?" })).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        Assert.Contains("액자는 나무인가요?", await NoticesAsync(seller), StringComparison.Ordinal);
        await (await asker.Client.PutAsJsonAsync($"/api/listings/{id}/questions/{question}/answer", new { text = "네" })).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "listing.not_yours");
        await (await seller.Client.PutAsJsonAsync($"/api/listings/{id}/questions/{question}/answer", new { text = "네, 참나무입니다." })).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.Contains("네, 참나무입니다.", await NoticesAsync(asker), StringComparison.Ordinal);
        var listed = (await (await host.Stranger().GetAsync($"/api/listings/{id}/questions")).ShouldBeAsync(HttpStatusCode.OK))[0];
        Assert.Equal("네, 참나무입니다.", listed.GetProperty("answer").GetString());
        Assert.Equal(asker.Member.Nickname, listed.GetProperty("asker").GetString());
        // What is answered stays.
        await (await asker.Client.DeleteAsync($"/api/listings/{id}/questions/{question}")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "question.unknown");
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("\u0000")]
    [InlineData("a\u202eb")]
    public async Task A_question_without_words_or_with_hidden_ones_is_refused(string text)
    {
        var (seller, asker) = (await MarketMember.JoinAsync(host), await MarketMember.JoinAsync(host));
        var id = await seller.ListAsync();
        await (await asker.Client.PostAsJsonAsync($"/api/listings/{id}/questions", new { text })).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "question.text");
        await (await asker.Client.PostAsJsonAsync($"/api/listings/{id}/questions", new { text = new string('가', 501) })).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "question.text");
    }

    [Fact]
    public async Task Sellers_are_not_asked_by_themselves_nor_by_whom_they_blocked_nor_too_often()
    {
        var seller = await MarketMember.JoinAsync(host);
        var asker = await MarketMember.JoinAsync(host);
        var id = await seller.ListAsync();
        await (await seller.Client.PostAsJsonAsync($"/api/listings/{id}/questions", new { text = "나에게?" })).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "listing.own");
        await (await seller.Client.PutAsync($"/api/market/blocks/{asker.Id}", null)).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await seller.Client.PutAsync($"/api/market/blocks/{asker.Id}", null)).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await asker.Client.PostAsJsonAsync($"/api/listings/{id}/questions", new { text = "저기요" })).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "market.blocked");
        Assert.Equal([asker.Id], await host.Source.InTransaction(tx => host.Listings.BlockedBy(tx, seller.Id, [asker.Id, seller.Id, asker.Id])));
        await (await seller.Client.PutAsync($"/api/market/blocks/{seller.Id}", null)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "market.block_self");
        await (await seller.Client.PutAsync($"/api/market/blocks/{Guid.CreateVersion7()}", null)).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "member.unknown");

        await (await seller.Client.DeleteAsync($"/api/market/blocks/{asker.Id}")).ShouldBeAsync(HttpStatusCode.NoContent);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => asker.Client.PostAsJsonAsync($"/api/listings/{id}/questions", new { text = $"문의 {n}" })));
        Assert.Equal(5, answers.Count(answer => answer.StatusCode is HttpStatusCode.Created));
        Assert.Equal(3, answers.Count(answer => answer.StatusCode is HttpStatusCode.TooManyRequests && answer.Headers.RetryAfter is not null));
    }

    [Fact]
    public async Task A_reported_listing_is_taken_down_with_a_reason_that_its_seller_reads_and_the_audit_log_keeps()
    {
        var seller = await MarketMember.JoinAsync(host);
        var reporter = await MarketMember.JoinAsync(host);
        var id = await seller.AuctionAsync(host.First.Clock.GetUtcNow().AddDays(1), ("title", "수상한물건"));
        host.AuctionSale.WithBids[id] = true;
        await (await reporter.Client.PostAsJsonAsync($"/api/listings/{id}/reports", new { reason = "counterfeit", text = "가짜입니다" })).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await reporter.Client.PostAsJsonAsync($"/api/listings/{id}/reports", new { reason = "spam" })).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "report.repeated");
        await (await reporter.Client.PostAsJsonAsync($"/api/listings/{id}/reports", new { reason = "boring" })).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "report.reason");
        await (await seller.Client.PostAsJsonAsync($"/api/listings/{id}/reports", new { reason = "spam" })).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "listing.own");
        await (await reporter.Client.GetAsync("/api/operator/market/reports")).ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "auth.operator");

        using var operators = await host.OperatorAsync();
        var waiting = await (await operators.GetAsync("/api/operator/market/reports?limit=100")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Contains(waiting.GetProperty("items").EnumerateArray(), one => one.GetProperty("listing").GetProperty("id").GetGuid() == id);
        await (await operators.PostAsync($"/api/operator/market/listings/{id}/take-down", new { reason = " " })).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "report.take_down_reason");
        await (await operators.PostAsync($"/api/operator/market/listings/{id}/take-down", new { reason = "도용한 작품입니다." })).ShouldBeAsync(HttpStatusCode.NoContent);
        Assert.True(host.AuctionSale.Withdrawn[id]);
        Assert.Equal("도용한 작품입니다.", (await seller.ShowAsync(id)).GetProperty("takenDownReason").GetString());
        Assert.Contains("도용한 작품입니다.", await NoticesAsync(seller), StringComparison.Ordinal);
        await (await reporter.Client.GetAsync($"/api/listings/{id}")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "listing.unknown");
        await (await seller.Client.PostAsync($"/api/listings/{id}/relist", null)).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "listing.not_relistable");
        var audit = await (await operators.GetAsync("/operator/audit")).Content.ReadAsStringAsync();
        Assert.Contains("market.take_down", audit, StringComparison.Ordinal);
        Assert.DoesNotContain((await (await operators.GetAsync("/api/operator/market/reports?limit=100")).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("items").EnumerateArray(), one => one.GetProperty("listing").GetProperty("id").GetGuid() == id);
        await (await operators.PostAsync($"/api/operator/market/listings/{id}/take-down", new { reason = "또" })).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "listing.changed");
        await (await operators.PostAsync($"/api/operator/market/listings/{id}/dismiss-reports", new { })).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "report.none");
    }

    [Fact]
    public async Task Reported_listings_are_paged_without_a_gap_those_that_wait_longest_first_and_of_many_reports_some_are_shown()
    {
        var seller = await MarketMember.JoinAsync(host);
        var wanted = new List<Guid>();
        for (var number = 0; number < 5; number++)
        {
            wanted.Add(await seller.ListAsync(("title", $"신고된 것 {number}")));
            // Two of each pair in the same moment; of the last one 23.
            await host.ScalarAsync<int>(
                """
                insert into market.report (id, listing_id, reporter_id, reason, text, at)
                select gen_random_uuid(), @id, gen_random_uuid(), 'spam', '', timestamptz '2001-01-01' + interval '1 hour' * @hour + interval '1 day' * later from generate_series(0, @more) later
                """, new { id = wanted[^1], hour = number / 2, more = number == 4 ? 22 : 1 });
        }
        using var operators = await host.OperatorAsync();
        var seen = new List<(Guid Listing, int Count, int Shown)>();
        string? after = null;
        do
        {
            var page = await (await operators.GetAsync($"/api/operator/market/reports?limit=2{(after is null ? null : $"&after={after}")}")).ShouldBeAsync(HttpStatusCode.OK);
            var items = page.GetProperty("items").EnumerateArray().ToList();
            Assert.InRange(items.Count, 1, 2);
            seen.AddRange(items.Select(one => (one.GetProperty("listing").GetProperty("id").GetGuid(), one.GetProperty("count").GetInt32(), one.GetProperty("reports").GetArrayLength())));
            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (after is not null);

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(wanted.ToHashSet(), seen.Take(5).Select(one => one.Listing).ToHashSet());
        Assert.Equal((wanted[4], 23, 20), seen[4]);
        await (await operators.GetAsync("/api/operator/market/reports?after=nonsense")).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "cursor.invalid");
        var html = await (await operators.GetAsync("/operator/market?after=nonsense")).Content.ReadAsStringAsync();
        Assert.Matches("And 3 more reports|신고 3건이 더", html);
        foreach (var id in wanted)
            await (await operators.PostAsync($"/api/operator/market/listings/{id}/dismiss-reports", new { })).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Who_leaves_takes_drafts_likes_and_words_along_once_nothing_of_his_is_live()
    {
        var seller = await MarketMember.JoinAsync(host);
        var other = await MarketMember.JoinAsync(host);
        var live = await seller.ListAsync();
        var draft = await seller.NewDraftAsync();
        var liked = await other.ListAsync();
        await seller.Client.PutAsync($"/api/listings/{liked}/like", null);
        await seller.Client.PostAsJsonAsync($"/api/listings/{liked}/questions", new { text = "얼마나 큰가요?" });
        await seller.Client.PostAsJsonAsync("/api/market/saved-searches", new { q = "떠나는 사람" });
        var data = host.First.Services.GetServices<IPersonalData>().Single(one => one.Section == "market");
        Assert.Contains("77777", JsonSerializer.Serialize(await data.Export((await WithReserveAsync()).Id, CancellationToken.None)), StringComparison.Ordinal);
        Assert.Contains("떠나는 사람", JsonSerializer.Serialize(await data.Export(seller.Id, CancellationToken.None), new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }), StringComparison.Ordinal);

        Assert.Equal("market.live_listings", await host.Source.InTransaction(async tx => (await data.Hinders(tx, seller.Id))?.Code));
        await (await seller.Client.PostAsync($"/api/listings/{live}/withdraw", null)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Null(await host.Source.InTransaction(async tx => (await data.Hinders(tx, seller.Id))?.Code));
        await host.Source.InTransaction(tx => data.Erase(tx, seller.Id));
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from market.listing where id = @draft", new { draft }));
        Assert.Equal("—", await host.ScalarAsync<string>("select description from market.listing where id = @live", new { live }));
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*) from market.picture where owner_id = @Id", new { seller.Id }));
        Assert.Equal(0, (await other.ShowAsync(liked)).GetProperty("likes").GetInt32());
        Assert.Equal(0, (await (await other.Client.GetAsync($"/api/listings/{liked}/questions")).ShouldBeAsync(HttpStatusCode.OK)).GetArrayLength());

        async Task<MarketMember> WithReserveAsync()
        {
            var one = await MarketMember.JoinAsync(host);
            await one.AuctionAsync(host.First.Clock.GetUtcNow().AddDays(1));
            return one;
        }
    }

    [Fact]
    public async Task The_sellers_page_shows_what_is_live_and_sold_and_nothing_else()
    {
        var seller = await MarketMember.JoinAsync(host);
        var live = await seller.ListAsync();
        var sold = await seller.ListAsync();
        var gone = await seller.ListAsync();
        await seller.NewDraftAsync();
        await host.Source.InTransaction(tx => host.Listings.End(tx, sold, ListingState.Sold));
        await seller.Client.PostAsync($"/api/listings/{gone}/withdraw", null);
        var page = await (await host.Stranger().GetAsync($"/api/market/sellers/{seller.Id}")).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal([sold, live], page.GetProperty("listings").GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()));
        Assert.Equal(1, page.GetProperty("live").GetInt32());
        await (await host.Stranger().GetAsync($"/api/market/sellers/{Guid.CreateVersion7()}")).ShouldBeRefusedAsync(HttpStatusCode.NotFound, "member.unknown");
    }

    private static async Task<string> NoticesAsync(MarketMember member) => await (await member.Client.GetAsync("/api/notifications")).Content.ReadAsStringAsync();
}

internal static class HtmlAnswers
{
    public static async Task<string> ShouldBeHtmlAsync(this HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode is HttpStatusCode.OK && response.Content.Headers.ContentType?.MediaType == "text/html", $"{(int)response.StatusCode}: {body}");
        return body;
    }
}
