using System.Text.RegularExpressions;
using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Madang.Tests.Notifications;
using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>Somebody becomes a member, leaves, and comes back without the password.</summary>
[Collection(ChromiumCollection.Name)]
public sealed partial class SignUpJourneyTests(Chromium chromium)
{
    public static readonly TheoryData<Look, bool> Ways =
    [
        (new Look("ko", Phone: true), true),
        (new Look("en", Dark: true), true),
        (new Look("en", Phone: true), false),
    ];

    [Theory, MemberData(nameof(Ways))]
    public async Task From_sign_up_by_the_mailed_code_to_a_new_password(Look look, bool scripts)
    {
        using var kim = new Newcomer(chromium.Node);
        await using var window = await chromium.OpenAsync(look, scripts);
        var page = window.Page;
        await page.GotoAsync("/sign-in");
        await page.Locator("main a[href='/sign-up']").ClickAsync();

        // Typed wrong first: what is right is kept, what is wrong is said beside it.
        await FillAsync(page, kim, password: "password1!");
        await page.Locator("main form button[type=submit]").First.ClickAsync();
        await Assertions.Expect(page.Locator("#password-error")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#nickname")).ToHaveValueAsync(kim.Nickname);
        await Assertions.Expect(page.Locator("#password")).ToHaveValueAsync("");
        if (scripts)
            await window.LookAsync("sign-up-refused", expected: "Failed to load resource");

        await FillAsync(page, kim, kim.Password);
        await page.Locator("main form button[type=submit]").First.ClickAsync();
        await page.WaitForURLAsync(url => url.EndsWith("/sign-up/confirm", StringComparison.Ordinal));
        if (scripts)
            await window.LookAsync("sign-up-confirm", expected: "Failed to load resource");
        var first = await CodeAsync(kim);
        await page.Locator("[name=Code]").FillAsync(first);
        await page.Locator("main form button[type=submit]").First.ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        await SignOutAsync(page);

        await page.GotoAsync("/sign-in");
        await page.Locator("a[href='/reset-password']").ClickAsync();
        await page.Locator("[name=Email]").FillAsync(kim.Email);
        await page.Locator("main form button[type=submit]").ClickAsync();
        await page.WaitForURLAsync(url => url.EndsWith("/reset-password/confirm", StringComparison.Ordinal));
        await page.Locator("[name=Code]").FillAsync(await CodeAsync(kim, before: first));
        await page.Locator("[name=Password]").FillAsync("Harbour-wind.35");
        if (scripts)
            await window.LookAsync("reset-password-confirm", expected: "Failed to load resource");
        await page.Locator("main form button[type=submit]").ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("done=password", StringComparison.Ordinal));

        await page.Locator("[name=Login]").FillAsync(kim.LoginId);
        await page.Locator("[name=Password]").FillAsync(kim.Password);
        await page.Locator("main form button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Locator("main [role=alert]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[name=Login]")).ToHaveValueAsync(kim.LoginId);
        if (scripts)
            await window.LookAsync("sign-in-refused", expected: "Failed to load resource");
        await page.Locator("[name=Password]").FillAsync("Harbour-wind.35");
        await page.Locator("main form button[type=submit]").ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        await page.GotoAsync("/me/password");
        if (scripts)
            await window.LookAsync("change-password", expected: "Failed to load resource");
    }

    [Theory, MemberData(nameof(PageLookTests.Looks), MemberType = typeof(PageLookTests))]
    public async Task Pages_of_the_way_in(Look look)
    {
        await using var window = await chromium.OpenAsync(look);
        foreach (var (name, path) in new[] { ("sign-up", "/sign-up"), ("sign-up-over", "/sign-up/confirm"), ("find-login-id", "/find-login-id"), ("reset-password", "/reset-password") })
        {
            await window.Page.GotoAsync(path);
            await window.LookAsync(name);
        }
    }

    [Fact]
    public async Task What_is_taken_is_said_while_the_form_is_filled_in()
    {
        using var member = await new Newcomer(chromium.Node).JoinAsync();
        await using var window = await chromium.OpenAsync(new Look("ko", Phone: true));
        var page = window.Page;
        await page.GotoAsync("/sign-up");

        await page.Locator("#login-id").FillAsync(member.LoginId);
        await page.Locator("#nickname").FillAsync("ㅋㅋ");
        await page.Locator("#name").FillAsync("민지");

        await Assertions.Expect(page.Locator("#login-id-error")).ToHaveTextAsync("이미 쓰이는 아이디입니다.");
        await Assertions.Expect(page.Locator("#nickname-error")).ToContainTextAsync("2~10자");
        await page.Locator("#login-id").FillAsync(member.LoginId + "2");
        await page.Locator("#name").FocusAsync();
        await Assertions.Expect(page.Locator("#login-id-error")).ToBeHiddenAsync();
        await window.LookAsync("sign-up-taken");
    }

    private static async Task FillAsync(IPage page, Newcomer kim, string password)
    {
        await page.Locator("#email").FillAsync(kim.Email);
        await page.Locator("#login-id").FillAsync(kim.LoginId);
        await page.Locator("#password").FillAsync(password);
        await page.Locator("#nickname").FillAsync(kim.Nickname);
        await page.Locator("#name").FillAsync("김민지");
        await page.Locator("#phone").FillAsync(kim.Phone);
    }

    private static async Task SignOutAsync(IPage page)
    {
        await page.Locator(".site-tools details:has(form[action='/sign-out']) summary").ClickAsync();
        await page.Locator("form[action='/sign-out'] button").First.ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
    }

    // The fixture has two nodes; either may send the mail.
    private async Task<string> CodeAsync(Newcomer kim, string? before = null) => (await Answers.EventuallyAsync(
        async () => (await chromium.MailsAsync()).Where(mail => mail.To == kim.Email).Select(mail => SixDigits().Match(mail.Text).Value).FirstOrDefault(code => code.Length > 0 && code != before),
        code => code is not null))!;

    [GeneratedRegex(@"(?<![0-9])[0-9]{6}(?![0-9])", RegexOptions.None, 1000)]
    private static partial Regex SixDigits();
}
