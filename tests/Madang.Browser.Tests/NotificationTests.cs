using Madang.Tests.Host;
using Madang.Tests.Notifications;
using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>What members are told, as they see it.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class NotificationTests(Chromium chromium)
{
    public static readonly TheoryData<Look> Looks = PageLookTests.Looks;

    [Theory, MemberData(nameof(Looks))]
    public async Task The_bell_rings_while_the_page_is_open_and_the_list_tells_what_it_was(Look look)
    {
        var (window, member) = await chromium.OpenAsMemberAsync(look);
        await using var _ = window;
        var page = window.Page;
        await page.GotoAsync("/notifications");
        await window.LookAsync("notifications-empty");
        await Assertions.Expect(page.Locator("[data-bell-count]")).ToBeHiddenAsync();

        await chromium.NotifyAsync(member, TestKinds.Sold, new { Title = "달항아리, 새벽의 빛", Buyer = "하늘", Amount = 1_250_000, Order = 7 });
        await Assertions.Expect(page.Locator("[data-bell-count]")).ToHaveTextAsync("1");
        await Assertions.Expect(page.Locator("a.toast")).ToContainTextAsync("달항아리");
        await Assertions.Expect(page.Locator("[data-bell]")).ToHaveAttributeAsync("aria-label", look.Language == "ko" ? "알림, 읽지 않음: 1" : "Notifications, 1 unread");
        // The open list shows it too.
        await Assertions.Expect(page.Locator(".note-unread")).ToHaveCountAsync(1);
        await window.LookAsync("bell-rings", whole: false);

        await chromium.NotifyAsync(member, TestKinds.Outbid, new { Title = "청산도의 봄", Amount = 320_000 }, "1");
        await chromium.NotifyAsync(member, TestKinds.Outbid, new { Title = "청산도의 봄", Amount = 350_000 }, "1");
        await chromium.NotifyAsync(member, TestKinds.Password, new { });
        await Assertions.Expect(page.Locator("[data-bell-count]")).ToHaveTextAsync("3");
        await page.Locator("[data-bell]").ClickAsync();
        await Assertions.Expect(page.Locator(".note-unread")).ToHaveCountAsync(3);
        await page.Locator(".note-read").First.ClickAsync();
        await Assertions.Expect(page.Locator(".note-unread")).ToHaveCountAsync(2);
        await window.LookAsync("notifications");

        // What the page was made with does not ring again.
        await Assertions.Expect(page.Locator("a.toast")).ToHaveCountAsync(0);

        await page.GotoAsync("/notifications/settings");
        await page.Locator("input[value='test.sold|mail']").UncheckAsync();
        await page.Locator("main form button").ClickAsync();
        await Assertions.Expect(page.Locator(".ways-saved")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("input[value='test.sold|mail']")).Not.ToBeCheckedAsync();
        await Assertions.Expect(page.Locator("input[value='test.sold|inApp']")).ToBeCheckedAsync();
        await Assertions.Expect(page.Locator("input[value='test.password|mail']")).ToBeDisabledAsync();
        await window.LookAsync("notification-settings");
    }

    [Fact]
    public async Task Following_a_notification_reads_it()
    {
        var (window, member) = await chromium.OpenAsMemberAsync(new Look("ko"));
        await using var _ = window;
        var page = window.Page;
        await chromium.NotifyAsync(member, TestKinds.Outbid, new { Title = "청산도의 봄", Amount = 1 });
        await page.GotoAsync("/notifications");
        await page.Locator(".note a").ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        await Assertions.Expect(page.Locator("[data-bell-count]")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Without_scripts_the_count_the_list_and_the_buttons_work()
    {
        var (window, member) = await chromium.OpenAsMemberAsync(new Look("en"), scripts: false);
        await using var _ = window;
        var page = window.Page;
        foreach (var number in Enumerable.Range(1, 23))
            await chromium.NotifyAsync(member, TestKinds.Quiet, new { Title = $"number {number}" });
        await page.GotoAsync("/notifications");
        await Assertions.Expect(page.Locator("[data-bell-count]")).ToHaveTextAsync("23");
        await Assertions.Expect(page.Locator(".note")).ToHaveCountAsync(20);

        await page.Locator("a[rel=next]").ClickAsync();
        await Assertions.Expect(page.Locator(".note")).ToHaveCountAsync(3);
        await page.Locator(".note-read").First.ClickAsync();
        await Assertions.Expect(page.Locator(".note")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator("[data-bell-count]")).ToHaveTextAsync("22");

        await page.GotoAsync("/notifications");
        await page.Locator("form[action='/notifications/read-all'] button").ClickAsync();
        await Assertions.Expect(page.Locator(".note-unread")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("[data-bell-count]")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Strangers_have_no_bell()
    {
        await using var window = await chromium.OpenAsync(new Look("en"));
        await window.Page.GotoAsync("/");
        await Assertions.Expect(window.Page.Locator("[data-bell]")).ToHaveCountAsync(0);
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task The_inbox_of_a_try_out_shows_mails_as_mail_programs_do(Look look)
    {
        await chromium.SendMailAsync("minji@mail.example", look.Language, TestKinds.Code, new { Code = "482913" });
        await chromium.SendMailAsync("haneul@mail.example", look.Language, TestKinds.Link, new { Name = look.Language == "ko" ? "하늘" : "Haneul", Token = "t" });
        await chromium.Node.MailToAsync("haneul@mail.example");
        await chromium.Node.MailToAsync("minji@mail.example");

        await using var window = await chromium.OpenAsync(look);
        var page = window.Page;
        await page.GotoAsync("/dev/mail");
        await window.LookAsync("dev-mail");
        foreach (var address in new[] { "minji@mail.example", "haneul@mail.example" })
        {
            await page.GotoAsync("/dev/mail");
            await page.Locator("li", new() { HasText = address }).First.Locator("a").ClickAsync();
            await Assertions.Expect(page.FrameLocator(".dev-mail-frame").Locator("h1")).ToBeVisibleAsync();
            await window.LookAsync($"dev-mail-{address[..address.IndexOf('@', StringComparison.Ordinal)]}");
        }
    }
}
