namespace Madang.Platform.Work;

/// <summary>What becomes of a job after an attempt that failed.</summary>
internal abstract record AfterFailure
{
    internal sealed record TryAgain(TimeSpan Delay) : AfterFailure;

    internal sealed record GiveUp : AfterFailure;
}

/// <summary>The rules of trying again. Pure: randomness comes in as a number.</summary>
internal static class Attempts
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = new WorkSettings().LongestDelay;

    /// <summary>Decides after failed attempt number <paramref name="attempt"/> (from 1); <paramref name="random"/> is in [0, 1).</summary>
    public static AfterFailure Decide(int attempt, int maxAttempts, bool rejected, double random, TimeSpan? longest = null) =>
        rejected || attempt >= maxAttempts
            ? new AfterFailure.GiveUp()
            : new AfterFailure.TryAgain(Delay(attempt, random, longest));

    /// <summary>A job that is claimed once more than it may be tried has outlived its worker every time.</summary>
    public static bool IsExhausted(int attempt, int maxAttempts) => attempt > maxAttempts;

    /// <summary>2, 6, 18, 54 ... seconds up to an hour (or <paramref name="longest"/>), spread by a fifth to both sides so that jobs which failed together
    /// do not come back together.</summary>
    public static TimeSpan Delay(int attempt, double random, TimeSpan? longest = null)
    {
        var delay = Math.Min(First.TotalSeconds * Math.Pow(3, attempt - 1), (longest ?? Longest).TotalSeconds);
        return TimeSpan.FromSeconds(delay * (0.8 + 0.4 * random));
    }
}
