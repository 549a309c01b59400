using System.Net;
using System.Net.Http.Json;
using Dapper;
using Madang.Market.Features;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests.Market;

/// <summary>What a reviewer found, each as the scenario that showed it.</summary>
public sealed class MarketReviewTests(MarketHost host) : IClassFixture<MarketHost>
{
    [Fact]
    public async Task A_form_that_is_sent_twice_makes_one_listing()
    {
        var seller = await MarketMember.JoinAsync(host);
        var (picture, form, title) = (await seller.PictureAsync(), Guid.CreateVersion7(), "두 번 누른 그림");

        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => seller.Client.PostAsync("/market/editor", Fields(picture, form, title))));

        Assert.Single(answers.Select(answer => answer.Headers.Location?.OriginalString ?? answer.RequestMessage!.RequestUri!.AbsolutePath).Distinct());
        await using var connection = await host.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await connection.ExecuteScalarAsync<int>("select count(*)::int from market.listing where seller_id = @Id and title = @title", new { seller.Id, title }));
    }

    [Theory]
    [InlineData("save", "draft")]
    [InlineData("publish", "live")]
    public async Task A_form_that_is_sent_again_is_written_over_the_draft_it_made_as_no_answer_may_have_come(string act, string state)
    {
        var seller = await MarketMember.JoinAsync(host);
        var (one, two, form) = (await seller.PictureAsync(), await seller.PictureAsync(), Guid.CreateVersion7());
        Assert.Equal($"/market/{form}/edit", await SendAsync(seller, Fields(one, form, "답을 잃은 그림", "save")));

        Assert.Equal(act == "save" ? $"/market/{form}/edit" : $"/market/{form}", await SendAsync(seller, Fields(two, form, "고쳐 쓴 그림", act)));

        var shown = await seller.ShowAsync(form);
        Assert.Equal(("고쳐 쓴 그림", state), (shown.GetProperty("title").GetString(), shown.GetProperty("state").GetString()));
        Assert.Equal(two, Assert.Single(shown.GetProperty("pictures").EnumerateArray()).GetProperty("id").GetGuid());
        Assert.Equal(act == "publish", host.FixedSale.Opened.ContainsKey(form));
        Assert.Equal(1, await host.ScalarAsync<int>("select count(*)::int from market.listing where seller_id = @Id", new { seller.Id }));
    }

    [Theory]
    [InlineData("fixed")]
    [InlineData("auction")]
    public async Task A_form_that_is_sent_again_does_not_change_what_it_published_nor_say_that_it_did(string way)
    {
        var seller = await MarketMember.JoinAsync(host);
        var (picture, form) = (await seller.PictureAsync(), Guid.CreateVersion7());
        Assert.Equal($"/market/{form}", await SendAsync(seller, Fields(picture, form, "나간 그림", "publish", way)));
        Assert.Equal($"/market/{form}", await SendAsync(seller, Fields(picture, form, "나간 그림", "publish", way)));

        foreach (var act in new[] { "save", "publish" })
        {
            var answer = await seller.Client.PostAsync("/market/editor", Fields(picture, form, "늦게 고친 그림", act, way));
            Assert.Equal("/market/editor", answer.RequestMessage!.RequestUri!.AbsolutePath);
            var page = await answer.Content.ReadAsStringAsync();
            Assert.Contains("This listing was published before.", page, StringComparison.Ordinal);
            Assert.Contains("늦게 고친 그림", page, StringComparison.Ordinal);
        }
        Assert.Equal("나간 그림", (await seller.ShowAsync(form)).GetProperty("title").GetString());
    }

    [Fact]
    public async Task Who_has_as_many_drafts_as_there_may_be_makes_no_other_one_and_may_still_send_the_last_one_again()
    {
        var seller = await MarketMember.JoinAsync(host);
        var (picture, form) = (await seller.PictureAsync(), Guid.CreateVersion7());
        for (var made = 1; made < SaveListing.MostDrafts; made++)
            await (await seller.DraftAsync(MarketMember.Words(picture))).ShouldBeAsync(HttpStatusCode.Created);
        await SendAsync(seller, Fields(picture, form, "마지막 초안", "save"));

        await (await seller.DraftAsync(MarketMember.Words(picture))).ShouldBeRefusedAsync(HttpStatusCode.Conflict, "listing.too_many_drafts");
        Assert.Equal($"/market/{form}/edit", await SendAsync(seller, Fields(picture, form, "고친 마지막 초안", "save")));

        Assert.Equal("고친 마지막 초안", (await seller.ShowAsync(form)).GetProperty("title").GetString());
        Assert.Equal(SaveListing.MostDrafts, await host.ScalarAsync<int>("select count(*)::int from market.listing where seller_id = @Id", new { seller.Id }));
    }

    [Fact]
    public async Task Another_sellers_listing_is_not_reached_by_naming_its_id_as_the_form()
    {
        var (seller, other) = (await MarketMember.JoinAsync(host), await MarketMember.JoinAsync(host));
        var id = await seller.ListAsync();

        var answer = await other.Client.PostAsync("/market/editor", Fields(await other.PictureAsync(), id, "남의 것"));

        Assert.NotEqual($"/market/{id}", answer.Headers.Location?.OriginalString);
        Assert.Equal("고요한 아침의 그림", (await seller.ShowAsync(id)).GetProperty("title").GetString());
    }

    [Theory]
    [InlineData("\uFFFE")]
    [InlineData("그림\uFFFE")]
    [InlineData("\uFFFF")]
    public async Task What_is_no_letter_is_refused_and_found_nowhere(string text)
    {
        var seller = await MarketMember.JoinAsync(host);
        await (await seller.Client.GetAsync($"/api/listings?q={Uri.EscapeDataString(text)}&hashtag=x{Uri.EscapeDataString(text)}")).ShouldBeAsync(HttpStatusCode.OK);
        await (await seller.DraftAsync(MarketMember.Words(await seller.PictureAsync(), ("title", text)))).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "listing.title");
    }

    [Theory]
    [InlineData("kind", 99)]
    [InlineData("way", 7)]
    [InlineData("condition", 9)]
    public async Task A_number_is_no_name(string field, int number)
    {
        var seller = await MarketMember.JoinAsync(host);
        Assert.Equal(HttpStatusCode.BadRequest, (await seller.DraftAsync(MarketMember.Words(await seller.PictureAsync(), (field, number)))).StatusCode);
    }

    [Fact]
    public async Task Asking_and_taking_back_is_counted()
    {
        var (seller, asker) = (await MarketMember.JoinAsync(host), await MarketMember.JoinAsync(host));
        var id = await seller.ListAsync();
        var asked = 0;
        while (asked < 60)
        {
            var answer = await asker.Client.PostAsJsonAsync($"/api/listings/{id}/questions", new { text = $"또 묻습니다 {asked}" });
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                break;
            var question = (await answer.ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
            await (await asker.Client.DeleteAsync($"/api/listings/{id}/questions/{question}")).ShouldBeAsync(HttpStatusCode.NoContent);
            asked++;
        }
        Assert.InRange(asked, 5, 30);
        Assert.DoesNotContain("또 묻습니다", await seller.Client.GetStringAsync($"/api/listings/{id}/questions"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reports_follow_what_is_listed_again()
    {
        var (seller, reporter) = (await MarketMember.JoinAsync(host), await MarketMember.JoinAsync(host));
        var id = await seller.ListAsync();
        await (await reporter.Client.PostAsJsonAsync($"/api/listings/{id}/reports", new { reason = "counterfeit" })).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await seller.Client.PostAsync($"/api/listings/{id}/withdraw", null)).ShouldBeAsync(HttpStatusCode.OK);
        var copy = (await (await seller.Client.PostAsync($"/api/listings/{id}/relist", null)).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();

        await using var connection = await host.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        Assert.Equal([copy], await connection.QueryAsync<Guid>("select listing_id from market.report where listing_id = any(@ids) and state = 'open'", new { ids = new[] { id, copy } }));
    }

    /// <summary>Where the answer leads.</summary>
    private static async Task<string> SendAsync(MarketMember seller, MultipartFormDataContent fields)
    {
        var answer = await seller.Client.PostAsync("/market/editor", fields);
        return (answer.Headers.Location?.OriginalString ?? answer.RequestMessage!.RequestUri!.AbsolutePath).Split('?')[0];
    }

    private static MultipartFormDataContent Fields(Guid picture, Guid form, string title, string act = "publish", string way = "fixed")
    {
        var fields = new MultipartFormDataContent();
        foreach (var (name, value) in ((string, string)[])
        [
            ("form", form.ToString()), ("do", act), ("title", title), ("description", "강가의 안개"), ("category", "art.painting.watercolor"), ("hashtags", "수채화 풍경"), ("picture", picture.ToString()),
            ("way", way), ("price", "30000"), ("startPrice", "10000"), ("endsAt", "2150-01-01T12:00"),
        ])
            fields.Add(new StringContent(value), name);
        return fields;
    }
}
