using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Madang.Tests.Accounts;
using Madang.Tests.Auctions;
using Madang.Tests.Host;
using Madang.Tests.Market;
using Madang.Wallet;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>
/// What the market is for, by its pages alone: one lists a picture for auction, another finds it by a word, both and a third see the price move by itself, a bid of the last minute
/// extends it, and what is won is paid from the hold, sent, confirmed and reviewed by both. Only points come from elsewhere, and time is put forward: so the host is this class's own.
/// </summary>
public sealed partial class TwoPeopleJourneyTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const long Points = 300_000;

    /// <summary>Of the seller, of the buyer, and of the one who is outbid; what is sold, and what is looked for.</summary>
    public static readonly TheoryData<Look, Look, Look, string, string> Screens = new()
    {
        { new Look("ko"), new Look("ko", Dark: true, Phone: true), new Look("en", Dark: true), "새벽 강가의 달항아리", "달항" },
        { new Look("en", Phone: true), new Look("en", Dark: true), new Look("ko", Phone: true), "저녁 들녘의 꽃항아리", "꽃항아" },
    };

    [Theory, MemberData(nameof(Screens))]
    public async Task One_lists_a_picture_for_auction_and_the_other_wins_it_receives_it_and_both_review(Look sellersLook, Look buyersLook, Look rivalsLook, string title, string word)
    {
        var (seller, buyer, rival) = (await JoinAsync(sellersLook, 0), await JoinAsync(buyersLook, Points), await JoinAsync(rivalsLook, Points));
        await OfferOtherThingsAsync();
        await using var sellers = await SignInAsync(sellersLook, seller);
        await using var buyers = await SignInAsync(buyersLook, buyer);
        await using var rivals = await SignInAsync(rivalsLook, rival);

        var auction = await ListAsync(sellers, title);
        await FindAsync(buyers, title, word);
        await BidAgainstEachOtherAsync(auction, sellers, buyers, rivals);
        Assert.Equal((Points - 42_000, 42_000), await BalanceAsync(rival));
        Assert.Equal((Points, 0), await BalanceAsync(buyer));

        await ExtendAtTheLastMinuteAsync(auction, sellers, buyers, rivals);
        Assert.Equal((Points, 0), await BalanceAsync(rival));
        Assert.Equal((Points - 80_000, 80_000), await BalanceAsync(buyer));

        await CloseAsync(auction, sellers, buyers, rivals);
        // Paid from the hold: what it was sold for, and the rest of the maximum is free again.
        Assert.Equal((Points - 43_000, 0), await BalanceAsync(buyer));
        Assert.Equal((0, 0), await BalanceAsync(seller));

        await SendAsync(sellers, buyers);
        await ConfirmAsync(buyers);
        Assert.Equal((40_850, 0), await BalanceAsync(seller));
        await ReviewAsync(sellers, buyers, seller);

        Assert.Equal((Points - 43_000, 0), await BalanceAsync(buyer));
        Assert.Equal((40_850, 0), await BalanceAsync(seller));
        Assert.Equal((Points, 0), await BalanceAsync(rival));
        Assert.Empty(await Auctioned.ProblemsAsync(chromium.Database));
        await LookBackAsync(auction, sellers, buyers, rivals, word);
    }

    private static async Task<Guid> ListAsync(Window sellers, string title)
    {
        var page = sellers.Page;
        await page.Locator(".site-nav a[href='/market']").ClickAsync();
        await page.Locator(".market-head a[href='/market/new']").ClickAsync();
        await page.Locator("[data-files]").SetInputFilesAsync(
        [
            new FilePayload { Name = "앞.png", MimeType = "image/png", Buffer = Landscape.Png(1200, 900, 4) },
            new FilePayload { Name = "옆.png", MimeType = "image/png", Buffer = Landscape.Png(900, 1200, 2) },
            new FilePayload { Name = "가까이.png", MimeType = "image/png", Buffer = Landscape.Png(1000, 1000, 1) },
        ]);
        await Assertions.Expect(page.Locator("[data-picture]")).ToHaveCountAsync(3);
        await page.Locator("#field-title").FillAsync(title);
        await page.Locator("#field-category").SelectOptionAsync("art.painting");
        await page.Locator("#field-description").FillAsync("안개 낀 새벽, 물가에 놓인 항아리를 그렸습니다.\n캔버스에 유채, 53 × 45 cm. 서명은 뒷면에 있습니다.");
        await page.Locator("#field-hashtags").FillAsync("#유화 #항아리 #풍경");
        await page.Locator("label:has(input[name=way][value=auction])").ClickAsync();
        await page.Locator("#field-startPrice").FillAsync("10,000");
        // A week is proposed; tomorrow will do.
        var ends = page.Locator("#field-endsAt");
        await ends.FillAsync(DateTime.Parse(await ends.InputValueAsync(), CultureInfo.InvariantCulture).AddDays(-6).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture));
        await sellers.LookAsync("journey-01-seller-form");
        await page.Locator("button[value=preview]").ClickAsync();
        await Assertions.Expect(page.Locator(".preview")).ToBeVisibleAsync();
        await sellers.LookAsync("journey-02-seller-preview");
        await page.Locator(".preview form button").ClickAsync();
        await Assertions.Expect(page.Locator(".auction[data-state=live]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[data-auction-unbid]")).ToBeVisibleAsync();
        await sellers.LookAsync("journey-03-seller-published");
        return Guid.Parse(new Uri(page.Url).AbsolutePath.Split('/')[^1]);
    }

    private static async Task FindAsync(Window buyers, string title, string word)
    {
        var page = buyers.Page;
        await page.Locator(".site-nav a[href='/market']").ClickAsync();
        await page.Locator(".market-search input[type=search]").FillAsync(word);
        await page.Locator(".market-search button").ClickAsync();
        await Assertions.Expect(page.Locator(".tile")).ToHaveCountAsync(1);
        await buyers.LookAsync("journey-04-buyer-found");
        await page.Locator(".tile-link").ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync(title);
        await Assertions.Expect(page.Locator(".gallery-picture")).ToHaveCountAsync(3);
        await buyers.LookAsync("journey-05-buyer-looks");
    }

    /// <summary>Three screens: whoever bids, the price moves on the other two without a reload.</summary>
    private static async Task BidAgainstEachOtherAsync(Guid auction, Window sellers, Window buyers, Window rivals)
    {
        await rivals.Page.GotoAsync($"/market/{auction}");
        await WatchAsync(sellers, rivals);
        await BidAsync(buyers, "30,000");
        await Assertions.Expect(buyers.Page.Locator("[data-auction-mine=leading]")).ToBeVisibleAsync();
        await PriceMovesAsync("10,000", buyers, sellers, rivals);
        await Assertions.Expect(sellers.Page.Locator("[data-auction-leader]")).ToHaveTextAsync(Masked());
        await buyers.LookAsync("journey-06-buyer-leads");
        await StillWatchingAsync(sellers, rivals);

        await WatchAsync(buyers);
        await BidAsync(rivals, "20000");
        await Assertions.Expect(rivals.Page.Locator("[data-auction-mine=outbid]")).ToBeVisibleAsync();
        await PriceMovesAsync("21,000", sellers, buyers, rivals);
        await Assertions.Expect(buyers.Page.Locator("[data-auction-mine=leading]")).ToBeVisibleAsync();
        await BidAsync(rivals, "42,000");
        await PriceMovesAsync("31,000", sellers, buyers, rivals);
        await Assertions.Expect(rivals.Page.Locator("[data-auction-mine=leading]")).ToBeVisibleAsync();
        // Told where he looks: on the page that he has open, and by the bell.
        await Assertions.Expect(buyers.Page.Locator("[data-auction-mine=outbid]")).ToBeVisibleAsync();
        await Assertions.Expect(buyers.Page.Locator("[data-bell-count]")).ToHaveTextAsync("1");
        await Assertions.Expect(buyers.Page.Locator("[data-auction-available]")).ToContainTextAsync("300,000");
        await Assertions.Expect(sellers.Page.Locator("[data-auction-has-bids]")).ToBeVisibleAsync();
        await Assertions.Expect(sellers.Page.Locator("[data-auction-unbid]")).ToHaveCountAsync(0);
        await buyers.LookAsync("journey-07-buyer-outbid");
        await rivals.LookAsync("journey-07-rival-leads");
        await sellers.LookAsync("journey-07-seller-watches");
        await Assertions.Expect(buyers.Page.Locator("body")).Not.ToContainTextAsync("42,000");
        await Assertions.Expect(sellers.Page.Locator("body")).Not.ToContainTextAsync("42,000");
        await StillWatchingAsync(sellers, buyers);
    }

    private async Task ExtendAtTheLastMinuteAsync(Guid auction, Window sellers, Window buyers, Window rivals)
    {
        await WatchAsync(rivals);
        var end = await PutForwardAsync(auction, TimeSpan.FromSeconds(-100));
        await BidAsync(buyers, "80,000");
        await Assertions.Expect(buyers.Page.Locator("[data-auction-mine=leading]")).ToBeVisibleAsync();
        foreach (var window in new[] { sellers, buyers, rivals })
        {
            await Assertions.Expect(window.Page.Locator("[data-auction-extended]")).ToBeVisibleAsync();
            await Assertions.Expect(window.Page.Locator("[data-auction-left]")).ToHaveTextAsync(MinutesAndSeconds());
        }
        await PriceMovesAsync("43,000", sellers, buyers, rivals);
        await Assertions.Expect(rivals.Page.Locator("[data-auction-mine=outbid]")).ToBeVisibleAsync();
        Assert.InRange(await EndAsync(auction) - end, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));
        await sellers.LookAsync("journey-08-seller-extended");
        await buyers.LookAsync("journey-08-buyer-extended");
        await rivals.LookAsync("journey-08-rival-outbid");
        await StillWatchingAsync(sellers, rivals);
    }

    private async Task CloseAsync(Guid auction, Window sellers, Window buyers, Window rivals)
    {
        await WatchAsync(buyers);
        await PutForwardAsync(auction, TimeSpan.FromSeconds(15));
        foreach (var window in new[] { sellers, buyers, rivals })
        {
            await Answers.EventuallyAsync(
                async () =>
                {
                    await Auctioned.StartDueAsync(chromium.Node);
                    return await window.Page.Locator(".auction").GetAttributeAsync("data-state");
                },
                state => state == "sold");
            await Assertions.Expect(window.Page.Locator("[data-auction-price]")).ToContainTextAsync("43,000");
            await Assertions.Expect(window.Page.Locator("[data-auction-leader-label]")).ToHaveTextAsync(Winner());
            await Assertions.Expect(window.Page.Locator(".auction-bid")).ToBeHiddenAsync();
        }
        await Assertions.Expect(buyers.Page.Locator("[data-auction-mine=won]")).ToBeVisibleAsync();
        await Assertions.Expect(rivals.Page.Locator("[data-auction-mine=lost]")).ToBeVisibleAsync();
        await Assertions.Expect(sellers.Page.Locator("[data-auction-order] a")).ToBeVisibleAsync();
        await Assertions.Expect(rivals.Page.Locator("[data-auction-order] a")).ToBeHiddenAsync();
        await sellers.LookAsync("journey-09-seller-sold");
        await buyers.LookAsync("journey-09-buyer-won");
        await rivals.LookAsync("journey-09-rival-lost");
        await StillWatchingAsync(sellers, buyers, rivals);
    }

    /// <summary>From the auction's panel to the order, by both; the buyer says where to, the seller sends it there.</summary>
    private static async Task SendAsync(Window sellers, Window buyers)
    {
        var (page, theirs) = (buyers.Page, sellers.Page);
        await theirs.Locator("[data-auction-order] a").ClickAsync();
        await Assertions.Expect(theirs.Locator(".order-now")).ToBeVisibleAsync();
        await Assertions.Expect(theirs.Locator("#carrier")).ToHaveCountAsync(0);
        await Assertions.Expect(theirs.Locator(".order-now-text")).ToHaveTextAsync(WholeSentences());
        await sellers.LookAsync("journey-10-seller-waits");
        await page.Locator("[data-auction-order] a").ClickAsync();
        await buyers.LookAsync("journey-10-buyer-paid");
        await page.Locator(".order-now a.button-primary").ClickAsync();
        await page.Locator("#recipient").FillAsync("김서연");
        await page.Locator("#phone").FillAsync("010-9876-5432");
        await page.Locator("#postcode").FillAsync("04524");
        await page.Locator("#line1").FillAsync("서울특별시 중구 세종대로 110");
        await page.Locator("#line2").FillAsync("3층");
        await buyers.LookAsync("journey-11-buyer-delivery");
        await page.Locator("main button[type=submit]").ClickAsync();
        await DoneAsync(buyers);
        await buyers.LookAsync("journey-12-buyer-waits");

        await theirs.GotoAsync("/market/my");
        await sellers.LookAsync("journey-12-seller-my");
        await theirs.Locator(".orders-to-do a.order-row").First.ClickAsync();
        await Assertions.Expect(theirs.Locator("address")).ToContainTextAsync("김서연");
        await sellers.LookAsync("journey-12-seller-ships");
        await theirs.Locator("#carrier").FillAsync("한진택배");
        await theirs.Locator("#number").FillAsync("5678-1234-9012");
        await theirs.Locator(".order-now .button-primary").ClickAsync();
        await DoneAsync(sellers);
        await sellers.LookAsync("journey-13-seller-shipped");
    }

    private static async Task ConfirmAsync(Window buyers)
    {
        var page = buyers.Page;
        await page.GotoAsync("/market/my");
        await buyers.LookAsync("journey-13-buyer-my");
        await page.Locator(".orders-to-do a.order-row").First.ClickAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("5678-1234-9012");
        await buyers.LookAsync("journey-13-buyer-shipped");
        await page.Locator("form[action$='/delivered'] button").ClickAsync();
        await DoneAsync(buyers);
        await buyers.LookAsync("journey-14-buyer-delivered");
        await page.Locator("form[action$='/confirm'] button.button-primary").ClickAsync();
        await Assertions.Expect(page.Locator(".badge-good")).ToBeVisibleAsync();
    }

    /// <summary>What one writes the other sees when he has written too, and then everybody.</summary>
    private static async Task ReviewAsync(Window sellers, Window buyers, TestMember seller)
    {
        var (page, theirs) = (buyers.Page, sellers.Page);
        await buyers.LookAsync("journey-15-buyer-review");
        await page.Locator("input[name='Review.Stars'][value='5']").CheckAsync();
        await page.Locator("input[name=tag]").First.CheckAsync();
        await page.Locator("#review").FillAsync("안개의 빛이 사진보다 훨씬 좋습니다. 포장도 꼼꼼했어요.");
        await page.Locator(".order-now .button-primary").ClickAsync();
        await DoneAsync(buyers);
        await Assertions.Expect(page.Locator(".review")).ToHaveCountAsync(1);

        await theirs.ReloadAsync();
        await Assertions.Expect(theirs.Locator("main")).Not.ToContainTextAsync("안개의 빛이");
        await sellers.LookAsync("journey-15-seller-review");
        await theirs.Locator("input[name='Review.Stars'][value='5']").CheckAsync();
        await theirs.Locator("#review").FillAsync("입찰부터 확정까지 시원시원하셨습니다.");
        await theirs.Locator(".order-now .button-primary").ClickAsync();
        await DoneAsync(sellers);
        await Assertions.Expect(theirs.Locator(".review")).ToHaveCountAsync(2);
        await Assertions.Expect(theirs.Locator(".order-now-text")).ToHaveTextAsync(WholeSentences());
        await sellers.LookAsync("journey-16-seller-reviewed");
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator(".review")).ToHaveCountAsync(2);
        await buyers.LookAsync("journey-16-buyer-reviewed");
        await page.GotoAsync($"/market/sellers/{seller.Id}");
        await Assertions.Expect(page.Locator(".seller-reviews .review")).ToHaveCountAsync(1);
        await buyers.LookAsync("journey-16-buyer-sees-seller");
    }

    /// <summary>What is left of it for each, for the one who lost, and for somebody who comes by.</summary>
    private async Task LookBackAsync(Guid auction, Window sellers, Window buyers, Window rivals, string word)
    {
        foreach (var (window, who, total) in new[] { (sellers, "seller", "40,850"), (buyers, "buyer", "257,000"), (rivals, "rival", "300,000") })
        {
            await window.Page.GotoAsync("/wallet");
            await Assertions.Expect(window.Page.Locator(".wallet-total")).ToContainTextAsync(total);
            await window.LookAsync($"journey-17-{who}-wallet");
            await window.Page.GotoAsync("/market/my");
            await Assertions.Expect(window.Page.Locator(".orders-to-do")).ToHaveCountAsync(0);
            await window.LookAsync($"journey-17-{who}-my");
            await window.Page.GotoAsync($"/market/{auction}");
            await window.LookAsync($"journey-17-{who}-listing");
        }
        await using var stranger = await chromium.OpenAsync(new Look("ko", Phone: true));
        await stranger.Page.SetViewportSizeAsync(360, 780);
        await stranger.Page.GotoAsync($"/market/{auction}");
        await stranger.LookAsync("journey-17-stranger-listing");
        foreach (var page in new[] { rivals.Page, stranger.Page })
        {
            await Assertions.Expect(page.Locator(".auction[data-state=sold]")).ToBeVisibleAsync();
            await Assertions.Expect(page.Locator("[data-auction-leader]")).ToHaveTextAsync(Masked());
            await Assertions.Expect(page.Locator(".auction a.button:visible, .auction button:visible, .ask-form")).ToHaveCountAsync(0);
            await Assertions.Expect(page.Locator("body")).Not.ToContainTextAsync("80,000");
            await Assertions.Expect(page.Locator("body")).Not.ToContainTextAsync("세종대로");
        }
        await stranger.Page.GotoAsync($"/market?q={Uri.EscapeDataString(word)}");
        await Assertions.Expect(stranger.Page.Locator(".tile")).ToHaveCountAsync(0);
    }

    private static async Task BidAsync(Window window, string maximum)
    {
        await window.Page.Locator("#auction-maximum").FillAsync(maximum);
        await window.Page.Locator(".auction-bid button[type=submit]").ClickAsync();
        await window.Page.WaitForURLAsync(url => new Uri(url).Query.StartsWith("?bid=", StringComparison.Ordinal));
    }

    private static async Task PriceMovesAsync(string price, params Window[] windows)
    {
        foreach (var window in windows)
            await Assertions.Expect(window.Page.Locator("[data-auction-price]")).ToContainTextAsync(price);
    }

    /// <summary>From now on this is the document that must show what happens.</summary>
    private static async Task WatchAsync(params Window[] windows)
    {
        foreach (var window in windows)
            await window.Page.EvaluateAsync("document.documentElement.dataset.sameDocument = 'yes'");
    }

    private static async Task StillWatchingAsync(params Window[] windows)
    {
        foreach (var window in windows)
            await Assertions.Expect(window.Page.Locator("html")).ToHaveAttributeAsync("data-same-document", "yes");
    }

    private static Task DoneAsync(Window window) => window.Page.WaitForURLAsync(url => url.EndsWith("?done=1", StringComparison.Ordinal));

    /// <summary>Puts all clocks to so long after the auction's end, as it is now; gives that end.</summary>
    private async Task<DateTimeOffset> PutForwardAsync(Guid auction, TimeSpan afterItsEnd)
    {
        var end = await EndAsync(auction);
        chromium.PutForward(end + afterItsEnd - chromium.Node.Clock.GetUtcNow());
        return end;
    }

    private async Task<DateTimeOffset> EndAsync(Guid auction)
    {
        using var stranger = chromium.Node.Stranger();
        return (await (await stranger.GetAsync($"/api/auctions/{auction}")).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("live").GetProperty("endsAt").GetDateTimeOffset();
    }

    private async Task<TestMember> JoinAsync(Look look, long points)
    {
        var member = await TestMember.JoinAsync(chromium.Node, language: look.Language);
        if (points > 0)
            _ = (await Wallet.Move(new Reward($"test:{member.Id}", new("test"), member.Id, points))).Value;
        return member;
    }

    private async Task<(long Available, long Held)> BalanceAsync(TestMember member)
    {
        var balance = await Wallet.BalanceOf(member.Id);
        return (balance.Available, balance.Held);
    }

    private IWallet Wallet => chromium.Node.Services.GetRequiredService<IWallet>();

    /// <summary>A market of one thing finds it by any word.</summary>
    private async Task OfferOtherThingsAsync()
    {
        var member = await TestMember.JoinAsync(chromium.Node);
        using var program = await member.ProgramAsync(chromium.Node);
        var market = new MarketMember(member, program);
        foreach (var (title, seed) in new[] { ("새벽 강가의 나룻배", 3), ("푸른 저녁, 목판화", 5) })
        {
            var picture = (await (await market.UploadAsync(Landscape.Png(640, 480, seed))).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
            var draft = await (await market.DraftAsync(MarketMember.Words(picture, ("title", title)))).ShouldBeAsync(HttpStatusCode.Created);
            await (await market.PublishAsync(draft.GetProperty("id").GetGuid())).ShouldBeAsync(HttpStatusCode.OK);
        }
    }

    private Task<Window> SignInAsync(Look look, TestMember member) => chromium.OpenAsync(look, member, narrow: true);

    [GeneratedRegex(@"^.\*\*\*.$", RegexOptions.None, 1000)]
    private static partial Regex Masked();

    [GeneratedRegex("^(?:낙찰자|Won by)$", RegexOptions.None, 1000)]
    private static partial Regex Winner();

    [GeneratedRegex(@"\.$", RegexOptions.None, 1000)]
    private static partial Regex WholeSentences();

    [GeneratedRegex("^0[0-2]:[0-5][0-9]$", RegexOptions.None, 1000)]
    private static partial Regex MinutesAndSeconds();
}
