using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Madang.Tests.Market;
using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>Writing a listing: pictures are put in order by mouse, finger and keys, and a draft saves itself, or says that it could not.</summary>
[Collection(ChromiumCollection.Name)]
public sealed partial class ListingEditorTests(Chromium chromium)
{
    public static readonly TheoryData<Look> Looks = [new Look("ko", Phone: true), new Look("en"), new Look("ko", Dark: true), new Look("en", Dark: true, Phone: true)];

    [Theory, MemberData(nameof(Looks))]
    public async Task Pictures_are_put_in_order_by_dragging_and_by_keys_and_the_draft_saves_itself(Look look)
    {
        var (seller, program, id) = await DraftAsync(look.Language, pictures: 4);
        using var _ = program;
        await using var window = await chromium.OpenAsync(look, seller);
        var page = window.Page;
        await page.GotoAsync($"/market/{id}/edit");
        await Assertions.Expect(Status(page)).ToHaveAttributeAsync("data-draft-status", "plain");
        var order = await OrderAsync(page);

        await DragAsync(window, look, Tile(page, order[3]), Tile(page, order[0]));
        string[] dragged = [order[3], order[0], order[1], order[2]];
        await InOrderAsync(page, dragged);
        await SavedAsync(page, () => PicturesAsync(program, id), dragged);

        // By the handle's keys, which keeps the focus and is read out.
        await Tile(page, order[0]).Locator("[data-grip]").FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("End");
        string[] moved = [order[3], order[1], order[2], order[0]];
        await InOrderAsync(page, moved);
        await Assertions.Expect(page.Locator("[data-picture-say]")).ToContainTextAsync("4");
        Assert.Equal(order[0], await page.EvaluateAsync<string>("document.activeElement.closest('[data-picture]').dataset.picture"));
        await SavedAsync(page, () => PicturesAsync(program, id), moved);

        // Another picture and other words: saved without a button, and there after a reload.
        await page.Locator("[data-files]").SetInputFilesAsync(new FilePayload { Name = "다섯.png", MimeType = "image/png", Buffer = Landscape.Png(640, 640, 55) });
        await page.Locator("#field-title").FillAsync("저절로 저장되는 그림");
        await Assertions.Expect(page.Locator("[data-picture]")).ToHaveCountAsync(5);
        await SavedAsync(page, async () => (await ShowAsync(program, id)).GetProperty("title").GetString(), "저절로 저장되는 그림");
        await Answers.EventuallyAsync(async () => (await PicturesAsync(program, id)).Length, count => count == 5);
        await Assertions.Expect(Status(page)).ToHaveTextAsync(Clock());
        await window.LookAsync("editor-saved");
        await page.Locator("#field-description").ScrollIntoViewIfNeededAsync();
        await window.LookAsync("editor-saved-window", whole: false);
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#field-title")).ToHaveValueAsync("저절로 저장되는 그림");
        Assert.Equal(moved, (await OrderAsync(page))[..4]);
        await Assertions.Expect(page.Locator("[data-draft-note]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_drag_that_is_given_up_changes_nothing_and_a_finger_on_a_picture_scrolls()
    {
        var (seller, program, id) = await DraftAsync("ko", pictures: 3);
        using var _ = program;
        await using var window = await chromium.OpenAsync(new Look("ko"), seller);
        var page = window.Page;
        await page.GotoAsync($"/market/{id}/edit");
        await Assertions.Expect(Status(page)).ToBeVisibleAsync();
        var order = await OrderAsync(page);
        var (from, to) = (await CentreAsync(Tile(page, order[0]).Locator("img")), await CentreAsync(Tile(page, order[2])));

        await page.Mouse.MoveAsync(from.X, from.Y);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(to.X, to.Y, new() { Steps = 6 });
        await InOrderAsync(page, [order[1], order[2], order[0]]);
        await window.LookAsync("editor-dragging", whole: false);
        await page.Keyboard.PressAsync("Escape");
        await page.Mouse.UpAsync();

        await InOrderAsync(page, order);
        await Assertions.Expect(page.Locator(".editor-dragged")).ToHaveCountAsync(0);
        Assert.Equal("auto", await Tile(page, order[0]).Locator("img").EvaluateAsync<string>("image => getComputedStyle(image).touchAction"));
    }

    [Fact]
    public async Task What_could_not_be_saved_is_said_kept_over_a_reload_and_saved_when_the_server_is_back()
    {
        var (seller, program, id) = await DraftAsync("ko", pictures: 1);
        using var _ = program;
        await using var window = await chromium.OpenAsync(new Look("ko", Phone: true), seller);
        var page = window.Page;
        page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        await page.GotoAsync($"/market/{id}/edit");
        var (attempts, typed) = (0, 0);
        await page.RouteAsync("**/market/editor/draft", route =>
        {
            Interlocked.Increment(ref attempts);
            return route.AbortAsync();
        });

        // More attempts, each with other words, than the form names to the server: the version that the server has stays among them.
        await Answers.EventuallyAsync(() => OnlineAsync(() => TypedAsync($"끊긴 사이에 쓴 글 {++typed}")), count => count > 45);
        await TypedAsync("끊긴 사이에 쓴 글입니다.");
        await Assertions.Expect(Status(page)).ToHaveAttributeAsync("data-draft-status", "wrong");
        await window.LookAsync("editor-not-saved", expected: "ERR_FAILED", whole: false);
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#field-description")).ToHaveValueAsync("끊긴 사이에 쓴 글입니다.");
        await Assertions.Expect(page.Locator("[data-draft-note]")).ToBeVisibleAsync();
        await window.LookAsync("editor-restored", expected: "ERR_FAILED");
        // What the page sent as it was left may have arrived without an answer: it is known even after as many attempts with the same words.
        await Answers.EventuallyAsync(() => OnlineAsync(() => Task.FromResult(Volatile.Read(ref attempts))), count => count > 90);
        await page.UnrouteAsync("**/market/editor/draft");

        await Answers.EventuallyAsync(() => OnlineAsync(() => Status(page).GetAttributeAsync("data-draft-status")), status => status == "good");
        Assert.Equal("끊긴 사이에 쓴 글입니다.", (await ShowAsync(program, id)).GetProperty("description").GetString());
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#field-description")).ToHaveValueAsync("끊긴 사이에 쓴 글입니다.");
        await Assertions.Expect(page.Locator("[data-draft-note]")).ToHaveCountAsync(0);

        async Task<int> TypedAsync(string words)
        {
            await page.Locator("#field-description").FillAsync(words);
            return Volatile.Read(ref attempts);
        }

        // The page tries by itself, but after a minute perhaps; at once when the browser says that the network is back.
        async Task<T> OnlineAsync<T>(Func<Task<T>> look)
        {
            await page.EvaluateAsync("dispatchEvent(new Event('online'))");
            return await look();
        }
    }

    [Fact]
    public async Task A_field_that_is_wrong_is_said_beside_itself_and_the_draft_is_saved_once_it_is_mended()
    {
        var (seller, program, id) = await DraftAsync("ko", pictures: 1);
        using var _ = program;
        await using var window = await chromium.OpenAsync(new Look("ko"), seller);
        var page = window.Page;
        await page.GotoAsync($"/market/{id}/edit");
        await page.Locator("#field-price").FillAsync("만원");
        await Assertions.Expect(page.Locator("#field-price-error")).ToBeVisibleAsync();
        await Assertions.Expect(Status(page)).ToHaveAttributeAsync("data-draft-status", "wrong");
        await window.LookAsync("editor-wrong", expected: "422");
        await page.Locator("#field-price").FillAsync("10,000");
        await SavedAsync(page, async () => (await ShowAsync(program, id)).GetProperty("price").GetInt64(), 10_000);
        await Assertions.Expect(page.Locator("#field-price-error")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Of_two_windows_neither_overwrites_the_other_unasked()
    {
        var (seller, program, id) = await DraftAsync("en", pictures: 1);
        using var _ = program;
        await using var window = await chromium.OpenAsync(new Look("en"), seller);
        await using var other = await window.OpenTabAsync();
        var (one, two) = (window.Page, other.Page);
        one.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        await one.GotoAsync($"/market/{id}/edit");
        await two.GotoAsync($"/market/{id}/edit");
        await two.Locator("#field-title").FillAsync("From the second window");
        await SavedAsync(two, async () => (await ShowAsync(program, id)).GetProperty("title").GetString(), "From the second window");

        await one.BringToFrontAsync();
        await one.Locator("#field-title").FillAsync("From the first window");
        await Assertions.Expect(one.Locator(".editor-status-act")).ToBeVisibleAsync();
        Assert.Equal("From the second window", (await ShowAsync(program, id)).GetProperty("title").GetString());
        await one.Locator(".editor-status-act").ClickAsync();
        await Assertions.Expect(one.Locator("[data-draft-mine]")).ToBeVisibleAsync();
        await Assertions.Expect(one.Locator("#field-title")).ToHaveValueAsync("From the first window");
        await window.LookAsync("editor-two", expected: "409");
        await one.Locator("[data-draft-mine]").ClickAsync();
        await SavedAsync(one, async () => (await ShowAsync(program, id)).GetProperty("title").GetString(), "From the first window");
    }

    [Fact]
    public async Task A_new_listing_survives_a_reload_with_its_pictures_and_is_forgotten_once_it_is_made()
    {
        var seller = await TestMember.JoinAsync(chromium.Node, language: "ko");
        await using var window = await chromium.OpenAsync(new Look("ko"), seller);
        var page = window.Page;
        page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        await page.GotoAsync("/market/new");
        await page.Locator("[data-files]").SetInputFilesAsync(new FilePayload { Name = "하나.png", MimeType = "image/png", Buffer = Landscape.Png(600, 600, 61) });
        await Assertions.Expect(page.Locator("[data-picture]")).ToHaveCountAsync(1);
        await page.Locator("#field-title").FillAsync("아직 저장하지 않은 것");
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#field-title")).ToHaveValueAsync("아직 저장하지 않은 것");
        await Assertions.Expect(page.Locator("[data-picture]")).ToHaveCountAsync(1);

        await page.Locator(".editor-actions button[value=save]").ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("done=saved", StringComparison.Ordinal));
        await Assertions.Expect(page.Locator("[data-picture]")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("[data-draft-note]")).ToHaveCountAsync(0);
        await page.GotoAsync("/market/new");
        await Assertions.Expect(page.Locator("#field-title")).ToHaveValueAsync("");
        await Assertions.Expect(page.Locator("[data-picture]")).ToHaveCountAsync(0);
    }

    private static ILocator Status(IPage page) => page.Locator("[data-draft-status]");

    private static ILocator Tile(IPage page, string picture) => page.Locator($"[data-picture='{picture}']");

    private static async Task<string[]> OrderAsync(IPage page) => await page.Locator("[data-picture]").EvaluateAllAsync<string[]>("tiles => tiles.map(tile => tile.dataset.picture)");

    private static Task InOrderAsync(IPage page, string[] expected) => Answers.EventuallyAsync(() => OrderAsync(page), seen => seen.SequenceEqual(expected));

    /// <summary>The page says that it saved, and the server has it.</summary>
    private static async Task SavedAsync<T>(IPage page, Func<Task<T>> look, T expected)
    {
        var seen = await Answers.EventuallyAsync(look, now => JsonSerializer.Serialize(now) == JsonSerializer.Serialize(expected));
        Assert.Equal(expected, seen);
        await Assertions.Expect(Status(page)).ToHaveAttributeAsync("data-draft-status", "good");
    }

    /// <summary>By the mouse on a desktop, by a finger on the handle on a phone.</summary>
    private static async Task DragAsync(Window window, Look look, ILocator from, ILocator to)
    {
        await to.ScrollIntoViewIfNeededAsync();
        var (start, end) = (await CentreAsync(look.Phone ? from.Locator("[data-grip]") : from.Locator("img")), await CentreAsync(to));
        if (!look.Phone)
        {
            await window.Page.Mouse.MoveAsync(start.X, start.Y);
            await window.Page.Mouse.DownAsync();
            await window.Page.Mouse.MoveAsync(end.X, end.Y, new() { Steps = 8 });
            await window.Page.Mouse.UpAsync();
            return;
        }
        var session = await window.Context.NewCDPSessionAsync(window.Page);
        await TouchAsync("touchStart", start);
        for (var step = 1; step <= 8; step++)
            await TouchAsync("touchMove", (start.X + ((end.X - start.X) * step / 8), start.Y + ((end.Y - start.Y) * step / 8)));
        await session.SendAsync("Input.dispatchTouchEvent", new Dictionary<string, object> { ["type"] = "touchEnd", ["touchPoints"] = Array.Empty<object>() });

        Task TouchAsync(string type, (float X, float Y) at) => session.SendAsync(
            "Input.dispatchTouchEvent", new Dictionary<string, object> { ["type"] = type, ["touchPoints"] = new[] { new Dictionary<string, object> { ["x"] = at.X, ["y"] = at.Y } } });
    }

    private static async Task<(float X, float Y)> CentreAsync(ILocator locator)
    {
        var box = (await locator.BoundingBoxAsync())!;
        return (box.X + (box.Width / 2), box.Y + (box.Height / 2));
    }

    private static async Task<JsonElement> ShowAsync(TestProgram program, Guid id) => await (await program.Client.GetAsync($"/api/listings/{id}")).ShouldBeAsync(HttpStatusCode.OK);

    private static async Task<string[]> PicturesAsync(TestProgram program, Guid id) =>
        [.. (await ShowAsync(program, id)).GetProperty("pictures").EnumerateArray().Select(picture => picture.GetProperty("id").GetString()!)];

    private async Task<(TestMember Seller, TestProgram Program, Guid Draft)> DraftAsync(string language, int pictures)
    {
        var seller = await TestMember.JoinAsync(chromium.Node, language: language);
        var program = await seller.ProgramAsync(chromium.Node);
        var ids = new List<Guid>();
        for (var i = 0; i < pictures; i++)
            ids.Add((await (await MarketMember.UploadAsync(program.Client, Landscape.Png(600, 600, 50 + i))).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid());
        var made = await program.Client.PostAsJsonAsync("/api/listings", MarketMember.Words(ids[0], ("pictures", ids)));
        return (seller, program, (await made.ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid());
    }

    [GeneratedRegex("[0-2][0-9]:[0-5][0-9]", RegexOptions.None, 1000)]
    private static partial Regex Clock();
}
