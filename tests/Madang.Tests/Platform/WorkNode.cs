using System.Collections.Concurrent;
using Madang.Platform.Data;
using Madang.Platform.Live;
using Madang.Platform.Work;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Xunit;

namespace Madang.Tests.Platform;

/// <summary>
/// A node without a web server: queue, worker and live topics on a database of the test's own, with a manual clock. Nothing runs
/// by itself until <see cref="StartAsync"/>; before, tests call <see cref="RunDue"/>.
/// </summary>
internal sealed class WorkNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly List<IHostedService> _started = [];

    public WorkNode(string connection, ManualClock clock, Action<IServiceCollection>? configure = null)
    {
        Clock = clock;
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(Log).SetMinimumLevel(LogLevel.Information));
        services.AddMetrics();
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton<IHostApplicationLifetime>(Lifetime);
        services.AddSingleton(_ => NpgsqlDataSource.Create(connection));
        services.AddSingleton<Broadcast>();
        services.AddWorker();
        services.AddSingleton<LiveTopics>();
        services.AddSingleton(this);
        configure?.Invoke(services);
        _services = services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
    }

    public ManualClock Clock { get; }

    public CapturedLog Log { get; } = new();

    public StoppableLifetime Lifetime { get; } = new();

    public NpgsqlDataSource Database => Get<NpgsqlDataSource>();

    public WorkQueue Queue => Get<WorkQueue>();

    public WorkStore Store => Get<WorkStore>();

    public LiveTopics Live => Get<LiveTopics>();

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public Task<int> RunDue(CancellationToken ct = default) => Get<Worker>().RunDue(ct);

    public Task<long?> Enqueue<T>(string kind, T payload, string? key = null, DateTimeOffset? runAt = null) =>
        Database.InTransaction(tx => Queue.Enqueue(tx, kind, payload, key, runAt));

    /// <summary>Claims as a worker does; without settling it is what a killed one leaves behind.</summary>
    public async Task<ClaimedWork?> ClaimOne(string kind) =>
        (await Store.Claim([(Get<WorkKinds>()[kind], 1)], CancellationToken.None)).SingleOrDefault();

    /// <summary>Starts hearing other nodes.</summary>
    public async Task ListenAsync()
    {
        await Get<Broadcast>().StartAsync(CancellationToken.None);
        _started.Add(Get<Broadcast>());
        await Get<Broadcast>().Listening;
    }

    /// <summary>Starts the node's own loop.</summary>
    public async Task StartAsync()
    {
        await ListenAsync();
        var loop = _services.GetServices<IHostedService>().OfType<WorkLoop>().Single();
        await loop.StartAsync(CancellationToken.None);
        _started.Add(loop);
    }

    public async Task StopAsync()
    {
        await Lifetime.StopAsync();
        foreach (var service in _started.AsEnumerable().Reverse())
            await service.StopAsync(CancellationToken.None);
        _started.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _services.DisposeAsync();
    }
}

internal sealed class StoppableLifetime : IHostApplicationLifetime
{
    private readonly CancellationTokenSource _stopping = new();

    public CancellationToken ApplicationStarted => new(canceled: true);

    public CancellationToken ApplicationStopping => _stopping.Token;

    public CancellationToken ApplicationStopped => CancellationToken.None;

    public void StopApplication() => _stopping.Cancel();

    public Task StopAsync() => _stopping.CancelAsync();
}

/// <summary>Everything that is logged, with the values that a structured sink would keep.</summary>
internal sealed class CapturedLog : ILoggerProvider
{
    public ConcurrentQueue<(string Category, LogLevel Level, string Text)> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, Lines);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<(string, LogLevel, string)> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(' ', pairs.Select(pair => $"{pair.Key}={pair.Value}")) : "";
            lines.Enqueue((category, logLevel, $"{formatter(state, exception)} {values} {exception}"));
        }
    }
}

/// <summary>A database of its own for each test of a class.</summary>
public abstract class OnOwnDatabase(TestDatabase database) : IAsyncLifetime
{
    private readonly List<WorkNode> _nodes = [];

    protected string Connection { get; private set; } = "";

    internal ManualClock Clock { get; } = new();

    public async ValueTask InitializeAsync() => Connection = await database.NewDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal WorkNode Node(Action<IServiceCollection>? configure = null, ManualClock? clock = null)
    {
        var node = new WorkNode(Connection, clock ?? Clock, configure);
        _nodes.Add(node);
        return node;
    }
}
