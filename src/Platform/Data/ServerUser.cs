using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Madang.Platform.Data;

/// <summary>
/// Who the private PostgreSQL runs as and where: ourselves in the data folder, or, when we are root (as which PostgreSQL refuses to
/// run), the user <c>postgres</c>, in a place that this user can enter.
/// </summary>
internal static partial class ServerUser
{
    private const string Name = "postgres";

    private static readonly bool WeAreRoot = OperatingSystem.IsLinux() && geteuid() == 0;

    /// <summary>The cluster's folder and the folder of its socket.</summary>
    public static (string Cluster, string Sockets) Folders(DataFolder data)
    {
        var root = data.Path;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(root)))[..12];
        if (WeAreRoot && !OthersMayEnter(root))
            root = $"/var/lib/madang/{hash}";
        // A socket's whole path must fit into 107 bytes.
        var sockets = Path.Combine(root, "postgres-socket");
        return (Path.Combine(root, "postgres"), sockets.Length <= 80 ? sockets : $"/tmp/madang-{hash}");
    }

    /// <summary>Makes a folder that only the server's user may enter, or takes it over.</summary>
    public static async Task MakeFolderAsync(string folder, CancellationToken cancellation)
    {
        if (WeAreRoot)
            await RunAsync(Plain(["install", "-d", "-o", Name, "-g", Name, "-m", "700", folder]), cancellation);
        else
            MakeOwn(folder);
    }

    // Below /tmp somebody else could have been there first, with a folder that all may write to.
    private static void MakeOwn(string folder)
    {
        const UnixFileMode ours = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(folder, ours);
        if (File.GetUnixFileMode(folder) != ours)
            throw new InvalidOperationException($"{folder} must be a folder that only its owner may enter (mode 700). Remove it, or make it so.");
    }

    /// <summary>A command as the server's user.</summary>
    /// <param name="before">Runs the rest, as we: <c>setsid</c>.</param>
    /// <param name="command">The program and its arguments.</param>
    public static ProcessStartInfo Command(string[] before, string[] command) => Plain(
        WeAreRoot ? [.. before, "setpriv", $"--reuid={Name}", $"--regid={Name}", "--init-groups", .. command] : [.. before, .. command]);

    /// <summary>Runs a command as the server's user to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message is its own.</exception>
    public static Task RunAsync(string[] command, CancellationToken cancellation) => RunAsync(Command([], command), cancellation);

    private static async Task RunAsync(ProcessStartInfo start, CancellationToken cancellation)
    {
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = await process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{start.FileName} failed: {errors}{await output}");
    }

    // A working directory that the server's user may not enter is an error to initdb and postgres.
    private static ProcessStartInfo Plain(string[] line) => new(line[0], line[1..]) { WorkingDirectory = "/" };

    private static bool OthersMayEnter(string path)
    {
        for (var folder = new DirectoryInfo(path); folder is not null; folder = folder.Parent)
            if (folder.Exists && !File.GetUnixFileMode(folder.FullName).HasFlag(UnixFileMode.OtherExecute))
                return false;
        return true;
    }

    [LibraryImport("libc")]
    private static partial uint geteuid();
}
