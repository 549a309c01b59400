using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Madang.Platform.Data;

/// <summary>
/// A PostgreSQL of our own below the data folder: made on first use, reachable by a Unix socket only, stopped with this
/// process even when it is killed, and started again when it dies.
/// </summary>
internal sealed partial class PrivateCluster : IAsyncDisposable
{
    // The shell between us and PostgreSQL stops it when our end of its standard input closes, which a kill -9 of this process
    // does too. `setsid` keeps Ctrl-C in a terminal from stopping the database before the host has shut down.
    private const string Watchdog =
        """
        log=$1; shift
        exec 3<&0
        "$@" </dev/null >>"$log" 2>&1 3<&- & pg=$!
        { read -r _ <&3; kill -INT $pg 2>/dev/null; } >/dev/null & reader=$!
        echo $pg
        wait $pg
        kill $reader 2>/dev/null
        """;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly string _folder;
    private readonly string _sockets;
    private readonly CancellationTokenSource _stopping = new();
    private Process? _watchdog;
    private Task _supervision = Task.CompletedTask;

    public PrivateCluster(DataFolder data, TimeProvider time, ILogger<PrivateCluster> log)
    {
        (_log, _time) = (log, time);
        (_folder, _sockets) = ServerUser.Folders(data);
    }

    /// <summary>Where the cluster of a data folder is reached; known before it runs.</summary>
    public static string ConnectionString(DataFolder data) => new NpgsqlConnectionStringBuilder
    {
        Host = ServerUser.Folders(data).Sockets,
        Username = "postgres",
        Database = "madang",
        MaxPoolSize = 60,
        Timeout = 5,
    }.ConnectionString;

    /// <summary>Makes the cluster when needed and starts it, or joins one that another process of ours runs already.</summary>
    /// <param name="join">True for a command beside a running server: use its PostgreSQL instead of waiting for it to end.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task StartAsync(bool join, CancellationToken cancellation)
    {
        if (!(join && Postmaster() is { Ready: true } running && IsAlive(running.Pid)))
        {
            await CreateAsync(cancellation);
            await LaunchAsync(cancellation);
            _supervision = SuperviseAsync();
        }
        await EnsureDatabaseAsync(cancellation);
    }

    private async Task CreateAsync(CancellationToken cancellation)
    {
        await ServerUser.MakeFolderAsync(_folder, cancellation);
        await ServerUser.MakeFolderAsync(_sockets, cancellation);
        if (File.Exists(Path.Combine(_folder, "PG_VERSION")))
            return;

        LogCreating(_log, _folder);
        await ServerUser.RunAsync(
            [PostgresBinaries.Find("initdb"), "-D", _folder, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"], cancellation);
    }

    private async Task LaunchAsync(CancellationToken cancellation)
    {
        var postgres = PostgresBinaries.Find("postgres");
        var started = _time.GetTimestamp();
        while (true)
        {
            var watchdog = StartWatchdog(postgres);
            var pid = int.Parse(await watchdog.StandardOutput.ReadLineAsync(cancellation) ?? "0");
            while (!watchdog.HasExited && IsAlive(pid))
            {
                // The pid tells ours from an earlier server's that is still shutting down.
                if (Postmaster() is { Ready: true } running && running.Pid == pid)
                {
                    _watchdog = watchdog;
                    return;
                }
                await Task.Delay(TimeSpan.FromMilliseconds(20), _time, cancellation);
            }
            Stop(watchdog);
            if (_time.GetElapsedTime(started) > StartTimeout)
                throw new InvalidOperationException(
                    $"PostgreSQL did not start in {_folder}. Another madang may use this data folder, or see {LogPath}.");
            await Task.Delay(TimeSpan.FromMilliseconds(250), _time, cancellation);
        }
    }

    private Process StartWatchdog(string postgres)
    {
        string[] server =
        [
            postgres, "-D", _folder, "-k", _sockets, "-c", "listen_addresses=", "-c", "unix_socket_permissions=0700",
            "-c", "max_connections=200", "-c", "log_min_messages=warning", "-c", "timezone=UTC", "-c", "jit=off",
        ];
        var start = ServerUser.Command(["setsid"], ["sh", "-c", Watchdog, "sh", LogPath, .. server]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        return Process.Start(start)!;
    }

    private async Task SuperviseAsync()
    {
        while (true)
        {
            await _watchdog!.WaitForExitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopping.IsCancellationRequested)
                return;
            LogDied(_log);
            try
            {
                await LaunchAsync(_stopping.Token);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogRestartFailed(_log, error);
                await Task.Delay(TimeSpan.FromSeconds(5), _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Stops the server when it is ours. May be repeated.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _supervision.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Interlocked.Exchange(ref _watchdog, null) is { } watchdog)
        {
            watchdog.StandardInput.Close();
            await watchdog.WaitForExitAsync();
            watchdog.Dispose();
        }
    }

    private static void Stop(Process watchdog)
    {
        watchdog.StandardInput.Close();
        watchdog.WaitForExit(TimeSpan.FromSeconds(10));
        watchdog.Dispose();
    }

    private async Task EnsureDatabaseAsync(CancellationToken cancellation)
    {
        var maintenance = new NpgsqlConnectionStringBuilder { Host = _sockets, Username = "postgres", Database = "postgres", Pooling = false };
        await using var connection = new NpgsqlConnection(maintenance.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = 'madang'", connection);
        if (await exists.ExecuteScalarAsync(cancellation) is not null)
            return;
        await using var create = new NpgsqlCommand("create database madang", connection);
        await create.ExecuteNonQueryAsync(cancellation);
    }

    private string LogPath => Path.Combine(_folder, "server.log");

    // postmaster.pid: line 1 is the process id, line 8 the status ("ready" when it takes connections).
    private (int Pid, bool Ready)? Postmaster()
    {
        try
        {
            var lines = File.ReadAllLines(Path.Combine(_folder, "postmaster.pid"));
            return lines.Length >= 8 && int.TryParse(lines[0], out var pid) ? (pid, lines[7].Trim() == "ready") : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool IsAlive(int pid) => Directory.Exists($"/proc/{pid}") || (!OperatingSystem.IsLinux() && pid > 0);

    [LoggerMessage(Level = LogLevel.Information, Message = "Making a private PostgreSQL in {Folder}")]
    private static partial void LogCreating(ILogger log, string folder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The private PostgreSQL ended; starting it again")]
    private static partial void LogDied(ILogger log);

    [LoggerMessage(Level = LogLevel.Error, Message = "The private PostgreSQL could not be started again")]
    private static partial void LogRestartFailed(ILogger log, Exception error);
}
