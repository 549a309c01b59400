using System.Net;
using System.Net.Http.Json;
using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Madang.Tests.Market;
using Madang.Tests.Orders;
using Madang.Wallet;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>A fixed-price thing from the buy button to both reviews, on two screens; and what happens when it does not go well.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class OrderJourneyTests(Chromium chromium)
{
    public static readonly TheoryData<Look> Looks = [new Look("ko"), new Look("en", Dark: true), new Look("ko", Dark: true, Phone: true), new Look("en", Phone: true)];

    [Theory, MemberData(nameof(Looks))]
    public async Task Bought_shipped_confirmed_and_reviewed_by_both(Look look)
    {
        var (seller, buyer) = (await JoinAsync(look), await JoinAsync(look, points: 100_000));
        var listing = await ListAsync(seller, 84_000);
        await using var buyers = await SignInAsync(look, buyer);
        await using var sellers = await SignInAsync(look, seller);
        var (page, theirs) = (buyers.Page, sellers.Page);
        await page.GotoAsync("/orders");
        await buyers.LookAsync("orders-empty");

        // What is wrong is said beside the field, and nothing that was typed is lost.
        await page.GotoAsync($"/market/{listing}");
        await buyers.LookAsync("order-buy-panel");
        await page.Locator(".buy-panel .button-primary").ClickAsync();
        await page.Locator("#recipient").FillAsync("김서연");
        await page.Locator("#phone").FillAsync("12");
        await page.Locator("#postcode").FillAsync("04524");
        await page.Locator("#line1").FillAsync("서울특별시 중구 세종대로 110");
        await page.Locator(".buy-sum button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Locator("#phone-error")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#recipient")).ToHaveValueAsync("김서연");
        await buyers.LookAsync("order-buy-wrong", expected: "422");
        await page.Locator("#phone").FillAsync("010-9876-5432");
        await page.Locator(".buy-sum button[type=submit]").ClickAsync();
        await page.WaitForURLAsync(url => IsOrder(url));
        var order = new Uri(page.Url).AbsolutePath;
        await buyers.LookAsync("order-buyer-paid", expected: "422");

        await theirs.GotoAsync("/market/my");
        await Assertions.Expect(theirs.Locator(".orders-to-do a.order-row")).ToHaveCountAsync(1);
        await sellers.LookAsync("order-my-market");
        await theirs.GotoAsync("/orders");
        await sellers.LookAsync("orders-seller-to-do");
        await theirs.Locator(".orders-to-do a.order-row").ClickAsync();
        await Assertions.Expect(theirs.Locator("address")).ToContainTextAsync("김서연");
        await sellers.LookAsync("order-seller-ship");
        await theirs.Locator("#carrier").FillAsync("한진택배");
        await theirs.Locator("#number").FillAsync("5678-1234-9012");
        await theirs.Locator(".order-now .button-primary").ClickAsync();
        await theirs.WaitForURLAsync(url => url.EndsWith("?done=1", StringComparison.Ordinal));
        await sellers.LookAsync("order-seller-shipped");

        await page.GotoAsync(order);
        await buyers.LookAsync("order-buyer-shipped", expected: "422");
        await page.Locator("form[action$='/delivered'] button").ClickAsync();
        await page.WaitForURLAsync(url => url.EndsWith("?done=1", StringComparison.Ordinal));
        await page.Locator("form[action$='/confirm'] button.button-primary").ClickAsync();
        await Assertions.Expect(page.Locator(".badge-good")).ToBeVisibleAsync();
        Assert.Equal(16_000, await AvailableAsync(buyer));
        Assert.Equal(79_800, await AvailableAsync(seller));
        await buyers.LookAsync("order-buyer-review", expected: "422");

        await page.Locator("input[name='Review.Stars'][value='5']").CheckAsync();
        await page.Locator("input[name=tag]").Nth(1).CheckAsync();
        await page.Locator("#review").FillAsync("포장이 아주 꼼꼼했어요. 그림도 사진보다 더 예쁩니다.");
        await page.Locator(".order-now .button-primary").ClickAsync();
        await page.WaitForURLAsync(url => url.EndsWith("?done=1", StringComparison.Ordinal));
        await Assertions.Expect(page.Locator(".review")).ToHaveCountAsync(1);
        await theirs.GotoAsync(order);
        await Assertions.Expect(theirs.Locator(".review")).ToHaveCountAsync(0);
        await theirs.Locator("input[name='Review.Stars'][value='4']").CheckAsync();
        await theirs.Locator(".order-now .button-primary").ClickAsync();
        await theirs.WaitForURLAsync(url => url.EndsWith("?done=1", StringComparison.Ordinal));
        await Assertions.Expect(theirs.Locator(".review")).ToHaveCountAsync(2);
        await sellers.LookAsync("order-seller-reviewed");
        await page.GotoAsync("/orders");
        await buyers.LookAsync("orders", expected: "422");
        await page.GotoAsync($"/market/sellers/{seller.Id}");
        await Assertions.Expect(page.Locator(".seller-reviews .review")).ToHaveCountAsync(1);
        await buyers.LookAsync("order-seller-reviews", expected: "422");
        await page.GotoAsync($"/market/{listing}");
        await Assertions.Expect(page.Locator(".buy-order a")).ToHaveAttributeAsync("href", order);
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task A_complaint_with_a_picture_is_decided_by_the_operator(Look look)
    {
        var (seller, buyer) = (await JoinAsync(look), await JoinAsync(look, points: 50_000));
        var order = await BuyAsync(buyer, await ListAsync(seller, 30_000), inPerson: false);
        using (var program = await seller.ProgramAsync(chromium.Node))
            await (await program.Client.PostAsJsonAsync($"/api/orders/{order}/shipment", new { carrier = "CJ대한통운", trackingNumber = "123" })).ShouldBeAsync(HttpStatusCode.OK);
        await using var window = await SignInAsync(look, buyer);
        var page = window.Page;
        await page.GotoAsync($"/orders/{order}/complain");
        await page.Locator("input[name=reason][value=damaged]").CheckAsync();
        await page.Locator("#field-text").FillAsync("액자 모서리가 깨져서 왔습니다.");
        await page.Locator("#pictures").SetInputFilesAsync(new FilePayload { Name = "note.txt", MimeType = "text/plain", Buffer = "no picture"u8.ToArray() });
        await window.LookAsync("order-complain");
        await page.Locator("main button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Locator("[role=alert]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#field-text")).ToHaveValueAsync("액자 모서리가 깨져서 왔습니다.");
        await page.Locator("#pictures").SetInputFilesAsync(new FilePayload { Name = "me.png", MimeType = "image/png", Buffer = Landscape.Png(600, 400, 9) });
        await page.Locator("main button[type=submit]").ClickAsync();
        await page.WaitForURLAsync(url => url.EndsWith("?done=1", StringComparison.Ordinal));
        await window.LookAsync("order-buyer-disputed", expected: "4");

        await using var sellers = await SignInAsync(look, seller);
        await sellers.Page.GotoAsync($"/orders/{order}");
        await sellers.Page.Locator("#answer").FillAsync("보낼 때는 멀쩡했습니다. 포장 사진도 있습니다.");
        await sellers.LookAsync("order-seller-disputed");
        await sellers.Page.Locator(".order-now .button-primary").ClickAsync();
        await sellers.Page.WaitForURLAsync(url => url.EndsWith("?done=1", StringComparison.Ordinal));

        await using var chief = await chromium.OpenSignedInAsync(look);
        await chief.Page.GotoAsync("/operator/orders");
        await chief.LookAsync("operator-orders");
        await chief.Page.Locator($"a[href$='{order}']").ClickAsync();
        await chief.Page.Locator("input[data-outcome=part]").CheckAsync();
        await chief.Page.Locator("#refund").FillAsync("40,000");
        await chief.Page.Locator("#note").FillAsync("파손은 사진으로 확인되나 그림은 온전합니다.");
        await chief.Page.Locator("main button[type=submit]").ClickAsync();
        await Assertions.Expect(chief.Page.Locator("#refund-error")).ToBeVisibleAsync();
        await chief.Page.Locator(".complaint-pictures img").ScrollIntoViewIfNeededAsync();
        await Assertions.Expect(chief.Page.Locator(".complaint-pictures img")).Not.ToHaveJSPropertyAsync("naturalWidth", 0);
        await chief.LookAsync("operator-order", expected: "422");
        await chief.Page.Locator("#refund").FillAsync("10,000");
        await chief.Page.Locator("main button[type=submit]").ClickAsync();
        await Assertions.Expect(chief.Page.Locator(".badge-good").First).ToBeVisibleAsync();
        await chief.LookAsync("operator-order-decided", expected: "422");
        Assert.Equal(30_000, await AvailableAsync(buyer));
        Assert.Equal(19_000, await AvailableAsync(seller));
    }

    [Fact]
    public async Task Without_scripts_bought_in_person_and_handed_over_by_the_code()
    {
        var look = new Look("ko", Phone: true);
        var (seller, buyer) = (await JoinAsync(look), await JoinAsync(look, points: 9_000));
        var listing = await ListAsync(seller, 10_000);
        await using var buyers = await SignInAsync(look, buyer, scripts: false);
        var page = buyers.Page;
        await page.GotoAsync($"/orders/new?listing={listing}");
        await Assertions.Expect(page.Locator(".buy-sum a.button-primary")).ToHaveAttributeAsync("href", "/wallet");
        await GiveAsync(buyer, 1_000);
        await page.GotoAsync($"/orders/new?listing={listing}");
        await page.Locator("input[value=in_person]").CheckAsync();
        await page.Locator(".buy-sum button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Locator(".order-now")).ToBeVisibleAsync();
        await page.Locator(".order-now .button-primary").ClickAsync();
        var code = await page.Locator(".hand-over-code").InnerTextAsync();
        Assert.Matches("^[0-9]{3} [0-9]{3}$", code);

        await using var sellers = await SignInAsync(look, seller, scripts: false);
        await sellers.Page.GotoAsync(new Uri(page.Url).AbsolutePath);
        await sellers.Page.Locator("#code").FillAsync(code == "000 000" ? "111111" : "000000");
        await sellers.Page.Locator(".order-now .button-primary").ClickAsync();
        await Assertions.Expect(sellers.Page.Locator("#code-error")).ToContainTextAsync("4");
        await sellers.Page.Locator("#code").FillAsync(code);
        await sellers.Page.Locator(".order-now .button-primary").ClickAsync();
        await Assertions.Expect(sellers.Page.Locator(".badge-good")).ToBeVisibleAsync();
        Assert.Equal(9_500, await AvailableAsync(seller));
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task Meeting_in_person_and_being_too_late(Look look)
    {
        var (seller, buyer, other) = (await JoinAsync(look), await JoinAsync(look, points: 50_000), await JoinAsync(look, points: 50_000));
        var listing = await ListAsync(seller, 25_000);
        await using var late = await SignInAsync(look, other);
        await late.Page.GotoAsync($"/orders/new?listing={listing}");
        var order = await BuyAsync(buyer, listing, inPerson: true);
        await late.Page.Locator("input[value=in_person]").CheckAsync();
        await late.Page.Locator(".buy-sum button[type=submit]").ClickAsync();
        await Assertions.Expect(late.Page.Locator(".state-error")).ToBeVisibleAsync();
        await late.LookAsync("order-buy-sold", expected: "409");

        await using var window = await SignInAsync(look, buyer);
        await window.Page.GotoAsync($"/orders/{order}");
        await window.Page.Locator(".order-now .button-primary").ClickAsync();
        await Assertions.Expect(window.Page.Locator(".hand-over-code")).ToBeVisibleAsync();
        await window.LookAsync("order-buyer-code");
        await using var sellers = await SignInAsync(look, seller);
        await sellers.Page.GotoAsync($"/orders/{order}");
        await sellers.LookAsync("order-seller-meet");
        await sellers.Page.Locator("[data-opens=cancel-order]").ClickAsync();
        await sellers.LookAsync("order-seller-cancel", whole: false);
        await sellers.Page.Locator("dialog[open] button[type=submit]").ClickAsync();
        await sellers.Page.WaitForURLAsync(url => url.EndsWith("?done=1", StringComparison.Ordinal));
        Assert.Equal(50_000, await AvailableAsync(buyer));
    }

    private static bool IsOrder(string url) => Guid.TryParse(new Uri(url).AbsolutePath.Split('/')[^1], out _);

    private async Task<TestMember> JoinAsync(Look look, long points = 0)
    {
        var member = await TestMember.JoinAsync(chromium.Node, language: look.Language);
        if (points > 0)
            await GiveAsync(member, points);
        return member;
    }

    private async Task GiveAsync(TestMember member, long points) => _ = (await Wallet.Move(new Reward($"seed:{Guid.CreateVersion7()}", new("test"), member.Id, points))).Value;

    private async Task<long> AvailableAsync(TestMember member) => (await Wallet.BalanceOf(member.Id)).Available;

    private IWallet Wallet => chromium.Node.Services.GetRequiredService<IWallet>();

    private async Task<Guid> ListAsync(TestMember seller, long price)
    {
        using var program = await seller.ProgramAsync(chromium.Node);
        var market = new MarketMember(seller, program);
        var picture = (await (await market.UploadAsync(Landscape.Png(800, 600, 3))).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        var draft = await (await market.DraftAsync(MarketMember.Words(picture, ("price", price), ("title", "해질녘의 항구, 리놀륨 판화")))).ShouldBeAsync(HttpStatusCode.Created);
        var id = draft.GetProperty("id").GetGuid();
        await (await market.PublishAsync(id)).ShouldBeAsync(HttpStatusCode.OK);
        return id;
    }

    private async Task<Guid> BuyAsync(TestMember buyer, Guid listing, bool inPerson)
    {
        using var program = await buyer.ProgramAsync(chromium.Node);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/orders")
        {
            Content = JsonContent.Create(inPerson ? Trader.InPerson(listing) : Trader.Shipped(listing)),
        };
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        return (await (await program.Client.SendAsync(request)).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
    }

    private Task<Window> SignInAsync(Look look, TestMember member, bool scripts = true) => chromium.OpenAsync(look, member, scripts, narrow: true);
}
