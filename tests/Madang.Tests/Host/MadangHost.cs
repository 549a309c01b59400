using System.Net.Http.Headers;
using Dapper;
using Madang.Accounts;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Host;

/// <summary>
/// The real host on a database and a data folder of its own. As a class fixture it serves a whole test class; a test that needs other
/// settings, a second node or a real port makes another with <see cref="NodeAsync"/>.
/// </summary>
public class MadangHost(TestDatabase database) : IAsyncLifetime
{
    private readonly List<Node> _nodes = [];
    private string _connection = "";

    /// <summary>The first node.</summary>
    public Node First => _nodes[0];

    /// <summary>The connection string of this host's database.</summary>
    public string Database => _connection;

    /// <summary>Settings that every node of this host has.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string>> Settings => [];

    /// <summary>Services that every node of this host has in the place of others.</summary>
    public virtual Action<IServiceCollection>? Services => null;

    /// <summary>The first node's port (0: any); null for the in-memory server.</summary>
    protected virtual int? Port => null;

    public virtual async ValueTask InitializeAsync()
    {
        _connection = await database.NewDatabaseAsync();
        await NodeAsync(port: Port);
    }

    /// <summary>Starts one more node on the same database, with a data folder of its own.</summary>
    /// <param name="settings">Beside the host's own settings.</param>
    /// <param name="port">A real port (0: any) for browsers and load; null for the in-memory server.</param>
    /// <param name="configure">Puts something of the test's own in the place of a service.</param>
    public Task<Node> NodeAsync(
        IEnumerable<KeyValuePair<string, string>>? settings = null, int? port = null, Action<IServiceCollection>? configure = null)
    {
        var node = new Node(_connection, [.. Settings, .. settings ?? []], port, Services + configure);
        _nodes.Add(node);
        _ = node.Services;
        return Task.FromResult(node);
    }

    /// <summary>A client without credentials.</summary>
    public HttpClient Stranger() => First.Stranger();

    /// <summary>A client with a new API key.</summary>
    /// <param name="scopes">What the key may do.</param>
    public Task<HttpClient> ProgramAsync(params string[] scopes) => First.ProgramAsync(scopes);

    /// <summary>Runs SQL on the host's database, to look or to break something on purpose.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, object? arguments = null)
    {
        await using var connection = new NpgsqlConnection(_connection);
        return await connection.ExecuteScalarAsync<T>(sql, arguments);
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>One running node.</summary>
public sealed class Node : IAsyncDisposable
{
    private readonly Factory _factory;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("madang-node-");
    private readonly bool _real;

    public Node(string connection, IReadOnlyList<KeyValuePair<string, string>> settings, int? port, Action<IServiceCollection>? configure = null)
    {
        _factory = new Factory([new("ConnectionStrings:Madang", connection), new("Data:Folder", _folder.FullName), .. settings], Clock, configure);
        _real = port is not null;
        if (port is { } asked)
        {
            _factory.UseKestrel(asked);
            _factory.StartServer();
        }
    }

    /// <summary>The node's clock: it runs with the real one and can be put forward.</summary>
    public TestClock Clock { get; } = new();

    public IServiceProvider Services => _factory.Services;

    /// <summary>The node's data folder.</summary>
    public string Folder => _folder.FullName;

    /// <summary>The real address, when the node has a port.</summary>
    public Uri Address => _factory.ClientOptions.BaseAddress;

    public HttpClient Stranger()
    {
        if (!_real)
            return _factory.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        return new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = System.Net.DecompressionMethods.None }) { BaseAddress = Address };
    }

    public async Task<HttpClient> ProgramAsync(params string[] scopes)
    {
        var client = Stranger();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await NewKeyAsync(scopes));
        return client;
    }

    public async Task<string> NewKeyAsync(params string[] scopes) =>
        (await Services.GetRequiredService<IOperatorAccess>().CreateKey("test", scopes, CancellationToken.None)).Value.Key;

    public async ValueTask DisposeAsync()
    {
        await _factory.DisposeAsync();
        if (Directory.Exists(Folder))
            _folder.Delete(recursive: true);
    }

    private sealed class Factory(IReadOnlyList<KeyValuePair<string, string>> settings, TimeProvider clock, Action<IServiceCollection>? configure)
        : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            foreach (var (key, value) in settings)
                builder.UseSetting(key, value);
            builder.UseSetting("Logging:LogLevel:Default", "Warning");
            // The in-memory server has no limits of a body's size, and says so at every request that has one.
            builder.UseSetting("Logging:LogLevel:Microsoft.AspNetCore.Routing.EndpointRoutingMiddleware", "Error");
            builder.ConfigureServices(services => services.AddSingleton(clock));
            if (configure is not null)
                builder.ConfigureServices(configure);
        }
    }
}
