using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Madang.Wallet;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace Madang.Browser.Tests;

/// <summary>The wallet as people use it: points are bought and given back, with scripts and without, in both languages and themes.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class WalletJourneyTests(Chromium chromium)
{
    public static readonly TheoryData<Look> Looks = [new Look("en"), new Look("ko", Dark: true), new Look("ko", Phone: true), new Look("en", Dark: true, Phone: true)];

    [Theory, MemberData(nameof(Looks))]
    public async Task Points_are_bought_and_given_back(Look look)
    {
        var member = await TestMember.JoinAsync(chromium.Node, language: look.Language);
        await using var window = await chromium.OpenAsync(look, member);
        await window.Page.GotoAsync("/wallet");
        await window.LookAsync("wallet-empty");

        await window.Page.Locator(".preset-other").ClickAsync();
        await window.Page.Locator("input[name=Amount]").FillAsync("12");
        await window.Page.Locator(".wallet-charge button").ClickAsync();
        await Assertions.Expect(window.Page.Locator(".field-error:visible")).ToBeVisibleAsync();
        await Assertions.Expect(window.Page.Locator("input[name=Amount]")).ToHaveValueAsync("12");
        await window.LookAsync("wallet-wrong-amount");

        await window.Page.Locator(".preset").Nth(1).ClickAsync();
        await window.Page.Locator(".wallet-charge button").ClickAsync();
        await window.Page.WaitForURLAsync(url => url.Contains("/wallet/sandbox/", StringComparison.Ordinal));
        await window.LookAsync("wallet-sandbox");
        await window.Page.Locator(".sandbox-answers button").First.ClickAsync();
        await window.Page.WaitForURLAsync(url => url.Contains("/wallet/charges/", StringComparison.Ordinal));
        await window.LookAsync("wallet-charged");

        await SomeHistoryAsync(member.Id);
        await window.Page.GotoAsync("/wallet");
        await window.LookAsync("wallet");
        await window.Page.GotoAsync("/wallet?show=sales");
        await window.LookAsync("wallet-filtered");

        await window.Page.GotoAsync("/wallet/refund");
        await window.LookAsync("wallet-refund");
        await window.Page.Locator("input[name=amount]").FillAsync("5,000");
        await window.Page.Locator(".refund-form button").ClickAsync();
        await window.LookAsync("wallet-refund-sure");
        await window.Page.Locator(".wallet-sure button").ClickAsync();
        await window.Page.WaitForURLAsync(url => url.EndsWith("done=1", StringComparison.Ordinal));
        await window.LookAsync("wallet-refund-done");
    }

    [Fact]
    public async Task Without_scripts_a_declined_card_and_then_a_paid_one()
    {
        var member = await TestMember.JoinAsync(chromium.Node);
        await using var window = await chromium.OpenAsync(new Look("en", Phone: true), member, scripts: false);
        foreach (var (button, title) in new[] { (2, "did not go through"), (0, "charged") })
        {
            await window.Page.GotoAsync("/wallet");
            await window.Page.Locator(".wallet-charge button").ClickAsync();
            await window.Page.Locator(".sandbox-answers button").Nth(button).ClickAsync();
            await Assertions.Expect(window.Page.Locator("h1")).ToContainTextAsync(title);
        }
        await window.Page.GotoAsync("/wallet");
        await Assertions.Expect(window.Page.Locator(".wallet-total")).ToHaveTextAsync("₩10,000");
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task The_operator_looks_at_the_books(Look look)
    {
        var member = await TestMember.JoinAsync(chromium.Node);
        await SomeHistoryAsync(member.Id);
        await using var window = await chromium.OpenSignedInAsync(look);
        await window.Page.GotoAsync("/operator/wallet");
        await window.LookAsync("operator-wallet-first");
        await window.Page.Locator(".reconcile-form button").ClickAsync();
        await window.Page.WaitForURLAsync(url => url.EndsWith("#reconcile", StringComparison.Ordinal));
        await Assertions.Expect(window.Page.Locator("#reconcile .movement").First).ToBeVisibleAsync();
        await window.LookAsync("operator-wallet");
        await window.Page.Locator("input[name=member]").FillAsync(member.Id.ToString());
        await window.Page.Locator("input[name=amount]").FillAsync("-2,000");
        await window.Page.Locator("input[name=reason]").FillAsync("두 번 지급된 보상을 바로잡음");
        await window.Page.Locator(".adjust-form button").ClickAsync();
        await window.LookAsync("operator-wallet-sure");
        await window.Page.Locator("#adjust .button-danger").ClickAsync();
        await Assertions.Expect(window.Page.Locator("#adjust .wallet-done")).ToBeVisibleAsync();
    }

    /// <summary>A sale, a purchase, a hold and a prize.</summary>
    private async Task SomeHistoryAsync(Guid member)
    {
        var wallet = chromium.Node.Services.GetRequiredService<IWallet>();
        var (seller, vase) = (Guid.CreateVersion7(), new Reference($"auction:{Guid.CreateVersion7()}", "푸른 달항아리, 1978"));
        async Task<Moved> Move(Movement movement) => (await wallet.Move(movement)).Value;
        await Move(new Reward($"{member}:0", new("league:round-12", "예측 12라운드 우승"), member, 10_000));
        await Move(new Reward($"{seller}:0", new("test"), seller, 200_000));
        var bought = await Move(new HoldPoints($"{member}:1", vase, member, 8_000));
        await Move(new CaptureHold($"{member}:2", vase, member, bought.Hold!.Value, 7_500));
        await Move(new PayOut($"{member}:3", vase, member, bought.Hold.Value, 7_500, seller, 375));
        var sold = await Move(new HoldPoints($"{seller}:1", vase, seller, 120_000));
        await Move(new CaptureHold($"{seller}:2", vase, seller, sold.Hold!.Value));
        await Move(new PayOut($"{seller}:3", new(vase.Id, "Linocut “Harbour at six”"), seller, sold.Hold.Value, 120_000, member, 6_000));
        await Move(new HoldPoints($"{member}:4", new($"auction:{Guid.CreateVersion7()}", "소나무 문갑"), member, 45_000));
    }
}
