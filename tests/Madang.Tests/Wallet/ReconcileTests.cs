using Dapper;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Madang.Tests.Host;
using Madang.Wallet;
using Madang.Wallet.Domain;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Wallet;

/// <summary>The nightly comparison: no day is left out, and no provider is in another's way.</summary>
public sealed class ReconcileTests(WalletHost host) : IClassFixture<WalletHost>
{
    [Fact]
    public async Task Nights_that_were_missed_are_made_up_for_and_no_more_than_a_month_of_them()
    {
        await using var flaky = new WalletHostWith(host, new FlakyProvider());
        var node = await flaky.NodeAsync();
        var member = await WalletMember.JoinAsync(node);
        await member.BuyAsync(10_000);
        var first = Today(node);
        node.Clock.Advance(TimeSpan.FromDays(3));
        // Yesterday was looked at while it lasted, so it is not done; the day before was done.
        await ScalarAsync<object>(node, $"insert into wallet.reconciliation values ('sandbox', '{first.AddDays(2):yyyy-MM-dd}', 0, 0, 77, '[]', '{first.AddDays(2):yyyy-MM-dd} 12:00+09')");
        await ScalarAsync<object>(node, $"insert into wallet.reconciliation values ('sandbox', '{first.AddDays(1):yyyy-MM-dd}', 0, 0, 77, '[]', '{first.AddDays(2):yyyy-MM-dd} 12:00+09')");
        await ReconcileAsync(node);
        await Answers.EventuallyAsync(() => DaysAsync(node), days => days == $"{first:yyyy-MM-dd} 1, {first.AddDays(1):yyyy-MM-dd} 77, {first.AddDays(2):yyyy-MM-dd} 0");

        node.Clock.Advance(TimeSpan.FromDays(40));
        await ReconcileAsync(node);
        await Answers.EventuallyAsync(() => ScalarAsync<long>(node, "select count(*) from wallet.reconciliation"), days => days >= 34);
        Assert.Equal(34, await ScalarAsync<long>(node, "select count(*) from wallet.reconciliation"));
        Assert.Equal(Today(node).AddDays(-31), DateOnly.FromDateTime(await ScalarAsync<DateTime>(node, $"select min(day)::timestamp from wallet.reconciliation where day > '{first.AddDays(2):yyyy-MM-dd}'")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_provider_that_is_down_or_broken_keeps_no_other_waiting_and_is_tried_again(bool down)
    {
        var broken = new BrokenProvider(down);
        await using var flaky = new WalletHostWith(host, new FlakyProvider(), broken);
        var node = await flaky.NodeAsync();
        await ReconcileAsync(node);
        await Answers.EventuallyAsync(() => ScalarAsync<string>(node, "select string_agg(provider, ',') from wallet.reconciliation"), providers => providers == "sandbox");
        await Answers.EventuallyAsync(() => ScalarAsync<long>(node, "select count(*) from platform.work where kind = 'wallet.reconcile'"), jobs => jobs == 1);
        broken.Mended = true;
        node.Clock.Advance(TimeSpan.FromMinutes(1));
        await Answers.EventuallyAsync(() => ScalarAsync<string>(node, "select string_agg(provider, ',' order by provider) from wallet.reconciliation"), providers => providers == "broken,sandbox");
    }

    [Fact]
    public void The_days_that_are_missing_are_those_since_the_first_charge_that_were_not_compared()
    {
        var yesterday = new DateOnly(2026, 11, 20);
        Assert.Equal([yesterday], Reconciliation.Missing(yesterday, null, new HashSet<DateOnly>()));
        Assert.Equal([yesterday], Reconciliation.Missing(yesterday, yesterday.AddDays(1), new HashSet<DateOnly>()));
        Assert.Empty(Reconciliation.Missing(yesterday, null, new HashSet<DateOnly> { yesterday }));
        Assert.Equal([yesterday.AddDays(-3), yesterday.AddDays(-1), yesterday], Reconciliation.Missing(yesterday, yesterday.AddDays(-3), new HashSet<DateOnly> { yesterday.AddDays(-2) }));
        Assert.Equal((31, yesterday.AddDays(-30)), (Reconciliation.Missing(yesterday, new DateOnly(2020, 1, 1), new HashSet<DateOnly>()).Count, Reconciliation.Missing(yesterday, new DateOnly(2020, 1, 1), new HashSet<DateOnly>())[0]));
    }

    private static DateOnly Today(Node node) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeBySystemTimeZoneId(node.Clock.GetUtcNow(), "Asia/Seoul").DateTime);

    private static Task<string?> DaysAsync(Node node) => ScalarAsync<string>(node, "select string_agg(day || ' ' || payments, ', ' order by day) from wallet.reconciliation");

    private static Task ReconcileAsync(Node node) => node.Services.GetRequiredService<NpgsqlDataSource>().InTransaction(tx =>
        node.Services.GetRequiredService<WorkQueue>().Enqueue(tx, "wallet.reconcile", new { }, runAt: DateTimeOffset.UnixEpoch));

    private static async Task<T?> ScalarAsync<T>(Node node, string sql)
    {
        await using var connection = await node.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(sql);
    }

    /// <summary>A provider whose list of payments cannot be had.</summary>
    private sealed class BrokenProvider(bool down) : IPaymentProvider
    {
        public bool Mended { get; set; }

        public string Name => "broken";

        public bool IsTest => true;

        public Task<IReadOnlyList<ProviderPayment>> Paid(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation) =>
            Mended ? Task.FromResult<IReadOnlyList<ProviderPayment>>([]) : throw (down ? new ProviderUnavailableException(Name, "is down") : new InvalidOperationException("nonsense"));

        public Task<Result<Checkout>> OpenCheckout(CheckoutOrder order, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<ProviderPayment?> Find(Guid order, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<ProviderPayment?> Confirm(Guid order, string payment, long amount, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<Failure?> Refund(Guid key, string payment, long amount, long refundable, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<Result<ProviderEvent>> ReadWebhook(WebhookMessage message, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
