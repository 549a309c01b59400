using Madang.Platform.Web;

namespace Madang.Wallet.Domain;

/// <summary>The rules of moving points: what lines a movement makes, or why it may not be.</summary>
internal static class Ledger
{
    /// <summary>No single movement is larger: far below where 64 bits end, far above any price.</summary>
    public const long MostAmount = 1_000_000_000_000_000;

    public static Result<Posting> Decide(Books books, Movement movement, Guid transfer)
    {
        var content = Content.Of(movement);
        if (Malformed(movement, content) is { } malformed)
            return malformed;

        var member = movement.Member;
        Hold? hold = null;
        if (content.Hold is { } id)
        {
            if (!books.Holds.TryGetValue(id, out hold) || hold.Member != member)
                return new Failure("wallet.hold_unknown", "This member has no such hold.", 404);
            var needed = movement is PayOut or RefundBuyer ? HoldStage.Captured : HoldStage.Held;
            if (hold.Stage != needed)
                return new Failure("wallet.hold_closed", $"This hold is {hold.Stage.ToString().ToLowerInvariant()} by now.", 409);
        }

        var (available, held) = (AccountName.Available(member), AccountName.Held(member));
        return movement switch
        {
            HoldPoints m => Post(
                m.Amount, new Hold(transfer, member, m.For, HoldStage.Held, m.Amount, 0),
                new(available, -m.Amount), new(held, m.Amount)),
            ChangeHold m => Post(
                m.Amount, hold! with { Amount = m.Amount },
                new(available, hold!.Amount - m.Amount), new(held, m.Amount - hold.Amount)),
            ReleaseHold => Post(
                hold!.Amount, hold with { Stage = HoldStage.Released, Amount = 0 },
                new(held, -hold.Amount), new(available, hold.Amount)),
            CaptureHold { Amount: var asked } when asked > hold!.Amount =>
                new Failure("wallet.hold_too_small", $"The hold is of {hold.Amount}, less than {asked}.") { Extra = Amounts(("held", hold.Amount)) },
            CaptureHold { Amount: var asked } when (asked ?? hold!.Amount) is var price => Post(
                price, hold! with { Stage = HoldStage.Captured, Amount = 0, Escrow = price },
                new(held, -hold!.Amount), new(AccountName.Escrow, price), new(available, hold.Amount - price)),
            PayOut or RefundBuyer when content.Amount > hold!.Escrow =>
                new Failure("wallet.escrow_too_small", $"Only {hold.Escrow} of this hold is in escrow.") { Extra = Amounts(("escrow", hold.Escrow)) },
            PayOut m => Post(
                m.Amount, Taken(hold!, m.Amount),
                new(AccountName.Escrow, -m.Amount), new(AccountName.Available(m.To), m.Amount - m.Fee), new(AccountName.Revenue, m.Fee)),
            RefundBuyer m => Post(m.Amount, Taken(hold!, m.Amount), new(AccountName.Escrow, -m.Amount), new(available, m.Amount)),
            Reward m => Post(m.Amount, null, new(AccountName.Revenue, -m.Amount), new(available, m.Amount)),
            Deposit m => Post(m.Amount, null, new(AccountName.Paid(m.Provider), -m.Amount), new(available, m.Amount)),
            Withdraw m => Post(
                hold!.Amount, hold with { Stage = HoldStage.Settled, Amount = 0 },
                new(held, -hold.Amount), new(AccountName.Paid(m.Provider), hold.Amount)),
            Adjust m => Post(m.Amount, null, new(AccountName.Revenue, -m.Amount), new(available, m.Amount)),
            _ => throw new ArgumentOutOfRangeException(nameof(movement), movement.GetType().Name, "not a movement"),
        };

        Result<Posting> Post(long amount, Hold? after, params ReadOnlySpan<Line> all)
        {
            var lines = new List<Line>(all.Length);
            foreach (var line in all)
                if (line.Amount != 0)
                    lines.Add(line);
            foreach (var line in lines)
                if (Refusal(books.Balance(line.Account), line) is { } refusal)
                    return refusal;
            return new Posting(transfer, movement, content with { Amount = amount, Hold = after?.Id }, lines, after);
        }
    }

    /// <summary>The accounts beside the member's own that a movement touches, which must be locked before.</summary>
    public static IEnumerable<AccountName> Others(Movement movement) => movement switch
    {
        CaptureHold or RefundBuyer => [AccountName.Escrow],
        PayOut m => [AccountName.Escrow, AccountName.Available(m.To), AccountName.Revenue],
        Reward or Adjust => [AccountName.Revenue],
        Deposit m => [AccountName.Paid(m.Provider)],
        Withdraw m => [AccountName.Paid(m.Provider)],
        _ => [],
    };

    private static Hold Taken(Hold hold, long amount) =>
        hold with { Escrow = hold.Escrow - amount, Stage = hold.Escrow == amount ? HoldStage.Settled : HoldStage.Captured };

    private static Failure? Malformed(Movement movement, Content content)
    {
        if (movement.Key is not { Length: >= 1 and <= 200 })
            return new Failure("wallet.key", "An idempotency key has 1 to 200 letters.");
        if (movement.For.Id is not { Length: >= 1 and <= 200 } || movement.For.Title is { Length: 0 or > 200 })
            return new Failure("wallet.reference", "A reference has 1 to 200 letters, and so has its title.");
        if (content.Amount is { } amount && (amount == 0 || (amount < 0 && movement is not Adjust) || amount is > MostAmount or < -MostAmount))
            return InvalidAmount;
        if (movement is PayOut sale && (sale.Fee < 0 || sale.Fee >= sale.Amount))
            return new Failure("wallet.fee", "A fee is not negative, and less than the amount.");
        return null;
    }

    public static Failure InvalidAmount => new("wallet.amount", $"An amount is a whole number from 1 to {MostAmount}.");

    private static Failure? Refusal(long balance, Line line)
    {
        var after = (Int128)balance + line.Amount;
        if (after < long.MinValue || after > long.MaxValue)
            return new Failure("wallet.overflow", "No account can hold that much.");
        return after < 0 && !line.Account.MayBeNegative
            ? new Failure("wallet.insufficient", $"{balance} is available, {-line.Amount} is needed.") { Extra = Amounts(("available", balance), ("needed", -line.Amount)) }
            : null;
    }

    private static Dictionary<string, object?> Amounts(params (string Name, long Amount)[] amounts) =>
        amounts.ToDictionary(one => one.Name, one => (object?)one.Amount, StringComparer.Ordinal);
}
