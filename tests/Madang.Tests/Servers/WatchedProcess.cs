using System.Diagnostics;

namespace Madang.Tests.Servers;

/// <summary>
/// A server that a test needs and that never outlives the test process: a shell holds a pipe to us, and kills the server
/// when the pipe closes, be it because we ask or because we were killed ourselves.
/// </summary>
public sealed class WatchedProcess : IAsyncDisposable
{
    private const string Watchdog = """
        log=$1; shift
        "$@" </dev/null >>"$log" 2>&1 &
        echo $!
        read -r _
        kill -KILL $! 2>/dev/null
        wait $! 2>/dev/null
        """;

    private readonly Process shell;
    private readonly string log;
    private readonly int pid;

    private WatchedProcess(Process shell, string log, int pid) => (this.shell, this.log, this.pid) = (shell, log, pid);

    /// <summary>Starts a program; what it prints goes to <paramref name="log"/>.</summary>
    public static async Task<WatchedProcess> Start(string log, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-c", Watchdog, "sh", log, program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        var watching = Process.Start(start)!;
        var server = int.Parse((await watching.StandardOutput.ReadLineAsync())!, System.Globalization.CultureInfo.InvariantCulture);
        return new WatchedProcess(watching, log, server);
    }

    /// <summary>Stops it from running without ending it, as if the machine hung; connections stay open.</summary>
    public Task Freeze() => Signal("STOP");

    public Task Thaw() => Signal("CONT");

    /// <summary>Everything it has printed, for the message of a failed start.</summary>
    public string Output => File.Exists(log) ? File.ReadAllText(log) : "";

    public async ValueTask DisposeAsync()
    {
        shell.StandardInput.Close();
        await shell.WaitForExitAsync();
        shell.Dispose();
    }

    private async Task Signal(string name)
    {
        using var kill = Process.Start("/bin/kill", [$"-{name}", $"{pid}"]);
        await kill.WaitForExitAsync();
    }
}
