using System.Text.RegularExpressions;
using Madang.Tests.Accounts;
using Madang.Tests.Notifications;
using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>Signing in without a password: by a passkey that Chromium itself keeps, and by a provider.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class SignInWaysTests(Chromium chromium)
{
    public static readonly TheoryData<Look> Looks = PageLookTests.Looks;

    [Theory, MemberData(nameof(Looks))]
    public async Task A_passkey_is_added_signs_in_again_and_is_removed(Look look)
    {
        var member = await TestMember.JoinAsync(chromium.Node, language: look.Language);
        await using var window = await chromium.OpenAsync(look);
        var page = window.Page;
        await AuthenticatorAsync(window);
        // A passkey needs a name: it is bound to one.
        var site = $"http://localhost:{chromium.Node.Address.Port}";
        await page.GotoAsync($"{site}/sign-in?return=/me/sign-in");
        await Assertions.Expect(page.Locator("[data-passkey-sign-in]")).ToBeVisibleAsync();
        await window.LookAsync("sign-in");
        await page.Locator("input[name=Login]").FillAsync(member.LoginId);
        await page.Locator("input[name=Password]").FillAsync(TestMember.Password);
        await page.Locator("form[action^='/sign-in/password'] button[type=submit]").ClickAsync();
        await page.WaitForURLAsync($"{site}/me/sign-in");

        await page.Locator("[data-passkey-add]").ClickAsync();
        await Assertions.Expect(page.Locator("[data-opens^='remove-']")).ToHaveCountAsync(1);
        await window.LookAsync("ways-to-sign-in");
        await SignOutAsync(page);

        await page.GotoAsync($"{site}/sign-in?return=/me/sign-in");
        await page.Locator("[data-passkey-sign-in]").ClickAsync();
        await page.WaitForURLAsync($"{site}/me/sign-in");
        await Assertions.Expect(page.Locator("[data-opens^='remove-']")).ToHaveCountAsync(1);

        await page.Locator("[data-opens^='remove-']").ClickAsync();
        await page.Locator("dialog[open] button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Locator("[data-opens^='remove-']")).ToHaveCountAsync(0);
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task Who_comes_by_a_provider_without_a_verified_address_confirms_one(Look look)
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        chromium.Provider.Person = $$$"""{"response":{"id":"{{{Guid.CreateVersion7():N}}}","nickname":"하늘"}}""";
        await using var window = await chromium.OpenAsync(look);
        var page = window.Page;
        await page.GotoAsync("/sign-in");
        await page.Locator("a[href^='/sign-in/with/naver']").ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/sign-in/provider");
        await page.Locator("input[name=Email]").FillAsync("nobody");
        await page.Locator("main form").EvaluateAsync("form => form.noValidate = true");
        await page.Locator("main form button").ClickAsync();
        await window.LookAsync("provider-address", expected: "422");
        await page.Locator("input[name=Email]").FillAsync(email);
        await page.Locator("main form button").ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/sign-in/provider/confirm");
        await window.LookAsync("provider-code", expected: "422");
        var code = Regex.Match((await chromium.Node.MailToAsync(email)).Text, @"\b[0-9]{6}\b", RegexOptions.None, TimeSpan.FromSeconds(1)).Value;
        await page.Locator("input[name=Code]").FillAsync(code);
        await page.Locator("main form button").ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        await Assertions.Expect(page.Locator("[data-bell]")).ToBeVisibleAsync();
    }

    private static async Task AuthenticatorAsync(Window window)
    {
        var devtools = await window.Context.NewCDPSessionAsync(window.Page);
        await devtools.SendAsync("WebAuthn.enable");
        await devtools.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new { protocol = "ctap2", transport = "internal", hasResidentKey = true, hasUserVerification = true, isUserVerified = true, automaticPresenceSimulation = true },
        });
    }

    private static async Task SignOutAsync(IPage page)
    {
        await page.Locator(".site-tools details.menu summary").Last.ClickAsync();
        await page.Locator("form[action='/sign-out'] button").ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
    }
}
