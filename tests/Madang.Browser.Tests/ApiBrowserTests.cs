using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>The page that shows the API and tries it.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class ApiBrowserTests(Chromium chromium)
{
    [Fact]
    public async Task A_call_is_sent_with_a_key_and_its_answer_shown()
    {
        await using var window = await chromium.OpenAsync(new Look("en"));
        var page = window.Page;
        await page.GotoAsync("/api");
        await page.Locator("#api-key").FillAsync(await chromium.Node.NewKeyAsync("images:read"));
        var call = page.Locator("#get--api-images");
        await call.Locator("summary").First.ClickAsync();
        await call.Locator("[name='query:limit']").FillAsync("1");
        await call.Locator(".button-primary").ClickAsync();

        await Assertions.Expect(call.Locator(".api-answer .badge")).ToContainTextAsync("200");
        await Assertions.Expect(call.Locator(".api-answer pre")).ToContainTextAsync("\"items\"");
    }

    [Fact]
    public async Task A_picture_is_uploaded_through_the_form_and_a_refusal_is_shown_as_it_is()
    {
        await using var window = await chromium.OpenSignedInAsync(new Look("en"));
        var page = window.Page;
        await page.GotoAsync("/api#post--api-images");
        var call = page.Locator("#post--api-images");
        await call.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = "a.png", MimeType = "image/png", Buffer = Landscape.Png(64, 48, 1) });
        await call.Locator(".button-primary").ClickAsync();
        await Assertions.Expect(call.Locator(".api-answer .badge")).ToContainTextAsync("201");

        await call.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = "a.png", MimeType = "image/png", Buffer = "no picture"u8.ToArray() });
        await call.Locator(".button-primary").ClickAsync();
        await Assertions.Expect(call.Locator(".api-answer .badge")).ToContainTextAsync("415");
        await Assertions.Expect(call.Locator(".api-answer pre")).ToContainTextAsync("image.type_unknown");
    }

    [Fact]
    public async Task Calls_are_found_by_words_and_copied_as_curl()
    {
        await using var window = await chromium.OpenAsync(new Look("en"));
        var page = window.Page;
        await page.GotoAsync("/api");
        await page.Locator("input[type=search]").FillAsync("purge");
        await Assertions.Expect(page.Locator(".api-call:visible")).ToHaveCountAsync(1);

        var call = page.Locator(".api-call:visible");
        await call.Locator("summary").First.ClickAsync();
        await call.Locator("[name='path:id']").FillAsync("42");
        await call.GetByText("Copy as curl").ClickAsync();
        Assert.Equal($"curl \\\n  -X POST \\\n  '{chromium.Node.Address}api/images/42/purge'", await page.EvaluateAsync<string>("navigator.clipboard.readText()"));

        await page.Locator("input[type=search]").FillAsync("zzz");
        await Assertions.Expect(page.GetByText("No call matches")).ToBeVisibleAsync();
    }
}
