using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Madang.Bench;

/// <summary>A server as a child process, measured from outside by what the kernel counts for it.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly Process _process;
    private readonly bool _interrupt;

    private Server(Process process, int port, bool interrupt) => (_process, Port, _interrupt) = (process, port, interrupt);

    public int Port { get; }

    public string Address => $"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Starts a program and waits until its port answers.</summary>
    /// <param name="core">Pins it to this core; null lets it use all.</param>
    /// <param name="port">Where it will listen.</param>
    /// <param name="environment">Beside ours.</param>
    /// <param name="command">The program and its arguments.</param>
    public static async Task<Server> StartAsync(int? core, int port, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        string[] line = core is { } one ? ["taskset", "-c", one.ToString(CultureInfo.InvariantCulture), .. command] : command;
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        var said = new System.Text.StringBuilder();
        process.OutputDataReceived += (_, data) => said.AppendLine(data.Data);
        process.ErrorDataReceived += (_, data) => said.AppendLine(data.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        for (var tries = 0; tries < 600; tries++)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return new Server(process, port, command[0] == "dotnet");
            }
            catch (SocketException) when (!process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
        throw new InvalidOperationException($"{command[0]} did not start: {said}");
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>CPU seconds that the process has used, user and system.</summary>
    public double CpuSeconds
    {
        get
        {
            // Behind the name in parentheses: field 14 is utime, 15 stime, in ticks of 10 ms (proc(5)).
            var fields = File.ReadAllText($"/proc/{_process.Id}/stat").Split(") ")[1].Split(' ');
            return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
        }
    }

    /// <summary>The most memory that the process ever held, in bytes.</summary>
    public long PeakBytes => Status("VmHWM:") * 1024;

    private long Status(string name) => long.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].Replace("\t", "", StringComparison.Ordinal),
        CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        using (var kill = Process.Start("kill", [_interrupt ? "-INT" : "-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
