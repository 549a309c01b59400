using Madang.Tests.Accounts;
using Madang.Tests.Auctions;
using Madang.Wallet;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>An auction as people see it: bids by a form, prices that move by themselves, the end.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class AuctionJourneyTests(Chromium chromium)
{
    public static readonly TheoryData<Look> Looks = [new Look("ko"), new Look("en", Dark: true), new Look("ko", Dark: true, Phone: true), new Look("en", Phone: true)];

    [Theory, MemberData(nameof(Looks))]
    public async Task Somebody_bids_is_outbid_before_the_eyes_and_leads_again(Look look)
    {
        var auction = await Auctioned.OpenAsync(chromium.Node, Guid.CreateVersion7(), 10_000, 60_000, 120_000, TimeSpan.FromHours(30), TimeSpan.Zero);
        var (member, rival) = (await MemberAsync(look.Language), await Bidder.JoinAsync(chromium.Node, 1_000_000));
        await using (var stranger = await chromium.OpenAsync(look))
        {
            await stranger.Page.GotoAsync($"/market/{auction}");
            await stranger.LookAsync("auction-stranger");
        }
        await using var window = await chromium.OpenAsync(look, member);
        await window.Page.GotoAsync($"/market/{auction}?buy=1");
        await window.LookAsync("auction-buy-now");
        await window.Page.GotoAsync($"/market/{auction}");
        await window.Page.Locator("#auction-maximum").FillAsync("3000");
        await window.Page.Locator(".auction-bid button").ClickAsync();
        await Assertions.Expect(window.Page.Locator(".auction .field-error:visible")).ToBeVisibleAsync();
        await Assertions.Expect(window.Page.Locator("#auction-maximum")).ToHaveValueAsync("3000");
        await window.LookAsync("auction-too-low");

        await window.Page.Locator("#auction-maximum").FillAsync("30,000");
        await window.Page.Locator(".auction-bid button").ClickAsync();
        await Assertions.Expect(window.Page.Locator("[data-auction-mine=leading]")).ToBeVisibleAsync();
        await rival.BidsAsync(auction, 20_000);
        await Assertions.Expect(window.Page.Locator("[data-auction-price]")).ToContainTextAsync("21,000");
        await rival.BidsAsync(auction, 70_000);
        await Assertions.Expect(window.Page.Locator("[data-auction-mine=outbid]")).ToBeVisibleAsync();
        await Assertions.Expect(window.Page.Locator("[data-auction-reserve=met]")).ToBeVisibleAsync();
        await window.LookAsync("auction-outbid");
        await window.Page.GotoAsync($"/market/{auction}/bids");
        await window.LookAsync("auction-bids");
        await window.Page.GotoAsync("/market/my");
        await window.LookAsync("auction-my");
        await window.Page.GotoAsync("/market");
        await Assertions.Expect(window.Page.Locator("#soon-title")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Everybody_who_watches_sees_the_end_without_a_reload()
    {
        var seller = await MemberAsync("ko");
        var auction = await Auctioned.OpenAsync(chromium.Node, seller.Id, 10_000, 20_000, null, TimeSpan.FromHours(1), TimeSpan.Zero);
        await using var window = await chromium.OpenAsync(new Look("ko"), seller);
        await window.Page.GotoAsync($"/market/{auction}");
        await window.LookAsync("auction-seller");
        var bidder = await Bidder.JoinAsync(chromium.Node, 1_000_000);
        await bidder.BidsAsync(auction, 50_000);
        await Assertions.Expect(window.Page.Locator("[data-auction-price]")).ToContainTextAsync("20,000");
        await chromium.CloseAsync(auction);
        await Assertions.Expect(window.Page.Locator(".auction[data-state=sold]")).ToBeVisibleAsync();
        await window.LookAsync("auction-sold");
    }

    private async Task<TestMember> MemberAsync(string language)
    {
        var member = await TestMember.JoinAsync(chromium.Node, language: language);
        _ = (await chromium.Node.Services.GetRequiredService<IWallet>().Move(new Reward($"test:{member.Id}", new("test"), member.Id, 500_000))).Value;
        return member;
    }
}

/// <summary>Ends an auction of the browser tests now.</summary>
internal static class AuctionEnds
{
    public static async Task CloseAsync(this Chromium chromium, Guid auction)
    {
        await chromium.SqlAsync(
            "update auctions.auction set starts_at = now() - interval '2 h', planned_end = now() - interval '1 min', ends_at = now() - interval '1 min' where id = @auction", new { auction });
        await chromium.SqlAsync("update platform.work set run_at = now() where kind = 'auctions.close' and key = @auction::text", new { auction });
        await Auctioned.StartDueAsync(chromium.Node);
    }
}
