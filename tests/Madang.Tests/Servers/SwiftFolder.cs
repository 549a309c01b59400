using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Madang.Tests.Servers;

/// <summary>The folder of one Swift: its rings, its configuration, its only device, its logs.</summary>
internal sealed partial class SwiftFolder : IDisposable
{
    private const string Prefix = "madang-swift-";

    private const string RingScript = """
        import sys
        from swift.common.ring import RingBuilder
        folder = sys.argv[1]
        for name, port in zip(('account', 'container', 'object'), sys.argv[2:]):
            ring = RingBuilder(4, 1, 0)
            ring.add_dev({'region': 1, 'zone': 1, 'device': 'device', 'weight': 1.0, 'ip': '127.0.0.1', 'port': int(port),
                          'replication_ip': '127.0.0.1', 'replication_port': int(port)})
            ring.rebalance()
            ring.get_ring().save(f'{folder}/{name}.ring.gz')
        """;

    private SwiftFolder(string path) => Path = path;

    public string Path { get; }

    public static SwiftFolder Create()
    {
        string[] candidates = [System.IO.Path.GetTempPath(), "/var/tmp", AppContext.BaseDirectory];
        var parent = candidates.FirstOrDefault(KeepsAttributes)
            ?? throw new InvalidOperationException(
                $"OpenStack Swift keeps its records in extended attributes, which none of {string.Join(", ", candidates)} supports.");
        SweepLeftovers(parent);
        var path = System.IO.Path.Join(parent, Prefix + Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(System.IO.Path.Join(path, "device"));
        return new SwiftFolder(path);
    }

    public async Task MakeRings(params int[] ports)
    {
        // Debian's own Python: Swift is not installed for any other on the PATH.
        var start = new ProcessStartInfo("/usr/bin/python3") { UseShellExecute = false, RedirectStandardError = true };
        foreach (var argument in (string[])["-W", "ignore", "-c", RingScript, Path, .. ports.Select(port => $"{port}")])
        {
            start.ArgumentList.Add(argument);
        }

        using var python = Process.Start(start)!;
        var errors = await python.StandardError.ReadToEndAsync();
        await python.WaitForExitAsync();
        if (python.ExitCode != 0)
        {
            throw new InvalidOperationException($"Swift's rings could not be made: {errors}");
        }
    }

    /// <summary>Writes a configuration, and gives its path.</summary>
    public string Configure(string name, int port, string rest)
    {
        var file = System.IO.Path.Join(Path, $"{name}-{port}.conf");
        File.WriteAllText(file, $"""
            [DEFAULT]
            bind_ip = 127.0.0.1
            bind_port = {port}
            user = {Environment.UserName}
            swift_dir = {Path}
            devices = {Path}
            mount_check = false
            disable_fallocate = true
            workers = 0
            log_name = {name}
            log_level = ERROR
            log_udp_host = 127.0.0.1
            log_udp_port = 9

            {rest}
            """);
        return file;
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    private static void SweepLeftovers(string parent)
    {
        foreach (var left in Directory.EnumerateDirectories(parent, Prefix + "*"))
        {
            if (!Directory.Exists($"/proc/{left[(left.LastIndexOf('-') + 1)..]}"))
            {
                Directory.Delete(left, recursive: true);
            }
        }
    }

    private static bool KeepsAttributes(string folder)
    {
        var probe = System.IO.Path.Join(folder, $"madang-xattr-{Guid.CreateVersion7():n}");
        try
        {
            File.WriteAllBytes(probe, []);
            return SetAttribute(probe, "user.madang", [1], 1, 0) == 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        finally
        {
            File.Delete(probe);
        }
    }

    [LibraryImport("libc", EntryPoint = "setxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetAttribute(string path, string name, byte[] value, nint size, int flags);
}
