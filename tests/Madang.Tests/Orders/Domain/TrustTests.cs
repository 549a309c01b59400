using Madang.Orders.Domain;
using Xunit;

namespace Madang.Tests.Orders.Domain;

/// <summary>The trust score: where it starts, what moves it, and that it stays within its bounds.</summary>
public sealed class TrustTests
{
    private static decimal Of(int one = 0, int two = 0, int three = 0, int four = 0, int five = 0, int deals = 0, int failed = 0) => Trust.Of(new Conduct([one, two, three, four, five], deals, failed));

    [Fact]
    public void It_starts_at_a_healthy_warmth() => Assert.Equal(36.5m, Of());

    [Theory]
    [InlineData(0, 0, 0, 0, 1, 1, 0, 37.7)]
    [InlineData(0, 0, 0, 0, 10, 10, 0, 47.1)]
    [InlineData(1, 0, 0, 0, 0, 1, 0, 31.5)]
    [InlineData(0, 0, 5, 0, 0, 0, 0, 36.5)]
    [InlineData(0, 0, 0, 0, 0, 0, 1, 33.7)]
    [InlineData(0, 0, 0, 0, 100_000, 100_000, 0, 99.9)]
    [InlineData(1_000_000, 0, 0, 0, 0, 0, 0, 0)]
    [InlineData(int.MaxValue, int.MaxValue, 0, int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue, 63.4)]
    public void It_follows_the_formula(int one, int two, int three, int four, int five, int deals, int failed, double expected) =>
        Assert.Equal((decimal)expected, Of(one, two, three, four, five, deals, failed));

    [Fact]
    public void Good_never_lowers_it_bad_never_raises_it_and_it_stays_in_bounds()
    {
        int[] counts = [0, 1, 2, 7, 60, 5_000];
        foreach (var (five, one, failed) in from five in counts from one in counts from failed in counts select (five, one, failed))
        {
            var here = Of(five: five, one: one, failed: failed);
            Assert.InRange(here, 0m, 99.9m);
            Assert.True(Of(five: five + 1, one: one, failed: failed) >= here);
            Assert.True(Of(five: five, four: 1, one: one, failed: failed) >= here);
            Assert.True(Of(five: five, one: one + 1, failed: failed) <= here);
            Assert.True(Of(five: five, one: one, failed: failed + 1) <= here);
        }
    }
}
