using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Madang.Wallet.Domain;
using Madang.Wallet.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Madang.Wallet.Features;

/// <summary>
/// The one way by which a charge is settled, whether the payer came back, a webhook came, or nothing did: ask the provider, decide by pure rules, and write the
/// outcome under the charge's lock. Any number may do it at once; points are credited once.
/// </summary>
internal sealed partial class SettleCharge(
    NpgsqlDataSource source, ChargeStore charges, PaymentProviders providers, IWallet wallet, INotifications notifications, IOptions<WalletOptions> options, TimeProvider time,
    ILogger<SettleCharge> log)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    /// <summary>After a charge was given up its provider is asked once more: the money may have come late, and its webhook not at all.</summary>
    private static readonly TimeSpan LastLook = TimeSpan.FromDays(1);

    private TimeSpan Patience => TimeSpan.FromMinutes(options.Value.CheckoutMinutes);

    /// <summary>Brings a charge up to date.</summary>
    /// <returns>As it is now; null when there is none.</returns>
    /// <exception cref="ProviderUnavailableException">The provider does not answer; the charge is looked at again later.</exception>
    public async Task<ChargeRow?> LookAsync(Guid id, CancellationToken cancellation)
    {
        if (await charges.FindAsync(id, cancellation) is not { } row)
            return null;
        if (row.State is "paid" or "refunded")
            return row;
        var provider = providers.Of(row.Provider);
        var payment = await provider.Find(id, cancellation);
        if (ChargeRules.Decide(row.ToDomain(), payment, time.GetUtcNow(), Patience) is ChargeDecision.Confirm confirm)
            // Killed from here on, the provider has the money and we have not written so: the sweep asks again and finds it paid.
            payment = await provider.Confirm(id, confirm.Payment, row.Amount, cancellation);
        await source.InTransaction(tx => WriteAsync(id, payment, tx, cancellation), cancellation);
        return await charges.FindAsync(id, cancellation);
    }

    private async Task WriteAsync(Guid id, ProviderPayment? payment, NpgsqlTransaction tx, CancellationToken cancellation)
    {
        var row = await ChargeStore.LockAsync(id, tx);
        var now = time.GetUtcNow();
        switch (ChargeRules.Decide(row.ToDomain(), payment, now, Patience))
        {
            case ChargeDecision.Credit credit:
                _ = (await wallet.Move(tx, new Deposit($"charge:{id}", new($"charge:{id}"), row.MemberId, row.Amount, row.Provider), cancellation)).Value;
                await ChargeStore.SetPaidAsync(id, credit.Payment, now, tx);
                await notifications.Notify(tx, row.MemberId, "wallet.charged", new { row.Amount }, id.ToString());
                break;
            case ChargeDecision.End end:
                if (end.Failure == ChargeRules.Mismatch)
                    LogMismatch(log, id, row.Amount, row.Currency, payment);
                await ChargeStore.SetEndedAsync(id, end.State.ToString().ToLowerInvariant(), end.Failure, end.Failure == ChargeRules.Expired ? now + LastLook : null, tx);
                break;
            case ChargeDecision.Wait when row.IsOpen:
            case ChargeDecision.Confirm:
                var pause = TimeSpan.FromSeconds(options.Value.LookAfterSeconds * Math.Pow(2, Math.Min(row.Looks, 20)));
                await ChargeStore.LookAgainAsync(id, now + (pause < LongestPause ? pause : LongestPause), tx);
                break;
            case ChargeDecision.Wait:
                await ChargeStore.LookedLastAsync(id, now, tx);
                break;
        }
    }

    [LoggerMessage(LogLevel.Error, "Charge {Charge} of {Amount} {Currency} does not match what the provider says: {Payment}. Nothing was credited")]
    private static partial void LogMismatch(ILogger log, Guid charge, long amount, string currency, ProviderPayment? payment);
}

/// <summary>The job behind a webhook.</summary>
internal sealed class LookAtCharge(SettleCharge settle, NpgsqlDataSource source, TimeProvider time) : IWorkHandler<LookAtCharge.Job>
{
    public const string Kind = "wallet.look";

    public async Task Handle(Job payload, WorkContext context, CancellationToken ct)
    {
        var row = await settle.LookAsync(payload.Charge, ct);
        await source.InTransaction(async tx =>
        {
            if (payload.Event is { } id)
                await EventStore.SetProcessedAsync(id, row?.Failure ?? row?.State ?? "unknown", time.GetUtcNow(), tx);
            await context.Complete(tx, ct);
        }, ct);
    }

    internal sealed record Job(Guid Charge, Guid? Event);
}
