using System.Collections.Immutable;

namespace Madang.Wallet.Domain;

internal enum AccountKind
{
    Available,
    Held,
    Escrow,
    Provider,
    Revenue,
}

/// <summary>Names an account: a member's, a provider's, or the house's only one of its kind.</summary>
internal readonly record struct AccountName(AccountKind Kind, Guid? Member = null, string? Provider = null)
{
    public static readonly AccountName Escrow = new(AccountKind.Escrow);

    public static readonly AccountName Revenue = new(AccountKind.Revenue);

    public static AccountName Available(Guid member) => new(AccountKind.Available, member);

    public static AccountName Held(Guid member) => new(AccountKind.Held, member);

    public static AccountName Paid(string provider) => new(AccountKind.Provider, null, provider);

    /// <summary>Members and escrow cannot give what they do not have; providers and the house owe.</summary>
    public bool MayBeNegative => Kind is AccountKind.Provider or AccountKind.Revenue;
}

internal enum HoldStage
{
    Held,
    Released,
    Captured,
    Settled,
}

/// <summary>Points set aside, and what became of them.</summary>
internal sealed record Hold(Guid Id, Guid Member, Reference For, HoldStage Stage, long Amount, long Escrow);

/// <summary>One line of a posting.</summary>
internal readonly record struct Line(AccountName Account, long Amount);

/// <summary>A movement as it goes into the ledger: lines that sum to zero, and the hold as it is afterwards.</summary>
internal sealed record Posting(Guid Transfer, Movement Movement, Content Content, IReadOnlyList<Line> Lines, Hold? Hold);

/// <summary>The accounts and holds that a decision looks at. What is not in it does not exist for the decision.</summary>
internal sealed record Books(ImmutableDictionary<AccountName, long> Balances, ImmutableDictionary<Guid, Hold> Holds)
{
    public static readonly Books Empty = new(ImmutableDictionary<AccountName, long>.Empty, ImmutableDictionary<Guid, Hold>.Empty);

    public long Balance(AccountName account) => Balances.GetValueOrDefault(account);

    public Books After(Posting posting)
    {
        var balances = Balances;
        foreach (var line in posting.Lines)
            balances = balances.SetItem(line.Account, checked(balances.GetValueOrDefault(line.Account) + line.Amount));
        return new Books(balances, posting.Hold is { } hold ? Holds.SetItem(hold.Id, hold) : Holds);
    }
}
