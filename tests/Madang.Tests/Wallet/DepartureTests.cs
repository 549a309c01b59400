using Madang.Accounts;
using Madang.Platform.Data;
using Madang.Wallet;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Madang.Tests.Wallet;

/// <summary>A member takes his data along, and leaves no money behind without a word.</summary>
public sealed class DepartureTests(WalletHost host) : IClassFixture<WalletHost>
{
    private IPersonalData Data => host.First.Services.GetServices<IPersonalData>().Single(data => data.Section == "wallet");

    [Fact]
    public async Task Who_has_points_held_or_refundable_is_told_to_end_that_first_and_then_may_go()
    {
        var member = await WalletMember.JoinAsync(host.First);
        Assert.Null(await Data.Export(member.Id, CancellationToken.None));
        Assert.Null(await HindersAsync(member.Id));

        var charge = await member.OpenChargeAsync(10_000);
        Assert.Equal("wallet.under_way", await HindersAsync(member.Id));
        await member.AtCheckoutAsync(charge, "leave");
        await member.EventuallyAsync(charge, "paid");
        Assert.Equal("wallet.refund_first", await HindersAsync(member.Id));
        var hold = await host.MoveAsync(new HoldPoints($"{member.Id}:1", new("auction:1"), member.Id, 10_000));
        Assert.Equal("wallet.under_way", await HindersAsync(member.Id));
        await host.MoveAsync(new CaptureHold($"{member.Id}:2", new("auction:1"), member.Id, hold.Hold!.Value));
        Assert.Equal("wallet.under_way", await HindersAsync(member.Id));
        await host.MoveAsync(new PayOut($"{member.Id}:3", new("auction:1"), member.Id, hold.Hold.Value, 10_000, Guid.CreateVersion7()));
        Assert.Null(await HindersAsync(member.Id));

        Assert.NotNull(await Data.Export(member.Id, CancellationToken.None));
        await host.Source.InTransaction(tx => Data.Erase(tx, member.Id));
        Assert.Equal(0, await host.ScalarAsync<long>("select count(*) from wallet.event where payload <> '' and charge_id in (select id from wallet.charge where member_id = @Id)", new { member.Id }));
        await host.CheckAsync();
    }

    private Task<string?> HindersAsync(Guid member) => host.Source.InTransaction(async tx => (await Data.Hinders(tx, member))?.Code);
}
