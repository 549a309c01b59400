namespace Madang.Wallet.Domain;

internal enum ChargeState
{
    Created,
    Pending,
    Paid,
    Failed,
    Cancelled,
    Refunded,
}

/// <summary>A charge as far as its rules look at it.</summary>
internal sealed record Charge(Guid Id, Guid Member, long Amount, string Currency, ChargeState State, DateTimeOffset CreatedAt);

/// <summary>What is to be done about a charge, now that the provider was asked.</summary>
internal abstract record ChargeDecision
{
    /// <summary>Nothing new.</summary>
    public sealed record Wait : ChargeDecision;

    /// <summary>The payer agreed to just this: take the money.</summary>
    public sealed record Confirm(string Payment) : ChargeDecision;

    /// <summary>The money was taken: give the points.</summary>
    public sealed record Credit(string Payment) : ChargeDecision;

    /// <summary>There will be no money, or not this way.</summary>
    public sealed record End(ChargeState State, string Failure) : ChargeDecision;
}

/// <summary>How a charge goes on. The provider's answer to our question decides, never what a browser or a webhook brought.</summary>
internal static class ChargeRules
{
    public const string Mismatch = "mismatch";

    public const string Expired = "expired";

    public static ChargeDecision Decide(Charge charge, ProviderPayment? payment, DateTimeOffset now, TimeSpan patience)
    {
        // Paid is paid; what the provider paid back is the refunds' matter and the reconciliation's.
        if (charge.State is ChargeState.Paid or ChargeState.Refunded)
            return new ChargeDecision.Wait();
        var isOpen = charge.State is ChargeState.Created or ChargeState.Pending;
        if (payment is null or { Stage: PaymentStage.Open })
            return isOpen && now - charge.CreatedAt >= patience ? new ChargeDecision.End(ChargeState.Cancelled, Expired) : new ChargeDecision.Wait();
        if (payment.Stage is PaymentStage.Failed or PaymentStage.Cancelled)
            return !isOpen ? new ChargeDecision.Wait()
                : payment.Stage == PaymentStage.Failed ? new ChargeDecision.End(ChargeState.Failed, "declined")
                : new ChargeDecision.End(ChargeState.Cancelled, "cancelled");
        // Another amount, currency or order than ours is no payment of this charge, whatever it is: nothing is confirmed and nothing credited.
        if (payment.Order != charge.Id || payment.Amount != charge.Amount || payment.Currency != charge.Currency || payment.Refunded != 0)
            return isOpen ? new ChargeDecision.End(ChargeState.Failed, Mismatch) : new ChargeDecision.Wait();
        // Also after we had given up: the money is there, so the points must be.
        return payment.Stage == PaymentStage.Paid ? new ChargeDecision.Credit(payment.Payment)
            : isOpen ? new ChargeDecision.Confirm(payment.Payment)
            : new ChargeDecision.Wait();
    }
}
