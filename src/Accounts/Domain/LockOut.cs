namespace Madang.Accounts.Domain;

/// <summary>How long sign-in waits after wrong passwords in a row: not at all at first, then twice as long each time.</summary>
internal static class LockOut
{
    /// <summary>So many wrong passwords are a person who tries to remember.</summary>
    public const int Free = 4;

    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>Failures older than this are forgotten.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromDays(1);

    private static readonly TimeSpan First = TimeSpan.FromSeconds(30);

    /// <summary>When the next try is let through.</summary>
    /// <param name="failures">Wrong passwords in a row.</param>
    /// <param name="last">When the last of them was.</param>
    public static DateTimeOffset Until(int failures, DateTimeOffset last)
    {
        if (failures <= Free)
            return last;
        var doublings = Math.Min(failures - Free - 1, 20);
        var wait = First * (1L << doublings);
        return last + (wait < Longest ? wait : Longest);
    }
}
