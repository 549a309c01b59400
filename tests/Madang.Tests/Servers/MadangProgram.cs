using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Madang.Tests.Host;

namespace Madang.Tests.Servers;

/// <summary>The program itself as a process of its own, with its private PostgreSQL: what `kill -9` and power cuts meet.</summary>
internal sealed partial class MadangProgram : IAsyncDisposable
{
    private static readonly string Program = Path.Join(AppContext.BaseDirectory, "madang");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("madang-program-");
    private WatchedProcess? _process;
    private int _starts;

    public MadangProgram()
    {
        // PostgreSQL's own user must be able to enter.
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);
    }

    /// <summary>The data folder, which a restart finds again.</summary>
    public string Folder => Path.Join(_folder.FullName, "data");

    public Uri Address { get; private set; } = null!;

    /// <summary>The process of the private PostgreSQL.</summary>
    public int? DatabasePid => File.Exists(PidFile) && int.TryParse(File.ReadLines(PidFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var pid) ? pid : null;

    private string PidFile => Path.Join(Folder, "postgres", "postmaster.pid");

    /// <summary>Starts it, or starts it again on the same data.</summary>
    /// <param name="settings">More of the command line: <c>--key=value</c>.</param>
    public async Task StartAsync(params string[] settings)
    {
        var log = Path.Join(_folder.FullName, $"output-{++_starts}.log");
        var process = _process = await WatchedProcess.Start(log, Program, ["--urls=http://127.0.0.1:0", $"--Data:Folder={Folder}", .. settings]);
        var greeting = await Answers.EventuallyAsync(() => Task.FromResult(process.Output), output => RunsAt().IsMatch(output), seconds: 60);
        Address = new Uri(RunsAt().Match(greeting).Groups["address"].Value);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        await _process!.DisposeAsync();
        _process = null;
    }

    /// <summary>kill -9 of the PostgreSQL that it started.</summary>
    public void KillDatabase() => Process.GetProcessById(DatabasePid!.Value).Kill();

    /// <summary>A key from the command line, as an operator makes it beside the running server.</summary>
    public async Task<string> NewKeyAsync()
    {
        var start = new ProcessStartInfo(
            Program, ["keys", "create", "--name", "test", "--scope", "images:write", "--scope", "images:read", $"--Data:Folder={Folder}"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var command = Process.Start(start)!;
        var key = (await command.StandardOutput.ReadToEndAsync()).Trim();
        await command.WaitForExitAsync();
        return key.StartsWith("mdg_", StringComparison.Ordinal) ? key : throw new Xunit.Sdk.XunitException($"no key: {key}");
    }

    public HttpClient Client(string? key = null)
    {
        var client = new HttpClient { BaseAddress = Address };
        if (key is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public static bool IsAlive(int pid) => Directory.Exists($"/proc/{pid}") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        var database = DatabasePid;
        if (_process is not null)
            await KillAsync();
        if (database is { } pid)
            await Answers.EventuallyAsync(() => Task.FromResult(Gone(pid)), gone => gone);
        _folder.Delete(recursive: true);
    }

    /// <summary>Whether a process has ended.</summary>
    public static bool Gone(int pid)
    {
        try
        {
            return !IsAlive(pid);
        }
        catch (IOException)
        {
            return true; // ended while we looked
        }
    }

    [GeneratedRegex(@"(?<address>http://127\.0\.0\.1:\d+)/sign-in/", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RunsAt();
}
