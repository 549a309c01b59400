namespace Madang.Accounts.Domain;

/// <summary>A short name for a browser, from the User-Agent it sent: enough for a person to know their own devices.</summary>
internal static class DeviceName
{
    // The order matters: everybody claims to be somebody older, so the most particular names come first.
    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("Edg/", "Edge"), ("SamsungBrowser/", "Samsung Internet"), ("Whale/", "Whale"), ("OPR/", "Opera"), ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"),
    ];

    private static readonly (string Mark, string Name)[] Systems =
    [
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Macintosh", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
    ];

    public static string Of(string userAgent)
    {
        var browser = Find(Browsers, userAgent);
        var system = Find(Systems, userAgent);
        return (browser, system) switch
        {
            (null, null) => Cut(userAgent),
            (null, _) => system,
            (_, null) => browser,
            _ => $"{browser}, {system}",
        };
    }

    /// <summary>Whether it is one that is held in the hand.</summary>
    public static bool IsHandheld(string userAgent) => Find(Systems, userAgent) is "Android" or "iPhone" or "iPad";

    /// <summary>60 letters at most, and not through the middle of one of two halves.</summary>
    private static string Cut(string userAgent) =>
        userAgent.Length <= 60 ? userAgent : userAgent[..(char.IsHighSurrogate(userAgent[58]) ? 58 : 59)] + "…";

    private static string? Find((string Mark, string Name)[] known, string userAgent) =>
        known.FirstOrDefault(one => userAgent.Contains(one.Mark, StringComparison.Ordinal)).Name;
}
