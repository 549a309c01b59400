using Madang.Platform.Work;
using Xunit;

namespace Madang.Tests.Platform;

public sealed class AttemptsTests
{
    [Fact]
    public void Delays_grow_threefold_from_two_seconds_up_to_an_hour() => Assert.Equal(
        [2, 6, 18, 54, 162, 486, 1458, 3600, 3600],
        Enumerable.Range(1, 9).Select(attempt => Math.Round(Attempts.Delay(attempt, random: 0.5).TotalSeconds)));

    [Theory]
    [InlineData(0, 1.6)]
    [InlineData(0.999999999, 2.4)]
    public void Delays_are_spread_by_a_fifth_to_both_sides(double random, double seconds) =>
        Assert.Equal(seconds, Attempts.Delay(1, random).TotalSeconds, tolerance: 0.001);

    [Fact]
    public void Delays_stay_finite_for_any_attempt() =>
        Assert.Equal(TimeSpan.FromMinutes(48), Attempts.Delay(int.MaxValue, random: 0));

    [Theory]
    [InlineData(1, 3, false, false)]
    [InlineData(2, 3, false, false)]
    [InlineData(3, 3, false, true)]
    [InlineData(4, 3, false, true)]
    [InlineData(1, 3, true, true)]
    public void The_last_attempt_and_a_rejection_give_up(int attempt, int max, bool rejected, bool givesUp) =>
        Assert.Equal(givesUp, Attempts.Decide(attempt, max, rejected, 0.5) is AfterFailure.GiveUp);
}
