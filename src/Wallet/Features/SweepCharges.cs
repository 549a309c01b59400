using Dapper;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Madang.Wallet.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Madang.Wallet.Features;

/// <summary>
/// What nobody told us: asks the provider about charges that stay open (the webhook is late or lost, or we were killed after the provider had taken the money), gives
/// up those that nobody paid, and wakes refunds whose job ran out of attempts while the provider was down.
/// </summary>
internal sealed partial class SweepCharges(
    NpgsqlDataSource source, ChargeStore charges, PaymentProviders providers, SettleCharge settle, WorkQueue work, IOptions<WalletOptions> options, TimeProvider time, ILogger<SweepCharges> log)
    : IWorkHandler<SweepCharges.Job>
{
    public const string Kind = "wallet.sweep";

    public const string Cron = "0/30 * * * * ?";

    private const int Most = 100;

    /// <summary>So many charges in a row that a provider says nothing about, and it is down; one alone may be that charge's own fault.</summary>
    private const int OutageAfter = 3;

    private static readonly TimeSpan RefundPatience = TimeSpan.FromMinutes(2);

    public async Task Handle(Job payload, WorkContext context, CancellationToken ct)
    {
        var failures = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var charge in await charges.DueAsync(time.GetUtcNow(), Most, ct))
        {
            if (failures.GetValueOrDefault(charge.Provider) < OutageAfter)
            {
                try
                {
                    await settle.LookAsync(charge.Id, ct);
                    continue;
                }
                catch (ProviderUnavailableException outage)
                {
                    LogUnavailable(log, outage);
                    failures[charge.Provider] = failures.GetValueOrDefault(charge.Provider) + 1;
                }
                catch (Exception broken) when (!ct.IsCancellationRequested && !DatabaseUnavailable.Is(broken))
                {
                    // One that cannot be settled must not keep all behind it waiting for ever.
                    LogBroken(log, charge.Id, broken);
                }
            }
            // The others of a provider that is down would wait for their time-outs, one after the other.
            await source.InTransaction(tx => ChargeStore.LookAgainAsync(charge.Id, time.GetUtcNow().AddSeconds(options.Value.LookAfterSeconds), tx), ct);
        }
        await source.InTransaction(async tx =>
        {
            foreach (var part in await RefundStore.PendingAsync(time.GetUtcNow() - RefundPatience, providers.Names, Most, tx))
                // None when its job still lives.
                await work.Enqueue(tx, SendRefund.Kind, new SendRefund.Job(part), key: part.ToString(), ct: ct);
        }, ct);
    }

    [LoggerMessage(LogLevel.Warning, "A provider could not be asked about its open charges")]
    private static partial void LogUnavailable(ILogger log, Exception error);

    [LoggerMessage(LogLevel.Error, "The charge {Charge} cannot be settled; it is looked at again later")]
    private static partial void LogBroken(ILogger log, Guid charge, Exception error);

    internal sealed record Job;
}
