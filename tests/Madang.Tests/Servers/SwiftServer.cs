using Amazon.Runtime;
using Amazon.S3;
using Madang.Tests.Servers;

[assembly: AssemblyFixture(typeof(SwiftLifetime))]

namespace Madang.Tests.Servers;

/// <summary>
/// A real S3 service: Debian's OpenStack Swift on loopback ports in a folder of its own. One serves all tests of the
/// process; it is started when the first test asks, and gone when the process is.
/// </summary>
public sealed class SwiftServer : IAsyncDisposable
{
    public const string AccessKey = "test:tester";
    public const string SecretKey = "testing";

    private static readonly string[] Programs =
        ["memcached", "swift-account-server", "swift-container-server", "swift-object-server", "swift-proxy-server"];

    private static readonly Lazy<Task<SwiftServer>> Running = new(Start);

    private readonly List<WatchedProcess> servers = [];
    private readonly SwiftFolder folder = SwiftFolder.Create();
    private SwiftProxy proxy = null!;
    private int memcached;
    private int buckets;

    private SwiftServer()
    {
    }

    public static Task<SwiftServer> Shared => Running.Value;

    public string Endpoint => proxy.Endpoint;

    /// <summary>The server if a test has asked for it.</summary>
    internal static Task<SwiftServer>? Started => Running.IsValueCreated ? Running.Value : null;

    /// <summary>The configuration that makes a host use an empty bucket of this server.</summary>
    /// <param name="through">A door of one's own, for tests of outages.</param>
    public async Task<Dictionary<string, string?>> Settings(SwiftProxy? through = null) => new()
    {
        ["Blobs:Store"] = "s3",
        ["Blobs:S3:Endpoint"] = (through ?? proxy).Endpoint,
        ["Blobs:S3:Bucket"] = await NewBucket(),
        ["Blobs:S3:AccessKey"] = AccessKey,
        ["Blobs:S3:SecretKey"] = SecretKey,
    };

    public async Task<string> NewBucket()
    {
        var name = $"madang-{Interlocked.Increment(ref buckets)}";
        using var client = Client();
        await client.PutBucketAsync(name);
        return name;
    }

    /// <summary>A second door to the same data, which a test may shut. Dispose it.</summary>
    public async Task<SwiftProxy> StartProxy()
    {
        var door = new SwiftProxy(folder, LocalPorts.Free(1)[0], memcached);
        await door.Start();
        return door;
    }

    /// <summary>A plain client, to look into a bucket from outside.</summary>
    public AmazonS3Client Client() => new(new BasicAWSCredentials(AccessKey, SecretKey), new AmazonS3Config
    {
        ServiceURL = Endpoint,
        AuthenticationRegion = "us-east-1",
        ForcePathStyle = true,
    });

    public async ValueTask DisposeAsync()
    {
        await proxy.DisposeAsync();
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        folder.Dispose();
    }

    private static async Task<SwiftServer> Start()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (Programs.FirstOrDefault(program => !path.Any(folder => File.Exists(Path.Join(folder, program)))) is { } missing)
        {
            throw new InvalidOperationException(
                $"{missing} is not installed. Type: sudo apt-get install --no-install-recommends swift swift-proxy swift-account swift-container swift-object memcached");
        }

        var server = new SwiftServer();
        await server.Run();
        return server;
    }

    private async Task Run()
    {
        var ports = LocalPorts.Free(5);
        memcached = ports[3];
        await folder.MakeRings(ports[..3]);
        servers.Add(await WatchedProcess.Start(
            Path.Join(folder.Path, "memcached.log"), "memcached", "-u", Environment.UserName, "-l", "127.0.0.1", "-p", $"{memcached}", "-m", "16"));
        foreach (var (name, port) in new[] { "account", "container", "object" }.Zip(ports))
        {
            servers.Add(await WatchedProcess.Start(
                Path.Join(folder.Path, $"{name}.log"), $"swift-{name}-server", folder.Configure(name, port, Backend(name))));
        }

        proxy = new SwiftProxy(folder, ports[4], memcached);
        await proxy.Start();
        foreach (var (port, server) in new[] { memcached, ports[0], ports[1], ports[2] }.Zip(servers))
        {
            await LocalPorts.Answer(port, server);
        }
    }

    // A busy machine must not make listings lag behind: by default an object server waits a second for the container's.
    private static string Backend(string name) => $"""
        [pipeline:main]
        pipeline = {name}-server
        [app:{name}-server]
        use = egg:swift#{name}
        container_update_timeout = 30
        """;
}

/// <summary>Stops the shared server after the last test.</summary>
public sealed class SwiftLifetime : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        if (SwiftServer.Started is { IsCompletedSuccessfully: true } started)
        {
            await (await started).DisposeAsync();
        }
    }
}
