using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>Language and theme, chosen by a visitor.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class PreferenceTests(Chromium chromium)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_language_switch_leads_back_to_the_same_page_in_the_other_language(bool scripts)
    {
        await using var window = await chromium.OpenAsync(new Look("en"), scripts);
        var page = window.Page;
        await page.GotoAsync("/api?x=1");
        await page.Locator("[name=language]").ClickAsync();

        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "ko");
        Assert.Equal("/api?x=1", new Uri(page.Url).PathAndQuery);
    }

    [Fact]
    public async Task A_theme_holds_at_once_and_on_the_next_page_before_any_script_runs()
    {
        await using var window = await chromium.OpenAsync(new Look("en"));
        var page = window.Page;
        await page.GotoAsync("/");
        Assert.Equal("rgb(250, 248, 244)", await GroundAsync(page));

        await page.Locator("details[data-menu] summary").First.ClickAsync();
        await page.RunAndWaitForResponseAsync(() => page.Locator("[name=theme][value=dark]").ClickAsync(), answer => answer.Url.EndsWith("/preferences", StringComparison.Ordinal));
        Assert.Equal("rgb(22, 24, 27)", await GroundAsync(page));

        var answer = await page.GotoAsync("/api");
        Assert.Contains("data-theme=\"dark\"", await answer!.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_menu_closes_by_escape_and_gives_the_focus_back()
    {
        await using var window = await chromium.OpenAsync(new Look("en"));
        var page = window.Page;
        await page.GotoAsync("/");
        await page.Locator("details[data-menu] summary").First.ClickAsync();
        await page.Keyboard.PressAsync("Escape");

        await Assertions.Expect(page.Locator("details[data-menu][open]")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("details[data-menu] summary").First).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_page_loads_little()
    {
        await using var window = await chromium.OpenAsync(new Look("en"));
        var bytes = 0L;
        window.Page.RequestFinished += async (_, request) => Interlocked.Add(ref bytes, (await request.SizesAsync()).ResponseBodySize);
        await window.Page.GotoAsync("/");
        await window.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);

        Assert.InRange(Interlocked.Read(ref bytes), 10_000, 250_000);
    }

    private static Task<string> GroundAsync(IPage page) => page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
}
