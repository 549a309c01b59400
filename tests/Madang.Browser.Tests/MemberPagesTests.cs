using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>What a member does about the own account, and the operator about members, with the keyboard of a desk and the width of a small phone.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class MemberPagesTests(Chromium chromium)
{
    public static readonly TheoryData<Look> Looks = PageLookTests.Looks;

    [Theory, MemberData(nameof(Looks))]
    public async Task A_members_own_pages(Look look)
    {
        var member = await TestMember.JoinAsync(chromium.Node, language: look.Language);
        using var program = await member.ProgramAsync(chromium.Node);
        await using var window = await OpenAsync(look, member);
        var page = window.Page;

        await page.GotoAsync("/me");
        await window.LookAsync("me-empty");
        await page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = "me.png", MimeType = "image/png", Buffer = Landscape.Png(600, 400, 4) });
        await page.Locator("form[action='/me/picture'] button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Locator("img.portrait")).ToBeVisibleAsync();
        await window.SettledAsync();
        await page.GotoAsync("/me/addresses/new");
        await page.Locator("#label").FillAsync("우리 집");
        await page.Locator("#recipient").FillAsync("김민지");
        await page.Locator("#phone").FillAsync("010-1234-5678");
        await page.Locator("#postcode").FillAsync("04524");
        await page.Locator("#line1").FillAsync("서울특별시 중구 세종대로 110");
        await window.LookAsync("address");
        await page.Locator("main button[type=submit]").ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/me");
        await window.LookAsync("me");

        // What is wrong is said beside the field, and nothing that was typed is lost.
        await page.Locator("#nickname").FillAsync("!");
        await page.Locator("#name").FillAsync("김서연");
        await page.Locator("form[action='/me'] button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Locator("#nickname-error")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#name")).ToHaveValueAsync("김서연");
        await window.LookAsync("me-wrong", expected: "422");

        await page.GotoAsync("/devices");
        await window.LookAsync("devices", expected: "422");
        await page.Locator("[data-opens=sign-out-others]").ClickAsync();
        await Assertions.Expect(page.Locator("dialog[open]")).ToBeVisibleAsync();
        await window.LookAsync("devices-others", expected: "422", whole: false);
        await page.Locator("dialog[open] button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Locator("li.device")).ToHaveCountAsync(1);
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task A_proof_is_asked_for_and_leads_back(Look look)
    {
        var member = await TestMember.JoinAsync(chromium.Node, language: look.Language);
        await using var window = await OpenAsync(look, member);
        var page = window.Page;
        await chromium.AgeProofAsync(member.Id);

        // The node hears of the aged session a moment later.
        await Answers.EventuallyAsync(
            async () =>
            {
                await page.GotoAsync("/me/data");
                return new Uri(page.Url).AbsolutePath;
            },
            path => path == "/prove");
        await window.LookAsync("prove");
        await page.Locator("input[name=Password]").FillAsync("not-My.password1");
        await page.Locator("main button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Locator("[role=alert]")).ToBeVisibleAsync();
        await page.Locator("input[name=Password]").FillAsync(TestMember.Password);
        await page.Locator("main button[type=submit]").ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/me/data");
        await window.LookAsync("data", expected: "422");
        var download = await page.RunAndWaitForDownloadAsync(() => page.Locator("a[download]").ClickAsync());
        Assert.Equal("madang-my-data.json", download.SuggestedFilename);
        await page.GotoAsync("/me/email");
        await window.LookAsync("email", expected: "422");
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task The_operators_pages_about_members(Look look)
    {
        var member = await TestMember.JoinAsync(chromium.Node);
        using var program = await member.ProgramAsync(chromium.Node);
        await using var window = await chromium.OpenSignedInAsync(look);
        var page = window.Page;
        if (look.Phone)
            await page.SetViewportSizeAsync(360, 780);

        await page.GotoAsync("/operator/members");
        await window.LookAsync("members");
        await page.Locator("input[name=q]").FillAsync(member.Email[..8]);
        await page.Locator("main form button[type=submit]").ClickAsync();
        await page.Locator("main li a").First.ClickAsync();
        await window.LookAsync("member");
        await page.Locator("a[href$='/suspend']").ClickAsync();
        await page.Locator("textarea").FillAsync("같은 글을 여러 번 올렸습니다.");
        await window.LookAsync("suspend");
        await page.Locator("main button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Locator(".badge-urgent")).ToBeVisibleAsync();
        await window.LookAsync("member-suspended");
        await page.GotoAsync("/operator/audit");
        await window.LookAsync("audit");
    }

    private async Task<Window> OpenAsync(Look look, TestMember member)
    {
        var window = await chromium.OpenAsync(look, member, narrow: true);
        await window.SettledAsync();
        return window;
    }
}
