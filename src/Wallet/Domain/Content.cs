namespace Madang.Wallet.Domain;

/// <summary>
/// What was asked for under an idempotency key, as the ledger keeps it: a repeat must ask for the same. The amount is null where the wish leaves it open (what the
/// hold has), the hold where the wish opens one. The title counts where it
/// is the reason, in adjustments; elsewhere it is what the thing was called at the time.
/// </summary>
internal sealed record Content(string Kind, string Reference, Guid Member, long? Amount, Guid? Hold = null, Guid? To = null, long Fee = 0, string? Provider = null, string? Title = null)
{
    public static Content Of(Movement movement) => movement switch
    {
        HoldPoints m => new("hold", m.For.Id, m.Member, m.Amount),
        ChangeHold m => new("change", m.For.Id, m.Member, m.Amount, m.Hold),
        ReleaseHold m => new("release", m.For.Id, m.Member, null, m.Hold),
        CaptureHold m => new("purchase", m.For.Id, m.Member, m.Amount, m.Hold),
        PayOut m => new("sale", m.For.Id, m.Member, m.Amount, m.Hold, m.To, m.Fee),
        RefundBuyer m => new("return", m.For.Id, m.Member, m.Amount, m.Hold),
        Reward m => new("reward", m.For.Id, m.Member, m.Amount),
        Deposit m => new("charge", m.For.Id, m.Member, m.Amount, Provider: m.Provider),
        Withdraw m => new("refund", m.For.Id, m.Member, null, m.Hold, Provider: m.Provider),
        Adjust m => new("adjust", m.For.Id, m.Member, m.Amount, Title: m.For.Title),
        _ => throw new ArgumentOutOfRangeException(nameof(movement), movement.GetType().Name, "not a movement"),
    };

    /// <summary>Whether a new wish under the key of this one asks for the same.</summary>
    public bool IsRepeatedBy(Content wish) => wish with { Amount = null } == this with { Amount = null } && (wish.Amount is null || wish.Amount == Amount);
}
