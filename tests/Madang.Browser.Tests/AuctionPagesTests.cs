using System.Net;
using System.Net.Http.Json;
using Madang.Tests.Accounts;
using Madang.Tests.Auctions;
using Madang.Tests.Host;
using Madang.Tests.Market;
using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>What a visitor sees of auctions: their ends by the house's clock, and those that end soon in one full row.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class AuctionPagesTests(Chromium chromium)
{
    public static readonly TheoryData<Look> Looks = [new Look("ko"), new Look("en", Dark: true), new Look("ko", Dark: true, Phone: true), new Look("en", Phone: true)];

    [Theory]
    [InlineData("ko")]
    [InlineData("en")]
    public async Task The_end_stays_as_the_server_wrote_it_when_the_script_writes_it_anew(string language)
    {
        var auction = await Auctioned.OpenAsync(chromium.Node, Guid.CreateVersion7(), 10_000, null, null, TimeSpan.FromHours(30), TimeSpan.Zero);
        var bidder = await Bidder.JoinAsync(chromium.Node, 1_000_000);
        await using var plain = await chromium.OpenAsync(new Look(language), scripts: false);
        await plain.Page.GotoAsync($"/market/{auction}");
        var written = await plain.Page.Locator("[data-auction-ends]").TextContentAsync();
        await using var window = await chromium.OpenAsync(new Look(language));
        await window.Page.GotoAsync($"/market/{auction}");

        await bidder.BidsAsync(auction, 20_000);

        await Assertions.Expect(window.Page.Locator("[data-auction-bids]")).ToContainTextAsync("1");
        Assert.Equal(written, await window.Page.Locator("[data-auction-ends]").TextContentAsync());
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task What_ends_soon_fills_a_row_or_is_swiped_through(Look look)
    {
        var seller = await TestMember.JoinAsync(chromium.Node);
        using var program = await seller.ProgramAsync(chromium.Node);
        string[] titles = ["밤바다", "달항아리와 오래 두고 볼 이야기", "필름 카메라", "매화", "조각보", "통기타", "한 획", "자전거"];
        for (var i = 0; i < titles.Length; i++)
        {
            var picture = (await (await MarketMember.UploadAsync(program.Client, Landscape.Png(480, 480, 70 + i))).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
            var words = MarketMember.Words(
                picture, ("title", titles[i]), ("way", "auction"), ("price", null), ("auction", new { startPrice = 10_000 * (i + 1), endsAt = chromium.Node.Clock.GetUtcNow().AddMinutes(15 + (i * 20)) }));
            var id = (await (await program.Client.PostAsJsonAsync("/api/listings", words)).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
            await (await program.Client.PostAsync($"/api/listings/{id}/publish", null)).ShouldBeAsync(HttpStatusCode.OK);
        }
        await using var window = await chromium.OpenAsync(look);
        await window.Page.GotoAsync("/market");
        var cards = window.Page.Locator(".auction-cards-strip > li");
        var strip = await window.Page.Locator(".auction-cards-strip").EvaluateAsync<double[]>("strip => [strip.scrollWidth, strip.clientWidth, strip.getBoundingClientRect().right]");
        if (look.Phone)
        {
            Assert.InRange(await cards.CountAsync(), 8, 12);
            Assert.True(strip[0] > strip[1], "it is swiped through");
        }
        else
        {
            Assert.Equal(6, await cards.EvaluateAllAsync<int>("all => all.filter(one => one.checkVisibility()).length"));
            var (last, body) = (await cards.Nth(5).BoundingBoxAsync(), await window.Page.Locator(".market-body").BoundingBoxAsync());
            Assert.Equal(body!.X + body.Width, last!.X + last.Width, tolerance: 1);
        }
        await window.LookAsync("market-soon");
        await window.Page.Locator(".auction-strip-head a").ClickAsync();
        await Assertions.Expect(window.Page.Locator(".market-sorts [aria-current][href*='sort=ending']")).ToHaveCountAsync(1);
    }
}
