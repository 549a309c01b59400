using Dapper;
using Madang.Platform.Data;
using Madang.Tests.Host;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(TestDatabase))]

namespace Madang.Tests.Host;

/// <summary>One PostgreSQL for the run, with a migrated template; each test class gets a clone of its own within some tens of milliseconds.</summary>
public sealed class TestDatabase : IAsyncLifetime
{
    private const string Template = "madang_template";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("madang-tests-");
    private readonly SemaphoreSlim _cloning = new(1, 1);
    private PrivateCluster? _cluster;
    private int _clones;

    public async ValueTask InitializeAsync()
    {
        // The server's user must be able to enter.
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);
        var data = new DataFolder(_folder.FullName);
        _cluster = new PrivateCluster(data, TimeProvider.System, NullLogger<PrivateCluster>.Instance);
        await _cluster.StartAsync(join: false, CancellationToken.None);
        Server = PrivateCluster.ConnectionString(data);
        await ExecuteAsync("alter system set fsync = off");
        await ExecuteAsync("select pg_reload_conf()");
        await ExecuteAsync($"create database {Template}");
        await using var app = Madang.Server.Build([$"--ConnectionStrings:Madang={Named(Template)};Pooling=false", $"--Data:Folder={_folder.FullName}"]);
        await app.Services.OpenDatabase(CancellationToken.None);
    }

    /// <summary>The connection string of the server's own database.</summary>
    public string Server { get; private set; } = "";

    /// <summary>Makes an empty, migrated database and returns its connection string.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var name = $"t{Interlocked.Increment(ref _clones)}";
        // Two clones at once would find the template in use.
        await _cloning.WaitAsync();
        try
        {
            await ExecuteAsync($"create database {name} template {Template}");
        }
        finally
        {
            _cloning.Release();
        }
        return Named(name);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private string Named(string database) =>
        new NpgsqlConnectionStringBuilder(Server) { Database = database, MaxPoolSize = 20, ConnectionIdleLifetime = 5, ConnectionPruningInterval = 2 }.ConnectionString;

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Server) { Pooling = false }.ConnectionString);
        await connection.ExecuteAsync(sql);
    }
}
