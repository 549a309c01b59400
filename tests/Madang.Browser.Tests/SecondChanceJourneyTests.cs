using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Madang.Tests.Accounts;
using Madang.Tests.Auctions;
using Madang.Tests.Host;
using Madang.Tests.Market;
using Madang.Wallet;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>A sale that is called off: its seller asks the runner-up, cannot list it again meanwhile, and the runner-up buys.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class SecondChanceJourneyTests(Chromium chromium)
{
    public static readonly TheoryData<Look> Looks = [new Look("ko", Phone: true), new Look("en", Dark: true)];

    [Theory, MemberData(nameof(Looks))]
    public async Task What_was_called_off_goes_to_the_runner_up(Look look)
    {
        var (seller, runnerUp, winner) = (await MemberAsync(look), await MemberAsync(look), await MemberAsync(look));
        using var selling = await seller.ProgramAsync(chromium.Node);
        var ends = chromium.Node.Clock.GetUtcNow().AddHours(1);
        var auction = await new MarketMember(seller, selling).AuctionAsync(ends, ("title", "달빛 아래 항아리"), ("auction", new { startPrice = 10_000, endsAt = ends }));
        await BidAsync(runnerUp, auction, 42_000);
        await BidAsync(winner, auction, 60_000);
        await chromium.CloseAsync(auction);
        var order = await Answers.EventuallyAsync(async () =>
        {
            await Auctioned.StartDueAsync(chromium.Node);
            var shown = await (await selling.Client.GetAsync($"/api/auctions/{auction}")).ShouldBeAsync(HttpStatusCode.OK);
            return shown.GetProperty("selling").TryGetProperty("order", out var sold) && sold.ValueKind is not JsonValueKind.Null ? sold.GetGuid() : (Guid?)null;
        }, sold => sold is not null);
        await (await selling.Client.PostAsync($"/api/orders/{order}/cancel", null)).ShouldBeAsync(HttpStatusCode.OK);

        await using var sellers = await chromium.OpenAsync(look, seller);
        await sellers.Page.GotoAsync($"/market/{auction}");
        await Assertions.Expect(sellers.Page.Locator(".auction[data-state=cancelled]")).ToBeVisibleAsync();
        await sellers.LookAsync("auction-called-off");
        await sellers.Page.Locator("form[action$='/auction/offer'] button").ClickAsync();
        await sellers.Page.WaitForURLAsync(url => url.Contains("bid=offered", StringComparison.Ordinal));
        await sellers.Page.Locator("form[action$='/relist'] button").ClickAsync();
        await Assertions.Expect(sellers.Page.Locator(".market-note[role=alert]")).ToContainTextAsync(look.Language == "ko" ? "차순위 입찰자" : "runner-up");
        await sellers.LookAsync("auction-offer-open");

        await using var buyers = await chromium.OpenAsync(look, runnerUp);
        await buyers.Page.GotoAsync("/market/my");
        await Assertions.Expect(buyers.Page.Locator("#my-bids .auction-card")).ToHaveCountAsync(1);
        await buyers.Page.GotoAsync($"/market/{auction}");
        await buyers.LookAsync("auction-second-chance");
        await buyers.Page.Locator("form[action$='/auction/answer'] button[value=yes]").ClickAsync();
        await Assertions.Expect(buyers.Page.Locator(".auction[data-state=sold]")).ToBeVisibleAsync();
        await Assertions.Expect(buyers.Page.Locator(".auction a[href^='/orders/']")).ToBeVisibleAsync();
        await Assertions.Expect(buyers.Page.Locator("[data-auction-price]")).ToContainTextAsync("42,000");
        await buyers.LookAsync("auction-second-chance-bought");
        await buyers.Page.GotoAsync("/market/my");
        await Assertions.Expect(buyers.Page.Locator("#my-wins .auction-card")).ToHaveCountAsync(1);
    }

    private async Task BidAsync(TestMember member, Guid auction, long maximum)
    {
        using var program = await member.ProgramAsync(chromium.Node);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/auctions/{auction}/bids") { Content = JsonContent.Create(new { maximum }) };
        request.Headers.Add("Idempotency-Key", $"{member.Id}:{maximum}");
        await (await program.Client.SendAsync(request)).ShouldBeAsync(HttpStatusCode.Created);
    }

    private async Task<TestMember> MemberAsync(Look look)
    {
        var member = await TestMember.JoinAsync(chromium.Node, language: look.Language);
        _ = (await chromium.Node.Services.GetRequiredService<IWallet>().Move(new Reward($"test:{member.Id}", new("test"), member.Id, 100_000))).Value;
        return member;
    }
}
