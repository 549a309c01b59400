using System.Net;
using System.Net.Http.Json;
using Dapper;
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

    private static MultipartFormDataContent Fields(Guid picture, Guid form, string title)
    {
        var fields = new MultipartFormDataContent();
        foreach (var (name, value) in ((string, string)[])
        [
            ("form", form.ToString()), ("do", "publish"), ("title", title), ("description", "강가의 안개"), ("category", "art.painting.watercolor"), ("hashtags", "수채화"), ("picture", picture.ToString()),
            ("way", "fixed"), ("price", "30000"),
        ])
            fields.Add(new StringContent(value), name);
        return fields;
    }
}
