using System.Net;
using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Madang.Tests.Market;
using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>The market as people use it: something is listed, found, liked, asked about and reported, with scripts and without.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class MarketJourneyTests(Chromium chromium)
{
    public static readonly TheoryData<Look> Looks = [new Look("ko", Phone: true), new Look("en"), new Look("ko", Dark: true), new Look("en", Dark: true, Phone: true)];

    [Theory, MemberData(nameof(Looks))]
    public async Task Something_is_listed_with_pictures_found_by_a_Korean_word_liked_and_asked_about(Look look)
    {
        var seller = await TestMember.JoinAsync(chromium.Node, language: look.Language);
        var buyer = await TestMember.JoinAsync(chromium.Node, language: look.Language);
        var word = $"달빛{(look.Phone ? "손" : "책상")}{(look.Dark ? "밤" : "낮")}";
        await using var window = await chromium.OpenAsync(look, seller);
        var page = window.Page;

        await page.GotoAsync("/market/new");
        await window.LookAsync("market-new");
        await page.Locator("[data-files]").SetInputFilesAsync(
        [
            new FilePayload { Name = "하나.PNG", MimeType = "image/png", Buffer = Landscape.Png(900, 700, 11) },
            new FilePayload { Name = "둘.png", MimeType = "image/png", Buffer = Landscape.Png(700, 900, 12) },
            new FilePayload { Name = "셋.png", MimeType = "image/png", Buffer = Landscape.Png(800, 800, 13) },
            new FilePayload { Name = "글.png", MimeType = "image/png", Buffer = "이것은 그림이 아닙니다"u8.ToArray() },
        ]);
        await Assertions.Expect(page.Locator("[data-picture]")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator("[data-picture-error]")).ToContainTextAsync("글.png");
        // By the keyboard: the last picture comes first.
        var last = await page.Locator("[data-picture]").Last.GetAttributeAsync("data-picture");
        for (var i = 0; i < 2; i++)
            await page.Locator($"[data-picture='{last}'] [data-move='-1']").PressAsync("Enter");
        Assert.Equal(last, await page.Locator("[data-picture]").First.GetAttributeAsync("data-picture"));

        // What is missing is said beside its field, and nothing is lost.
        await page.Locator("#field-title").FillAsync($"{word} 산수화");
        await page.Locator("button[value=publish]").ClickAsync();
        await Assertions.Expect(page.Locator("#field-description-error")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#field-title")).ToHaveValueAsync($"{word} 산수화");
        await Assertions.Expect(page.Locator("[data-picture]")).ToHaveCountAsync(3);
        await window.LookAsync("market-new-wrong", expected: "415");

        await page.Locator("#field-description").FillAsync("달이 뜬 밤의 산을 먹으로 그렸습니다.\n비단에 수묵, 60 × 45 cm, 액자 포함.");
        await page.Locator("#field-category").SelectOptionAsync("art.painting.ink");
        await page.Locator("#field-hashtags").FillAsync("#수묵화 #산수 달빛");
        await page.Locator("#field-price").FillAsync("120,000");
        await page.Locator("button[value=preview]").ClickAsync();
        await Assertions.Expect(page.Locator(".preview")).ToBeVisibleAsync();
        await window.LookAsync("market-preview", expected: "415");
        await page.Locator(".preview form button").ClickAsync();
        await Assertions.Expect(page.Locator(".preview")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync($"{word} 산수화");

        await using var other = await chromium.OpenAsync(look, buyer);
        var shop = other.Page;
        await shop.GotoAsync("/market");
        await shop.Locator(".market-search input[type=search]").FillAsync(word);
        await shop.Locator(".market-search button").ClickAsync();
        await Assertions.Expect(shop.Locator(".tile")).ToHaveCountAsync(1);
        await Assertions.Expect(shop.Locator(".market-popular")).ToContainTextAsync(word);
        await other.LookAsync("market-found");
        if (look.Phone)
        {
            await shop.Locator(".market-filter-open").ClickAsync();
            await Assertions.Expect(shop.Locator("#market-filters")).ToBeVisibleAsync();
            await other.LookAsync("market-filters", whole: false);
            await shop.Keyboard.PressAsync("Escape");
        }
        await shop.Locator(".market-asked button").ClickAsync();
        await shop.WaitForURLAsync(url => url.EndsWith("/market/my#my-searches", StringComparison.Ordinal));
        await shop.GotoAsync($"/market?q={Uri.EscapeDataString(word)}");
        await shop.Locator(".tile-link").ClickAsync();
        await Assertions.Expect(shop.Locator(".gallery-picture")).ToHaveCountAsync(3);
        await shop.Locator(".like").ClickAsync();
        await Assertions.Expect(shop.Locator(".like")).ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(shop.Locator("[data-likes]")).ToHaveTextAsync("1");
        await shop.Locator("#ask").FillAsync("액자는 어떤 나무인가요?");
        await shop.Locator(".ask-form button").ClickAsync();
        await Assertions.Expect(shop.Locator(".question")).ToHaveCountAsync(1);
        await other.LookAsync("market-listing");

        await page.ReloadAsync();
        await page.Locator(".answer-form textarea").FillAsync("오동나무입니다.");
        await page.Locator(".answer-form button").ClickAsync();
        await Assertions.Expect(page.Locator(".answer")).ToContainTextAsync("오동나무입니다.");

        await shop.Locator(".seller-card a").ClickAsync();
        await Assertions.Expect(shop.Locator("h1")).ToHaveTextAsync(seller.Nickname);
        await Assertions.Expect(shop.Locator(".tile")).ToHaveCountAsync(1);
        await other.LookAsync("market-seller");
        await shop.GotoAsync("/market/my");
        await Assertions.Expect(shop.Locator("#my-likes + .tiles .tile")).ToHaveCountAsync(1);
        await other.LookAsync("market-my");
        await page.GotoAsync("/market/my");
        await window.LookAsync("market-my-seller", expected: "415");
    }

    [Fact]
    public async Task Without_scripts_something_is_listed_liked_and_reported_and_the_operator_takes_it_down()
    {
        var seller = await TestMember.JoinAsync(chromium.Node);
        var buyer = await TestMember.JoinAsync(chromium.Node);
        await using var window = await chromium.OpenAsync(new Look("ko", Phone: true), seller, scripts: false);
        var page = window.Page;
        await page.GotoAsync("/market/new");
        await page.Locator("[data-files]").SetInputFilesAsync(
        [
            new FilePayload { Name = "a.png", MimeType = "image/png", Buffer = Landscape.Png(640, 480, 21) },
            new FilePayload { Name = "b.png", MimeType = "image/png", Buffer = Landscape.Png(640, 480, 22) },
        ]);
        await page.Locator("#field-title").FillAsync("스크립트 없는 의자");
        await page.Locator("#field-category").SelectOptionAsync("goods.home.furniture");
        await page.Locator("#field-condition").SelectOptionAsync("good");
        await page.Locator("#field-description").FillAsync("튼튼한 의자입니다.");
        await page.Locator("#field-hashtags").FillAsync("의자");
        await page.Locator("#field-price").FillAsync("만원");
        await page.Locator("button[value=publish]").ClickAsync();
        await Assertions.Expect(page.Locator("#field-price-error")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[data-picture]")).ToHaveCountAsync(2);
        var last = await page.Locator("[data-picture]").Last.GetAttributeAsync("data-picture");
        await page.Locator($"[data-picture='{last}'] [data-move='-1']").ClickAsync();
        Assert.Equal(last, await page.Locator("[data-picture]").First.GetAttributeAsync("data-picture"));
        await page.Locator("#field-price").FillAsync("15,000");
        await page.Locator("button[value=publish]").ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("스크립트 없는 의자");

        await using var other = await chromium.OpenAsync(new Look("ko"), buyer, scripts: false);
        await other.Page.GotoAsync(new Uri(page.Url).AbsolutePath);
        await other.Page.Locator(".like").ClickAsync();
        await Assertions.Expect(other.Page.Locator(".like")).ToHaveAttributeAsync("aria-pressed", "true");
        await other.Page.Locator(".report summary").ClickAsync();
        await other.Page.Locator("#report-text").FillAsync("남의 사진입니다.");
        await other.Page.Locator(".report form button").ClickAsync();
        await Assertions.Expect(other.Page.Locator(".notice")).ToBeVisibleAsync();

        await using var operators = await chromium.OpenSignedInAsync(new Look("ko"));
        await operators.Page.GotoAsync("/operator/market");
        await operators.LookAsync("operator-market");
        var reported = operators.Page.Locator(".reported > li", new() { HasText = "스크립트 없는 의자" });
        await reported.Locator(".report summary").ClickAsync();
        await reported.Locator("textarea").FillAsync("사진을 도용했습니다.");
        await reported.Locator(".report .button-danger").ClickAsync();
        await Assertions.Expect(operators.Page.Locator(".reported > li", new() { HasText = "스크립트 없는 의자" })).ToHaveCountAsync(0);
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator(".listing-side .warning")).ToContainTextAsync("사진을 도용했습니다.");
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task The_market_full_of_things_and_a_search_without_a_match(Look look)
    {
        var (seller, visitor) = (await TestMember.JoinAsync(chromium.Node), await TestMember.JoinAsync(chromium.Node, language: look.Language));
        using var program = await seller.ProgramAsync(chromium.Node);
        using var visits = await visitor.ProgramAsync(chromium.Node);
        string[] titles = ["여름 바다 수채화", "푸른 달항아리", "오래된 필름 카메라", "참나무 책장", "한지 조명", "겨울 산 목판화", "가죽 반지갑", "어린이 자전거"];
        var ends = chromium.Node.Clock.GetUtcNow().AddDays(2);
        for (var i = 0; i < titles.Length; i++)
        {
            var picture = (await (await MarketMember.UploadAsync(program.Client, Landscape.Png(600 + (i * 40), 600, 30 + i))).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
            var words = MarketMember.Words(picture, ("title", titles[i]), ("hashtags", new[] { "구경" }), ("price", 20_000 + (i * 13_500)));
            if (i % 3 == 0)
                (words["way"], words["price"], words["auction"]) = ("auction", null, new { startPrice = 10_000 * (i + 1), endsAt = ends });
            var id = (await (await program.Client.PostAsync("/api/listings", System.Net.Http.Json.JsonContent.Create(words))).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
            await (await program.Client.PostAsync($"/api/listings/{id}/publish", null)).ShouldBeAsync(HttpStatusCode.OK);
            await (await visits.Client.PostAsync($"/api/listings/{id}/views", null)).ShouldBeAsync(HttpStatusCode.NoContent);
        }
        // More than fits side by side was seen: the row scrolls, the page does not.
        await using (var visiting = await chromium.OpenAsync(look, visitor))
        {
            await visiting.Page.GotoAsync("/market/my");
            await Assertions.Expect(visiting.Page.Locator(".tiles-row .tile")).ToHaveCountAsync(titles.Length);
            await visiting.LookAsync("market-my-seen");
        }
        await using var window = await chromium.OpenAsync(look);
        await window.Page.GotoAsync("/market");
        await window.LookAsync("market");
        await window.Page.GotoAsync("/market?category=art.painting&way=auction&sort=ending");
        await window.LookAsync("market-shelf");
        await window.Page.GotoAsync("/market?q=이런것은없습니다&way=auction");
        await Assertions.Expect(window.Page.Locator(".state")).ToBeVisibleAsync();
        await Assertions.Expect(window.Page.Locator(".tile")).ToHaveCountAsync(0);
        await window.LookAsync("market-none");
        await window.Page.GotoAsync("/market?hashtag=없는해시태그");
        await Assertions.Expect(window.Page.Locator(".tile")).ToHaveCountAsync(0);
    }
}
