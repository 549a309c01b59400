using System.Text.RegularExpressions;
using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>
/// The first day of a new user on a small phone, from one end to the other in pages alone: every mail is read in the inbox of the try-out, everything that
/// should come by itself is waited for without a reload.
/// </summary>
[Collection(ChromiumCollection.Name)]
public sealed partial class NewcomerJourneyTests(Chromium chromium)
{
    private const string NewPassword = "Harbour-wind.35";

    [Theory, InlineData("ko"), InlineData("en")]
    public async Task From_sign_up_to_points_a_picture_a_second_device_and_a_new_password(string language)
    {
        using var kim = new Newcomer(chromium.Node);
        await using var phone = await OpenPhoneAsync(language);
        var page = phone.Page;
        await SignUpAsync(phone, kim);
        await ChargeAsync(phone);
        await ChangePictureAsync(phone);

        // A desk beside the phone, in the dark.
        await using var desk = await chromium.OpenAsync(new Look(language, Dark: true));
        await page.GotoAsync("/");
        await SignInAsync(desk, kim, kim.Password);
        await Assertions.Expect(page.Locator("a.toast")).ToContainTextAsync("Chrome, Linux");
        await Assertions.Expect(page.Locator("[data-bell-count]")).ToHaveTextAsync("2");
        await phone.LookAsync("newcomer-11-second-device-rings", whole: false);
        foreach (var (name, path) in new[] { ("start", "/"), ("wallet", "/wallet"), ("me", "/me"), ("notifications", "/notifications"), ("devices", "/devices") })
        {
            await desk.Page.GotoAsync(path);
            await desk.LookAsync($"newcomer-12-{name}");
        }
        await SignOutTheOtherAsync(phone, desk);

        await SignInAsync(desk, kim, kim.Password);
        await ResetPasswordAsync(phone, kim);
        await desk.Page.GotoAsync("/me");
        await Assertions.Expect(desk.Page.Locator("main a[href^='/sign-in']")).ToBeVisibleAsync();
        await desk.LookAsync("newcomer-21-out-by-reset", expected: "401");

        // The old password opens nothing any more; the new one leads back to where the desk was, and a mail has told of it.
        await desk.Page.Locator("main a[href='/sign-in?return=%2Fme']").ClickAsync();
        await desk.Page.Locator("input[name=Login]").FillAsync(kim.LoginId);
        await desk.Page.Locator("input[name=Password]").FillAsync(kim.Password);
        await desk.Page.Locator("form[action^='/sign-in/password'] button[type=submit]").ClickAsync();
        await Assertions.Expect(desk.Page.Locator("main [role=alert]")).ToBeVisibleAsync();
        await desk.Page.Locator("input[name=Password]").FillAsync(NewPassword);
        await desk.Page.Locator("form[action^='/sign-in/password'] button[type=submit]").ClickAsync();
        await desk.Page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/me");
        await SignInAsync(phone, kim, NewPassword);
        await phone.LookAsync("newcomer-22-back");
        var mail = await OpenMailAsync(phone, kim, language == "ko" ? "비밀번호가 바뀌었습니다" : "Your password was changed");
        await Assertions.Expect(mail.Page.FrameLocator(".dev-mail-frame").Locator("body")).ToContainTextAsync(language == "ko" ? "다른 기기는 모두 로그아웃" : "signed out");
        await mail.LookAsync("newcomer-23-mail-of-reset");
        await mail.DisposeAsync();
    }

