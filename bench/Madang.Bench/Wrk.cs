using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Madang.Bench;

/// <summary>Load by wrk from a core of its own.</summary>
internal static partial class Wrk
{
    public const int LoadCore = 1;

    /// <summary>Requests a second; fails when any answer was not the expected kind.</summary>
    public static async Task<double> RunAsync(string url, int seconds, int connections, params string[] headers)
    {
        string[] arguments =
        [
            "-c", LoadCore.ToString(CultureInfo.InvariantCulture), "wrk", "-t1", $"-c{connections}", $"-d{seconds}s", .. headers.SelectMany(header => new[] { "-H", header }), url,
        ];
        using var process = Process.Start(new ProcessStartInfo("taskset", arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (output.Contains("Non-2xx", StringComparison.Ordinal) || output.Contains("Socket errors", StringComparison.Ordinal))
            throw new InvalidOperationException($"{url}: {output}");
        return double.Parse(Rate().Match(output).Groups["rate"].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"Requests/sec:\s+(?<rate>[0-9.]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Rate();
}
