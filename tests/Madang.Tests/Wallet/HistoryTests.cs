using System.Net;
using Madang.Tests.Host;
using Madang.Wallet;
using Xunit;

namespace Madang.Tests.Wallet;

/// <summary>What a member reads about his points.</summary>
public sealed class HistoryTests(WalletHost host) : IClassFixture<WalletHost>
{
    [Fact]
    public async Task Both_sides_of_a_sale_read_what_happened_to_them_newest_first()
    {
        var (buyer, seller) = (await WalletMember.JoinAsync(host.First), await WalletMember.JoinAsync(host.First));
        await host.MoveAsync(new Reward($"{buyer.Id}:r", new("league:1", "예측 우승"), buyer.Id, 10_000));
        var vase = new Reference("auction:9", "푸른 달항아리");
        var hold = await host.MoveAsync(new HoldPoints($"{buyer.Id}:h", vase, buyer.Id, 8_000));
        await host.MoveAsync(new CaptureHold($"{buyer.Id}:c", vase, buyer.Id, hold.Hold!.Value, 7_000));
        await host.MoveAsync(new PayOut($"{buyer.Id}:p", vase, buyer.Id, hold.Hold.Value, 6_000, seller.Id, 600));
        await host.MoveAsync(new RefundBuyer($"{buyer.Id}:b", vase, buyer.Id, hold.Hold.Value, 1_000));

        Assert.Equal(
            [("return", 1_000L, 0L), ("purchase", 1_000, -8_000), ("hold", -8_000, 8_000), ("reward", 10_000, 0)],
            await ReadAsync(buyer, ""));
        Assert.Equal([("sale", 5_400L, 0L)], await ReadAsync(seller, ""));
        Assert.Equal([("purchase", 1_000L, -8_000L)], await ReadAsync(buyer, "?kind=purchase,sale"));
    }

    [Fact]
    public async Task Pages_join_without_gap_or_overlap_also_where_many_movements_share_a_moment()
    {
        var member = await WalletMember.JoinAsync(host.First);
        await host.MoveAsync(new Reward($"{member.Id}:r", new("test"), member.Id, 1_000));
        await host.Source.InTransactionOf(host.Wallet, Enumerable.Range(1, 30).Select(number => (Movement)new HoldPoints($"{member.Id}:{number}", new("test"), member.Id, number)).ToList());
        var seen = new List<long>();
        string? after = null;
        do
        {
            var page = await (await member.Client.GetAsync($"/api/wallet/history?limit=7{(after is null ? "" : $"&after={after}")}")).ShouldBeAsync(HttpStatusCode.OK);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("held").GetInt64()));
            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (after is not null);
        Assert.Equal([.. Enumerable.Range(1, 30).Reverse().Select(number => (long)number), 0L], seen);
    }

    [Fact]
    public async Task Days_are_of_the_zone_of_the_books_and_what_is_no_day_or_kind_is_refused_by_name()
    {
        var member = await WalletMember.JoinAsync(host.First);
        await host.MoveAsync(new Reward($"{member.Id}:r", new("test"), member.Id, 1_000));
        var today = TimeZoneInfo.ConvertTimeBySystemTimeZoneId(host.First.Clock.GetUtcNow(), "Asia/Seoul");
        string Day(int days) => today.AddDays(days).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Single(await ReadAsync(member, $"?from={Day(-1)}&to={Day(1)}"));
        Assert.Single(await ReadAsync(member, $"?from={Day(0)}&to={Day(0)}"));
        Assert.Empty(await ReadAsync(member, $"?to={Day(-1)}"));
        Assert.Empty(await ReadAsync(member, $"?from={Day(1)}"));
        Assert.Single(await ReadAsync(member, "?from=1900-01-01&to=9998-12-31"));
        foreach (var wrong in new[] { "?from=yesterday", "?to=2026-13-01", "?from=0001-01-01", "?to=9999-12-31", "?from=2026-1-1" })
            await (await member.Client.GetAsync($"/api/wallet/history{wrong}")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.day");
        await (await member.Client.GetAsync("/api/wallet/history?kind=gift")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.kind");
        await (await member.Client.GetAsync("/api/wallet/history?after=nonsense")).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "cursor.invalid");
        foreach (var limit in new[] { 0, -1, 201 })
            await (await member.Client.GetAsync($"/api/wallet/history?limit={limit}")).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "wallet.limit");
    }

    [Fact]
    public async Task The_page_keeps_what_was_asked_for_and_never_breaks()
    {
        var member = await WalletMember.JoinAsync(host.First);
        await host.MoveAsync(new Reward($"{member.Id}:r", new("auction:1", "<b>bold</b>"), member.Id, 1_000));
        foreach (var query in new[] { "", "?show=sales&from=2026-01-01", "?show=nothing", "?from=nonsense", "?after=nonsense", "?show=holds&after=%00" })
        {
            var answer = await member.Client.GetAsync($"/wallet{query}");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.DoesNotContain("<b>bold", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.Equal(HttpStatusCode.NotFound, (await member.Client.GetAsync($"/wallet/charges/{Guid.CreateVersion7()}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await member.Client.GetAsync("/wallet/sandbox/sbx_nothing")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await member.Client.GetAsync("/wallet/refund?amount=-5")).StatusCode);
    }

    private static async Task<IEnumerable<(string Kind, long Available, long Held)>> ReadAsync(WalletMember member, string query) =>
        (await (await member.Client.GetAsync($"/api/wallet/history{query}")).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("items").EnumerateArray()
            .Select(item => (item.GetProperty("kind").GetString()!, item.GetProperty("available").GetInt64(), item.GetProperty("held").GetInt64())).ToList();
}