    private static async Task SignUpAsync(Window phone, Newcomer kim)
    {
        var page = phone.Page;
        await page.GotoAsync("/");
        await phone.LookAsync("newcomer-01-start");
        await page.Locator("a[href='/sign-in']").First.ClickAsync();
        await page.Locator("main a[href='/sign-up']").ClickAsync();
        await page.Locator("#email").FillAsync(kim.Email);
        await page.Locator("#login-id").FillAsync(kim.LoginId);
        await page.Locator("#password").FillAsync(kim.Password);
        await page.Locator("#nickname").FillAsync(kim.Nickname);
        await page.Locator("#name").FillAsync("김민지");
        await page.Locator("#phone").FillAsync(kim.Phone);
        await phone.LookAsync("newcomer-02-sign-up");
        await page.Locator("main form button[type=submit]").First.ClickAsync();
        await page.WaitForURLAsync(url => url.EndsWith("/sign-up/confirm", StringComparison.Ordinal));
        await phone.LookAsync("newcomer-03-confirm");

        var mail = await OpenMailAsync(phone, kim, subject: null);
        await mail.LookAsync("newcomer-04-mail");
        var code = await CodeAsync(mail);
        await page.Locator("[name=Code]").FillAsync(code);
        await page.Locator("main form button[type=submit]").First.ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        await Assertions.Expect(page.Locator("[data-bell]")).ToBeVisibleAsync();
        await phone.LookAsync("newcomer-05-member");
    }

