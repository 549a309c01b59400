namespace Madang.Tests.Servers;

/// <summary>A door to the Swift server that a test may shut, open again and freeze without disturbing others.</summary>
public sealed class SwiftProxy : IAsyncDisposable
{
    private const string Pipeline = """
        [pipeline:main]
        pipeline = catch_errors proxy-logging cache listing_formats s3api tempauth copy slo dlo versioned_writes symlink proxy-logging proxy-server
        [app:proxy-server]
        use = egg:swift#proxy
        account_autocreate = true
        [filter:catch_errors]
        use = egg:swift#catch_errors
        [filter:proxy-logging]
        use = egg:swift#proxy_logging
        [filter:listing_formats]
        use = egg:swift#listing_formats
        [filter:s3api]
        use = egg:swift#s3api
        [filter:tempauth]
        use = egg:swift#tempauth
        user_test_tester = testing .admin
        [filter:copy]
        use = egg:swift#copy
        [filter:slo]
        use = egg:swift#slo
        [filter:dlo]
        use = egg:swift#dlo
        [filter:versioned_writes]
        use = egg:swift#versioned_writes
        [filter:symlink]
        use = egg:swift#symlink
        [filter:cache]
        use = egg:swift#memcache
        """;

    private readonly SwiftFolder folder;
    private readonly string configuration;
    private readonly int port;
    private WatchedProcess? process;

    internal SwiftProxy(SwiftFolder folder, int port, int memcached)
    {
        (this.folder, this.port) = (folder, port);
        configuration = folder.Configure("proxy", port, $"{Pipeline}\nmemcache_servers = 127.0.0.1:{memcached}\n");
    }

    public string Endpoint => $"http://127.0.0.1:{port}";

    /// <summary>Starts it, or starts it again on the same address.</summary>
    public async Task Start()
    {
        process ??= await WatchedProcess.Start(Path.Join(folder.Path, $"proxy-{port}.log"), "swift-proxy-server", configuration);
        await LocalPorts.Answer(port, process);
    }

    /// <summary>Connections break, new ones are refused.</summary>
    public async Task Stop()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
            process = null;
        }
    }

    /// <summary>Connections stay open, nothing is answered.</summary>
    public Task Freeze() => process!.Freeze();

    public Task Thaw() => process!.Thaw();

    public async ValueTask DisposeAsync() => await Stop();
}
