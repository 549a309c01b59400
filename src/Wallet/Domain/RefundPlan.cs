using Madang.Platform.Web;

namespace Madang.Wallet.Domain;

/// <summary>A charge of which something may go back, newest first in lists. Refused: its provider would not pay back the last time.</summary>
internal sealed record Refundable(Guid Charge, long Left, bool Refused = false);

/// <summary>Splits a refund over the charges that it goes back to.</summary>
internal static class RefundPlan
{
    /// <summary>What could go back now: no more than is unused, and no more than was charged.</summary>
    public static long Most(long available, IEnumerable<Refundable> charges) => Math.Min(available, charges.Sum(charge => charge.Left));

    /// <summary>What must go back before its owner leaves: not what a provider refused, or it would keep him for ever.</summary>
    public static long Owed(long available, IEnumerable<Refundable> charges) => Most(available, charges.Where(charge => !charge.Refused));

    public static Result<IReadOnlyList<Refundable>> Split(long amount, long available, IReadOnlyList<Refundable> newestFirst)
    {
        if (amount <= 0)
            return Ledger.InvalidAmount;
        if (amount > available)
            return new Failure("wallet.insufficient", $"{available} is available, {amount} is needed.") { Extra = Extra("available", available) };
        var parts = new List<Refundable>();
        var left = amount;
        // What was refused may be refused again: last, so that it does not stand in the way of what can go back. The sort is stable.
        foreach (var charge in newestFirst.OrderBy(charge => charge.Refused))
        {
            if (left == 0)
                break;
            var part = Math.Min(left, charge.Left);
            if (part > 0)
                parts.Add(charge with { Left = part });
            left -= part;
        }
        return left == 0
            ? parts
            : new Failure("wallet.not_refundable", $"Only {amount - left} can go back: what was charged lately, less what went back already.") { Extra = Extra("refundable", amount - left) };
    }

    private static Dictionary<string, object?> Extra(string name, long amount) => new(StringComparer.Ordinal) { [name] = amount };
}