    /// <summary>Points are charged in one tab; in another, which nobody touches, the bell rings.</summary>
    private static async Task ChargeAsync(Window phone)
    {
        var page = phone.Page;
        await using var listening = await phone.OpenTabAsync();
        await listening.Page.GotoAsync("/notifications");
        await Assertions.Expect(listening.Page.Locator("[data-bell-count]")).ToBeHiddenAsync();
        await listening.Page.EvaluateAsync("document.documentElement.dataset.sameDocument = 'yes'");

        await page.GotoAsync("/wallet");
        await page.Locator("label.preset:has(input[value='50000'])").ClickAsync();
        await phone.LookAsync("newcomer-06-wallet");
        await page.Locator(".wallet-charge button[type=submit]").ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("/wallet/sandbox/", StringComparison.Ordinal));
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("50,000");
        await phone.LookAsync("newcomer-07-checkout");
        await page.Locator(".sandbox-answers button").First.ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("/wallet/charges/", StringComparison.Ordinal));

        await Assertions.Expect(listening.Page.Locator("[data-bell-count]")).ToHaveTextAsync("1");
        await Assertions.Expect(listening.Page.Locator("a.toast")).ToContainTextAsync("50,000");
        await Assertions.Expect(listening.Page.Locator("html")).ToHaveAttributeAsync("data-same-document", "yes");
        await listening.LookAsync("newcomer-08-bell-rings", whole: false);
        await Assertions.Expect(page.Locator("[data-bell-count]")).ToHaveTextAsync("1");
        await phone.LookAsync("newcomer-09-charged");
        await page.GotoAsync("/wallet");
        await Assertions.Expect(page.Locator(".wallet-total")).ToContainTextAsync("50,000");
        await phone.LookAsync("newcomer-09-wallet-after");
    }

    private static async Task ChangePictureAsync(Window phone)
    {
        var page = phone.Page;
        await page.GotoAsync("/me");
        string? before = null;
        // The first picture, and one in its place.
        foreach (var seed in new[] { 4, 5 })
        {
            await page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = "me.png", MimeType = "image/png", Buffer = Landscape.Png(600, 400, seed) });
            await page.Locator("form[action='/me/picture'] button[type=submit]").ClickAsync();
            await page.WaitForURLAsync(url => url.Contains("saved=picture", StringComparison.Ordinal));
            var portrait = page.Locator("img.portrait-large");
            await Assertions.Expect(portrait).ToBeVisibleAsync();
            if (before is not null)
                await Assertions.Expect(portrait).Not.ToHaveAttributeAsync("src", before);
            before = await portrait.GetAttributeAsync("src");
            await Assertions.Expect(portrait).ToHaveJSPropertyAsync("complete", true);
            await page.GotoAsync("/me");
        }
        await phone.LookAsync("newcomer-10-picture");
    }

    private static async Task SignOutTheOtherAsync(Window phone, Window desk)
    {
        var page = phone.Page;
        await page.GotoAsync("/devices");
        await Assertions.Expect(page.Locator("li.device")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("li.device:has(.badge)")).ToContainTextAsync("Chrome, Android");
        await phone.LookAsync("newcomer-13-devices");
        await page.Locator("li.device [data-opens^='sign-out-']").ClickAsync();
        await Assertions.Expect(page.Locator("dialog[open]")).ToBeVisibleAsync();
        await phone.LookAsync("newcomer-14-sign-out-other", whole: false);
        await page.Locator("dialog[open] button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Locator("li.device")).ToHaveCountAsync(1);
        await phone.LookAsync("newcomer-15-other-is-out");

        await desk.Page.ReloadAsync();
        await Assertions.Expect(desk.Page.Locator("[data-bell]")).ToHaveCountAsync(0);
        await Assertions.Expect(desk.Page.Locator("main a[href^='/sign-in']")).ToBeVisibleAsync();
        await desk.LookAsync("newcomer-16-signed-out", expected: "401");
    }

    private static async Task ResetPasswordAsync(Window phone, Newcomer kim)
    {
        var page = phone.Page;
        await page.GotoAsync("/");
        await page.Locator(".site-tools details:has(form[action='/sign-out']) summary").ClickAsync();
        await phone.LookAsync("newcomer-17-menu", whole: false);
        await page.Locator("form[action='/sign-out'] button").First.ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        await page.GotoAsync("/sign-in");
        await page.Locator("a[href='/reset-password']").ClickAsync();
        await page.Locator("[name=Email]").FillAsync(kim.Email);
        await phone.LookAsync("newcomer-18-reset");
        await page.Locator("main form button[type=submit]").ClickAsync();
        await page.WaitForURLAsync(url => url.EndsWith("/reset-password/confirm", StringComparison.Ordinal));

        var mail = await OpenMailAsync(phone, kim, await page.Locator("html").GetAttributeAsync("lang") == "ko" ? "비밀번호 재설정" : "password");
        var code = await CodeAsync(mail);
        await page.Locator("[name=Code]").FillAsync(code);
        await page.Locator("[name=Password]").FillAsync(NewPassword);
        await phone.LookAsync("newcomer-19-reset-confirm");
        await page.Locator("main form button[type=submit]").ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("done=password", StringComparison.Ordinal));
        await phone.LookAsync("newcomer-20-reset-done");
    }

    private static async Task SignInAsync(Window window, Newcomer kim, string password)
    {
        await window.Page.GotoAsync("/sign-in");
        await window.Page.Locator("input[name=Login]").FillAsync(kim.LoginId);
        await window.Page.Locator("input[name=Password]").FillAsync(password);
        await window.Page.Locator("form[action^='/sign-in/password'] button[type=submit]").ClickAsync();
        await window.Page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
    }

    /// <summary>Opens the newest mail to this person in another tab, as soon as it is there.</summary>
    /// <param name="phone">Whose phone.</param>
    /// <param name="kim">Whose mail.</param>
    /// <param name="subject">A part of its subject; null: any.</param>
    private static async Task<Window> OpenMailAsync(Window phone, Newcomer kim, string? subject)
    {
        var inbox = await phone.OpenTabAsync();
        var mail = inbox.Page.Locator("li", new() { HasText = kim.Email }).Filter(new() { HasText = subject ?? "" }).First.Locator("a");
        await Answers.EventuallyAsync(
            async () =>
            {
                await inbox.Page.GotoAsync("/dev/mail");
                return await mail.CountAsync();
            },
            count => count > 0);
        await mail.ClickAsync();
        await inbox.Page.WaitForURLAsync(url => url.Contains("/dev/mail/", StringComparison.Ordinal));
        return inbox;
    }

    /// <summary>The code as it stands in large figures in the mail; closes the tab.</summary>
    private static async Task<string> CodeAsync(Window mail)
    {
        var code = await mail.Page.FrameLocator(".dev-mail-frame").GetByText(SixDigits()).First.InnerTextAsync();
        await mail.DisposeAsync();
        return SixDigits().Match(code).Value;
    }

    private async Task<Window> OpenPhoneAsync(string language)
    {
        var phone = await chromium.OpenAsync(new Look(language, Phone: true));
        await phone.Page.SetViewportSizeAsync(360, 740);
        return phone;
    }

    [GeneratedRegex(@"(?<![0-9])[0-9]{6}(?![0-9])", RegexOptions.None, 1000)]
    private static partial Regex SixDigits();
}
