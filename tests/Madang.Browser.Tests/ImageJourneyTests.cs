using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>What the operator does with pictures, from the drop to the deletion.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class ImageJourneyTests(Chromium chromium)
{
    private static readonly Look Desk = new("en");

    [Fact]
    public async Task Pictures_dropped_on_the_page_are_there_within_seconds()
    {
        await using var window = await chromium.OpenSignedInAsync(Desk);
        var page = window.Page;
        await page.GotoAsync("/images");
        var before = await page.Locator("[data-picture]").CountAsync();

        await DropAsync(page, ("노을 1.png", Landscape.Png(640, 420, 4)), ("노을 2.png", Landscape.Png(420, 640, 5)));

        await Assertions.Expect(page.Locator(".upload-ready")).ToHaveCountAsync(2, new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator("[data-picture]")).ToHaveCountAsync(before + 2);
        await window.LookAsync("images-uploaded");

        await page.Locator("img[alt='노을 2.png']").ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("노을 2.png");
    }

    [Fact]
    public async Task A_file_that_is_no_picture_is_refused_in_words_beside_its_row()
    {
        await using var window = await chromium.OpenSignedInAsync(new Look("ko"));
        var page = window.Page;
        await page.GotoAsync("/images");

        await DropAsync(page, ("사진.jpg", "this is text"u8.ToArray()), ("빈 파일.png", []));

        await Assertions.Expect(page.Locator(".upload-failed").Nth(0)).ToContainTextAsync("읽을 수 있는 사진이 아닙니다");
        await Assertions.Expect(page.Locator(".upload-failed").Nth(1)).ToContainTextAsync("빈 파일입니다");
        await window.LookAsync("images-refused", expected: "4");
    }

    [Fact]
    public async Task Sizes_that_make_no_sense_are_told_beside_the_field_and_kept()
    {
        await using var window = await chromium.OpenSignedInAsync(Desk);
        var page = window.Page;
        await page.GotoAsync("/images");
        await page.Locator(".upload-options > summary").ClickAsync();
        await page.Locator("[name=sizes]").FillAsync("320, wide");

        await DropAsync(page, ("a.png", Landscape.Png(64, 64, 1)));

        await Assertions.Expect(page.Locator("[data-field-error]").First).ToContainTextAsync("whole numbers");
        await Assertions.Expect(page.Locator("[name=sizes]")).ToHaveValueAsync("320, wide");
        await Assertions.Expect(page.Locator(".upload")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Sizes_and_formats_are_compared_by_their_bytes()
    {
        var id = await chromium.UploadAsync("compare.png", 800, 500, 6);
        await using var window = await chromium.OpenSignedInAsync(Desk);
        var page = window.Page;
        await page.GotoAsync($"/images/{id}");
        await Assertions.Expect(page.Locator("[data-label-right]")).ToContainTextAsync("kB");

        await page.Locator("[name=right-format][value=avif]").CheckAsync();
        await page.Locator("[data-preset='320']").ClickAsync();

        await Assertions.Expect(page.Locator("[data-label-right]")).ToContainTextAsync("AVIF");
        await Assertions.Expect(page.Locator("[data-address]")).ToContainTextAsync($"/cdn/{id}?w=320&fm=avif");
        await Assertions.Expect(page.Locator(".weight").First).ToContainTextAsync("smaller than JPEG");
        await page.Locator("[data-split]").FillAsync("20");
        Assert.Equal("20%", await page.Locator(".compare").EvaluateAsync<string>("element => element.style.getPropertyValue('--split')"));
    }

    [Fact]
    public async Task The_srcset_is_copied()
    {
        var id = await chromium.UploadAsync("srcset.png", 700, 500, 7);
        await using var window = await chromium.OpenSignedInAsync(Desk);
        await window.Page.GotoAsync($"/images/{id}");

        await window.Page.Locator("[data-srcset]").ClickAsync();

        Assert.Equal(
            $"{chromium.Node.Address}cdn/{id}?w=320 320w, {chromium.Node.Address}cdn/{id}?w=640 640w, {chromium.Node.Address}cdn/{id}?w=700 700w",
            await window.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await Assertions.Expect(window.Page.Locator(".toast")).ToHaveTextAsync("Copied");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Renaming_purging_and_saving_work_with_scripts_and_without(bool scripts)
    {
        var id = await chromium.UploadAsync("old.png", 300, 200, 8);
        await using var window = await chromium.OpenSignedInAsync(Desk, scripts);
        var page = window.Page;
        await page.GotoAsync($"/images/{id}");
        await page.Locator("[name=Name]").FillAsync("새 이름.png");
        await page.Locator("[name=cacheSeconds]").SelectOptionAsync("3600");
        await page.Locator(".manage .button-primary").ClickAsync();

        await Assertions.Expect(page.Locator(".notice")).ToHaveTextAsync("Saved.");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("새 이름.png");
        await Assertions.Expect(page.Locator("[name=cacheSeconds]")).ToHaveValueAsync("3600");

        await page.GetByText("Purge from all caches").ClickAsync();
        await Assertions.Expect(page.Locator(".notice")).ToContainTextAsync("Purged");
    }

    [Fact]
    public async Task A_name_without_letters_is_told_beside_the_field()
    {
        var id = await chromium.UploadAsync("kept.png", 300, 200, 9);
        await using var window = await chromium.OpenSignedInAsync(Desk);
        var page = window.Page;
        await page.GotoAsync($"/images/{id}");
        await page.Locator("[name=Name]").FillAsync("   ");
        await page.Locator(".manage .button-primary").ClickAsync();

        await Assertions.Expect(page.Locator("#field-Name-error")).ToHaveTextAsync("A name needs at least one letter.");
        await window.LookAsync("image-name-refused");
    }

    [Fact]
    public async Task Deleting_asks_once_and_then_the_picture_is_gone()
    {
        var id = await chromium.UploadAsync("gone.png", 300, 200, 10);
        await using var window = await chromium.OpenSignedInAsync(Desk);
        var page = window.Page;
        await page.GotoAsync($"/images/{id}");

        await page.Locator("[data-opens=delete-picture]").ClickAsync();
        await page.Locator("[data-closes]").ClickAsync();
        await Assertions.Expect(page.Locator("dialog[open]")).ToHaveCountAsync(0);

        await page.Locator("[data-opens=delete-picture]").ClickAsync();
        await page.Locator("dialog .button-danger").ClickAsync();

        await Assertions.Expect(page.Locator(".notice")).ToHaveTextAsync("Deleted.");
        await Assertions.Expect(page.Locator($"[data-picture='{id}']")).ToHaveCountAsync(0);
        Assert.Equal(404, (await page.GotoAsync($"/images/{id}"))!.Status);
    }

    [Fact]
    public async Task Deleting_asks_once_without_scripts_too()
    {
        var id = await chromium.UploadAsync("gone.png", 300, 200, 11);
        await using var window = await chromium.OpenSignedInAsync(Desk, scripts: false);
        var page = window.Page;
        await page.GotoAsync($"/images/{id}");
        await Assertions.Expect(page.Locator("[data-opens]")).ToBeHiddenAsync();
        await page.Locator(".confirm-plain summary").ClickAsync();
        await page.Locator(".confirm-plain .button-danger").ClickAsync();

        await Assertions.Expect(page.Locator(".notice[role=status]")).ToHaveTextAsync("Deleted.");
        Assert.Equal(404, (await page.GotoAsync($"/images/{id}"))!.Status);
    }

    [Fact]
    public async Task A_picture_is_hinted_at_until_it_is_there_and_named_when_it_does_not_come()
    {
        var id = await chromium.UploadAsync("late.png", 600, 400, 0);
        await using var window = await chromium.OpenSignedInAsync(Desk);
        var page = window.Page;
        await page.RouteAsync("**/cdn/**", route => route.AbortAsync());
        await page.GotoAsync("/images");

        var tile = page.Locator($"[data-picture='{id}']");
        await Assertions.Expect(tile).ToHaveClassAsync(new Regex("picture-missing", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.StartsWith("url(\"data:image/png", await tile.EvaluateAsync<string>("element => element.style.backgroundImage"), StringComparison.Ordinal);
        // Blue above, sand and dark green below, as the picture is.
        var (top, bottom) = (await PlaceholderAsync(tile, 0.1), await PlaceholderAsync(tile, 0.95));
        Assert.True(top[2] > top[0] && top[2] > bottom[2], $"top {string.Join(',', top)}, bottom {string.Join(',', bottom)}");
    }

    private static Task<int[]> PlaceholderAsync(ILocator tile, double down) => tile.EvaluateAsync<int[]>(
        """
        async (element, down) => {
          const picture = new Image();
          picture.src = element.style.backgroundImage.slice(5, -2);
          await picture.decode();
          const canvas = new OffscreenCanvas(picture.width, picture.height);
          const context = canvas.getContext('2d');
          context.drawImage(picture, 0, 0);
          return [...context.getImageData(picture.width / 2, Math.floor(picture.height * down), 1, 1).data];
        }
        """, down);

    /// <summary>Drops files on the page as a person does with the mouse.</summary>
    private static async Task DropAsync(IPage page, params (string Name, byte[] Content)[] files)
    {
        var carried = await page.EvaluateHandleAsync(
            """
            files => {
              const transfer = new DataTransfer();
              for (const [name, content] of files) transfer.items.add(new File([Uint8Array.from(atob(content), letter => letter.charCodeAt(0))], name));
              return transfer;
            }
            """,
            files.Select(file => new[] { file.Name, Convert.ToBase64String(file.Content) }).ToArray());
        await page.DispatchEventAsync("body", "dragenter", new { dataTransfer = carried });
        await page.DispatchEventAsync("body", "drop", new { dataTransfer = carried });
    }
}
