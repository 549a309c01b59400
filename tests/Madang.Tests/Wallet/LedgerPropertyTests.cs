using FsCheck.Fluent;
using Madang.Tests.Images;
using Madang.Wallet;
using Madang.Wallet.Domain;
using Xunit;

namespace Madang.Tests.Wallet;

/// <summary>Whatever is asked of the ledger, in whatever order: it equals a naive replay, and nothing appears or vanishes.</summary>
public sealed class LedgerPropertyTests
{
    private static readonly Guid[] Members = [.. Enumerable.Range(1, 3).Select(Id)];

    [Fact]
    public void Points_are_conserved_and_the_ledger_equals_a_naive_replay() => Property.Holds(Gen.Choose(0, int.MaxValue), seed =>
    {
        var random = new Random(seed);
        var books = Books.Empty;
        var naive = new Naive();
        var holds = new List<Guid> { Id(999) };
        for (var step = 1; step <= 60; step++)
        {
            var movement = Some(random, step, holds);
            var transfer = Id(1000 + step);
            var decided = Ledger.Decide(books, movement, transfer);
            var expected = naive.Try(movement, transfer);
            Assert.Equal(expected, decided.Failure is null);
            if (!decided.Succeeded(out var posting, out _))
                continue;
            Assert.Equal(0, posting.Lines.Sum(line => (decimal)line.Amount));
            Assert.DoesNotContain(posting.Lines, line => line.Amount == 0);
            books = books.After(posting);
            if (movement is HoldPoints)
                holds.Add(transfer);

            Assert.Equal(0, books.Balances.Values.Sum(balance => (decimal)balance));
            Assert.All(books.Balances, one => Assert.True(one.Value >= 0 || one.Key.MayBeNegative));
            foreach (var member in Members)
            {
                Assert.Equal(naive.Free[member], books.Balance(AccountName.Available(member)));
                Assert.Equal(books.Holds.Values.Where(hold => hold.Member == member).Sum(hold => hold.Amount), books.Balance(AccountName.Held(member)));
            }
            Assert.Equal(books.Holds.Values.Sum(hold => hold.Escrow), books.Balance(AccountName.Escrow));
            Assert.Equal(naive.House, books.Balance(AccountName.Revenue));
            Assert.Equal(naive.Provider, books.Balance(AccountName.Paid("sandbox")));
        }
        return true;
    });

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(Ledger.MostAmount + 1)]
    public void An_amount_that_is_none_is_refused_by_every_movement(long amount)
    {
        var hold = new Hold(Id(7), Members[0], new("x"), HoldStage.Held, 10, 0);
        var captured = hold with { Id = Id(8), Stage = HoldStage.Captured, Amount = 0, Escrow = 10 };
        var books = new Books(Books.Empty.Balances, Books.Empty.Holds.Add(hold.Id, hold).Add(captured.Id, captured));
        foreach (var movement in new Movement[]
        {
            new HoldPoints("k", new("x"), Members[0], amount), new ChangeHold("k", new("x"), Members[0], hold.Id, amount), new CaptureHold("k", new("x"), Members[0], hold.Id, amount),
            new PayOut("k", new("x"), Members[0], captured.Id, amount, Members[1]), new RefundBuyer("k", new("x"), Members[0], captured.Id, amount),
            new Reward("k", new("x"), Members[0], amount), new Deposit("k", new("x"), Members[0], amount, "sandbox"),
        })
            Assert.Equal("wallet.amount", Ledger.Decide(books, movement, Id(1)).Failure?.Code);
    }

    [Fact]
    public void A_balance_that_64_bits_cannot_hold_is_refused_and_not_wrapped_around()
    {
        var books = new Books(Books.Empty.Balances.Add(AccountName.Available(Members[0]), long.MaxValue - 5), Books.Empty.Holds);
        Assert.Equal("wallet.overflow", Ledger.Decide(books, new Reward("k", new("x"), Members[0], 6), Id(1)).Failure?.Code);
        Assert.Null(Ledger.Decide(books, new Reward("k", new("x"), Members[0], 5), Id(1)).Failure);
    }

    [Fact]
    public void A_hold_is_its_members_own()
    {
        var hold = new Hold(Id(7), Members[0], new("x"), HoldStage.Held, 10, 0);
        var books = new Books(Books.Empty.Balances, Books.Empty.Holds.Add(hold.Id, hold));
        Assert.Equal("wallet.hold_unknown", Ledger.Decide(books, new ReleaseHold("k", new("x"), Members[1], hold.Id), Id(1)).Failure?.Code);
    }

    private static Movement Some(Random random, int step, List<Guid> holds)
    {
        var (key, reference) = ($"k{step}", new Reference($"test:{step}"));
        var member = Members[random.Next(Members.Length)];
        var hold = holds[random.Next(holds.Count)];
        var amount = random.Next(10) == 0 ? random.Next(-2, 1) : random.Next(1, 120);
        return random.Next(11) switch
        {
            0 or 1 => new HoldPoints(key, reference, member, amount),
            2 => new ChangeHold(key, reference, member, hold, amount),
            3 => new ReleaseHold(key, reference, member, hold),
            4 => new CaptureHold(key, reference, member, hold, random.Next(2) == 0 ? null : amount),
            5 => new PayOut(key, reference, member, hold, amount, Members[random.Next(Members.Length)], random.Next(-1, 30)),
            6 => new RefundBuyer(key, reference, member, hold, amount),
            7 => new Reward(key, reference, member, amount),
            8 => new Withdraw(key, reference, member, hold, "sandbox"),
            9 => new Adjust(key, reference, member, amount, "operator"),
            _ => new Deposit(key, reference, member, amount, "sandbox"),
        };
    }

    private static Guid Id(int number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    /// <summary>The same rules written down once more, as plainly as they can be said.</summary>
    private sealed class Naive
    {
        private readonly Dictionary<Guid, (Guid Member, long Held, long Escrow)> _holds = [];

        public Dictionary<Guid, long> Free { get; } = Members.ToDictionary(member => member, _ => 0L);

        public long House { get; private set; }

        public long Provider { get; private set; }

        public bool Try(Movement movement, Guid transfer)
        {
            var member = movement.Member;
            switch (movement)
            {
                case HoldPoints m when m.Amount > 0 && Free[member] >= m.Amount:
                    Free[member] -= m.Amount;
                    _holds[transfer] = (member, m.Amount, 0);
                    return true;
                case ChangeHold m when m.Amount > 0 && Held(m.Hold, member) is > 0 and var held && Free[member] + held >= m.Amount:
                    Free[member] += held - m.Amount;
                    _holds[m.Hold] = (member, m.Amount, 0);
                    return true;
                case ReleaseHold m when Held(m.Hold, member) is > 0 and var held:
                    Free[member] += held;
                    _holds[m.Hold] = default;
                    return true;
                case CaptureHold m when m.Amount is null or > 0 && Held(m.Hold, member) is > 0 and var held && (m.Amount ?? held) <= held:
                    Free[member] += held - (m.Amount ?? held);
                    _holds[m.Hold] = (member, 0, m.Amount ?? held);
                    return true;
                case PayOut m when m.Amount > 0 && m.Fee >= 0 && m.Fee < m.Amount && Escrow(m.Hold, member) >= m.Amount:
                    _holds[m.Hold] = (member, 0, Escrow(m.Hold, member) - m.Amount);
                    Free[m.To] += m.Amount - m.Fee;
                    House += m.Fee;
                    return true;
                case RefundBuyer m when m.Amount > 0 && Escrow(m.Hold, member) >= m.Amount:
                    _holds[m.Hold] = (member, 0, Escrow(m.Hold, member) - m.Amount);
                    Free[member] += m.Amount;
                    return true;
                case Withdraw m when Held(m.Hold, member) is > 0 and var held:
                    Provider += held;
                    _holds[m.Hold] = default;
                    return true;
                case Reward m when m.Amount > 0:
                    Free[member] += m.Amount;
                    House -= m.Amount;
                    return true;
                case Adjust m when m.Amount != 0 && Free[member] + m.Amount >= 0:
                    Free[member] += m.Amount;
                    House -= m.Amount;
                    return true;
                case Deposit m when m.Amount > 0:
                    Free[member] += m.Amount;
                    Provider -= m.Amount;
                    return true;
                default:
                    return false;
            }
        }

        private long Held(Guid hold, Guid member) => _holds.TryGetValue(hold, out var found) && found.Member == member ? found.Held : 0;

        private long Escrow(Guid hold, Guid member) => _holds.TryGetValue(hold, out var found) && found.Member == member ? found.Escrow : 0;
    }
}
