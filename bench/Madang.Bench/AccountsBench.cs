using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace Madang.Bench;

/// <summary>What it costs to know who asks: the smallest request there is, with a session's cookie or a key, against the same of a stranger.</summary>
internal static partial class AccountsBench
{
    // It answers strangers too, in a few microseconds: whatever authentication costs shows here more than anywhere.
    private const string Path = "/health/live";

    private const int Rounds = 5;
    private const int Seconds = 3;
    private const int Connections = 32;

    public static async Task<int> RunAsync()
    {
        var report = new Report();
        await using var madang = await MadangServer.StartAsync(core: 0);
        var url = madang.Process.Address + Path;
        string[] byKey = [$"Authorization: {madang.Client.DefaultRequestHeaders.Authorization}"];
        string[] byCookie = [$"Cookie: madang-session={await SignInAsync(madang)}"];

        var (stranger, cookie, key) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -1; round < Rounds; round++)
        {
            Console.Error.WriteLine($"auth: round {round + 1} of {Rounds}");
            var nobody = await Wrk.RunAsync(url, Seconds, Connections);
            var person = await Wrk.RunAsync(url, Seconds, Connections, byCookie);
            var program = await Wrk.RunAsync(url, Seconds, Connections, byKey);
            if (round < 0)
                continue; // warm-up
            stranger.Add(nobody);
            cookie.Add(person);
            key.Add(program);
        }

        // Each round against its own stranger; the server has a core to itself, so that what a request costs is what it keeps others waiting.
        var cookieCost = stranger.Zip(cookie, (without, with) => without / with).Median();
        var keyCost = stranger.Zip(key, (without, with) => without / with).Median();
        report.Row($"GET {Path} by a stranger", stranger.Spread("/s"));
        report.Row("  with a session's cookie", cookie.Spread("/s"), stranger.Spread("/s"), cookieCost, "ratio: cost, 1 = nothing");
        report.Row("  with an API key", key.Spread("/s"), stranger.Spread("/s"), keyCost, "ratio: cost, 1 = nothing");
        report.Ratio("auth_cost_cookie", cookieCost);
        report.Ratio("auth_cost_key", keyCost);
        report.Ratio("auth_cost", Math.Max(cookieCost, keyCost));
        report.Print();
        return 0;
    }

    /// <summary>Signs in as a person does: opens the link, presses the button.</summary>
    private static async Task<string> SignInAsync(MadangServer madang)
    {
        var link = await madang.CommandAsync("sign-in-link");
        var cookies = new CookieContainer();
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = cookies, AllowAutoRedirect = false }) { BaseAddress = new Uri(madang.Process.Address) };
        var path = Link().Match(link).Value;
        var token = WebUtility.HtmlDecode(Token().Match(await browser.GetStringAsync(path)).Groups["token"].Value);
        using var form = new FormUrlEncodedContent([new("link", path.Split('/')[^1]), new("__csrf", token)]);
        await browser.PostAsync("/sign-in", form);
        return cookies.GetCookies(browser.BaseAddress)["madang-session"]?.Value ?? throw new UnreachableException("The link did not sign in.");
    }

    [GeneratedRegex("/sign-in/[A-Za-z0-9_-]+", RegexOptions.None, 1000)]
    private static partial Regex Link();

    [GeneratedRegex("<meta name=\"csrf-token\" content=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();
}
