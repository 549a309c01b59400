using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>Every page in light and dark, Korean and English, on a desk and on a phone: looked at by axe, and kept to be looked at by people.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class PageLookTests(Chromium chromium)
{
    public static readonly TheoryData<Look> Looks =
    [
        new Look("en"),
        new Look("ko", Dark: true),
        new Look("ko", Phone: true),
        new Look("en", Dark: true, Phone: true),
    ];

    [Theory, MemberData(nameof(Looks))]
    public async Task Pages_that_strangers_see(Look look)
    {
        await using var window = await chromium.OpenAsync(look);
        await window.Page.GotoAsync("/");
        await window.LookAsync("start");
        await window.Page.GotoAsync("/sign-in");
        await window.LookAsync("sign-in");
        await window.Page.GotoAsync(await chromium.NewSignInPathAsync());
        await window.LookAsync("sign-in-link");
        await window.Page.GotoAsync("/nothing-here");
        await window.LookAsync("not-found", expected: "404");
        await window.Page.GotoAsync("/images");
        await window.LookAsync("sign-in-needed", expected: "40");
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task The_api_browser_with_a_call_opened(Look look)
    {
        await using var window = await chromium.OpenAsync(look);
        await window.Page.GotoAsync("/api");
        var upload = window.Page.Locator("#post--api-images");
        await upload.Locator("summary").First.ClickAsync();
        await Assertions.Expect(upload.Locator("input[type=file]")).ToBeVisibleAsync();
        await window.LookAsync("api");
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task Pages_of_the_operator(Look look)
    {
        var id = await chromium.UploadAsync("새벽 지리산.png", 900, 600, 1);
        await chromium.UploadAsync("harbour_morning.png", 600, 800, 2);
        await chromium.UploadAsync("보름달.png", 1200, 700, 3);

        await using var window = await chromium.OpenSignedInAsync(look);
        await window.LookAsync("start-operator");
        await window.Page.GotoAsync("/access");
        await window.LookAsync("access");
        await window.Page.GotoAsync("/images");
        await window.LookAsync("images");
        await window.Page.GotoAsync($"/images/{id}");
        await Assertions.Expect(window.Page.Locator("[data-label-right]")).ToContainTextAsync("kB");
        await Assertions.Expect(window.Page.Locator(".weight")).ToHaveCountAsync(3);
        await window.LookAsync("image");
        await window.Page.Locator("[data-opens=delete-picture]").ClickAsync();
        await Assertions.Expect(window.Page.Locator("dialog[open]")).ToBeVisibleAsync();
        await window.LookAsync("image-delete", whole: false);
    }
}
