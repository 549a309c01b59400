using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Madang.Wallet.Domain;
using Madang.Wallet.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Madang.Wallet.Features;

/// <summary>
/// The job behind a part of a refund: the provider pays back, then the held points leave; where it refuses, and says that it has not paid, they are free again.
/// A lost answer or a refusal proves nothing, so the provider's own books decide, and one part of a charge at a time is under way.
/// </summary>
internal sealed partial class SendRefund(
    NpgsqlDataSource source, PaymentProviders providers, IWallet wallet, WorkQueue work, INotifications notifications, TimeProvider time, ILogger<SendRefund> log)
    : IWorkHandler<SendRefund.Job>
{
    public const string Kind = "wallet.refund";

    public async Task Handle(Job payload, WorkContext context, CancellationToken ct)
    {
        if (await source.InTransaction(tx => BeginAsync(payload.Part, context, tx, ct), ct) is not var (part, charge))
            return;
        // Thrown when the provider is down or in doubt: the job is tried again, and the points stay held.
        var refusal = await SendAsync(providers.Of(charge.Provider), part, charge, ct);
        if (refusal is not null)
            LogRefused(log, part.Id, charge.Id, refusal.Code, refusal.Detail);

        await source.InTransaction(async tx =>
        {
            await ChargeStore.LockAsync(charge.Id, tx);
            if (await RefundStore.FindPartAsync(part.Id, tx) is not { State: "pending" })
                return;
            var reference = new Reference($"charge:{charge.Id}");
            Movement movement = refusal is null
                ? new Withdraw($"refund:{part.Id}", reference, charge.MemberId, part.HoldId, charge.Provider)
                : new ReleaseHold($"refund-release:{part.Id}", reference, charge.MemberId, part.HoldId);
            _ = (await wallet.Move(tx, movement, ct)).Value;
            await RefundStore.EndPartAsync(part, refusal?.Code, time.GetUtcNow(), tx);
            await notifications.Notify(tx, charge.MemberId, refusal is null ? "wallet.refunded" : "wallet.refund_failed", new { part.Amount }, part.RefundId.ToString());
            if (await RefundStore.FirstPendingAsync(charge.Id, tx) is { } next)
                await work.Enqueue(tx, Kind, new Job(next), key: next.ToString(), ct: ct);
            await context.Complete(tx, ct);
        }, ct);
    }

    /// <summary>The part and its charge, when it is this part's turn; otherwise the end of the one before wakes it again.</summary>
    private static async Task<(RefundPartRow Part, ChargeRow Charge)?> BeginAsync(Guid id, WorkContext context, NpgsqlTransaction tx, CancellationToken ct)
    {
        if (await RefundStore.FindPartAsync(id, tx) is not { State: "pending" } part)
            return null;
        // Under the charge's lock, so that the one before either sees this job gone and makes another, or has ended.
        var charge = await ChargeStore.LockAsync(part.ChargeId, tx);
        if (await RefundStore.FirstPendingAsync(charge.Id, tx) == id)
            return (part, charge);
        await context.Complete(tx, ct);
        return null;
    }

    private async Task<Failure?> SendAsync(IPaymentProvider provider, RefundPartRow part, ChargeRow charge, CancellationToken ct)
    {
        // Asked first: an attempt whose answer got lost may have paid, and its key may be forgotten there by now.
        var payment = await provider.Find(charge.Id, ct);
        if (RefundAttempt.IsPaidBack(payment, charge.Refunded, part.Amount))
            return null;
        var refundable = payment is null ? charge.Amount - charge.Refunded : payment.Amount - payment.Refunded;
        var key = RefundAttempt.Key(part.Id, time.GetUtcNow() - part.CreatedAt);
        if (await provider.Refund(key, charge.Payment!, part.Amount, refundable, ct) is not { } refusal)
            return null;
        // Refused may mean that it was done before. Points are free only when the money is known to be there still.
        return RefundAttempt.IsPaidBack(await provider.Find(charge.Id, ct), charge.Refunded, part.Amount) ? null : refusal;
    }

    [LoggerMessage(LogLevel.Warning, "Refund {Part} of charge {Charge} was refused: {Code} {Detail}")]
    private static partial void LogRefused(ILogger log, Guid part, Guid charge, string code, string detail);

    internal sealed record Job(Guid Part);
}
