using System.Reflection;
using Xunit;

namespace Madang.Tests;

/// <summary>The 27 hard cases of auctions, which every version must pass. The tests of a case have its number in their names: <c>Case_17_...</c></summary>
public sealed class HardCasesTests
{
    public static TheoryData<int, string> Cases => new(
        (1, "of many simultaneous equal bids exactly one leads"),
        (2, "of equal maxima the earliest wins, at that price"),
        (3, "a maximum that beats its rival by less than an increment is the price"),
        (4, "edges of the bands of increments"),
        (5, "a leader who raises his maximum changes neither price nor leader"),
        (6, "an opening bid exactly at the start"),
        (7, "a maximum just below, at and above the reserve"),
        (8, "a leader who raises across the reserve"),
        (9, "a bid one tick before the end, at it, and after"),
        (10, "received in time, decided late"),
        (11, "a bid in the last minutes races the closer: extended or closed, never both"),
        (12, "chained extensions, and their cap"),
        (13, "closers on several nodes, one of which fails in the middle: one order, one message"),
        (14, "an outage of mail hinders no closing"),
        (15, "a retry under the same key is one bid, and refused with another body"),
        (16, "buy now against bids at once is one sale"),
        (17, "a retracted lead, runner-up or middle bid is replayed away, always alike"),
        (18, "a member who is suspended in the middle"),
        (19, "the ledger sums to zero through everything"),
        (20, "points held in many auctions at once never exceed the balance"),
        (21, "rounding, overflow, negative amounts"),
        (22, "counted views and edited profiles cannot touch a bid"),
        (23, "the history of bids survives closing and the departure of bidders"),
        (24, "maxima, reserve and address leak nowhere"),
        (25, "live updates out of order, and after a reconnect"),
        (26, "an upload that fails leaves no half-made listing"),
        (27, "the fast engine equals a naive replay of all bids"));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_hard_case_has_a_test_of_its_number(int number, string what)
    {
        var tests = typeof(HardCasesTests).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Where(method => method.IsDefined(typeof(FactAttribute), inherit: true) && method.Name.StartsWith($"Case_{number}_", StringComparison.Ordinal));
        Assert.True(tests.Any(), $"no test named Case_{number}_...: {what}");
    }
}
