using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Madang.Platform.Data;

/// <summary>
/// Short messages to all nodes, by PostgreSQL's LISTEN/NOTIFY over one connection a node. A message sent in a transaction
/// leaves with its commit. Delivery is at most once: after an outage subscribers are told that they may have missed some.
/// </summary>
public sealed partial class Broadcast(NpgsqlDataSource source, TimeProvider time, ILogger<Broadcast> log) : BackgroundService
{
    /// <summary>The most that a payload may hold, in UTF-8 bytes (PostgreSQL's limit is 8000 with the channel's name).</summary>
    public const int MaxPayloadBytes = 7000;

    private const string Channel = "madang";

    private readonly ConcurrentDictionary<Subscription, byte> _subscriptions = new();
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when this node hears messages for the first time.</summary>
    public Task Listening => _listening.Task;

    /// <summary>Sends to every node, this one included.</summary>
    /// <param name="channel">The subject, such as <c>images.changed</c>; no colon.</param>
    /// <param name="payload">At most <see cref="MaxPayloadBytes"/> in UTF-8.</param>
    /// <param name="transaction">When given, the message leaves with its commit and not at all on rollback.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task Send(string channel, string payload, NpgsqlTransaction? transaction = null, CancellationToken cancellation = default)
    {
        var sql = $"select {Notify("$1", "$2")}";
        await using var command = transaction is null ? source.CreateCommand(sql) : new NpgsqlCommand(sql, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = channel });
        command.Parameters.Add(new() { Value = payload });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>SQL that sends with the commit of the statement that it stands in: for what is written and told by one.</summary>
    /// <param name="channel">SQL that gives the subject.</param>
    /// <param name="payload">SQL that gives the payload.</param>
    internal static string Notify(string channel, string payload) => $"pg_notify('{Channel}', {channel}::text || ':' || {payload}::text)";

    /// <summary>Calls <paramref name="onMessage"/> for each message of a channel until disposed. Handlers must be quick and must not throw.</summary>
    /// <param name="channel">The subject.</param>
    /// <param name="onMessage">Receives the payload.</param>
    /// <param name="onReconnected">Called after an outage: messages may have been missed, so drop what they would have invalidated.</param>
    public IDisposable Subscribe(string channel, Action<string> onMessage, Action? onReconnected = null)
    {
        var subscription = new Subscription(channel, onMessage, onReconnected, _subscriptions);
        _subscriptions[subscription] = 0;
        return subscription;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var delay = TimeSpan.Zero;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(() => delay = TimeSpan.Zero, stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                LogLost(log, error.Message);
                delay = TimeSpan.FromMilliseconds(Math.Clamp(delay.TotalMilliseconds * 2, 50, 2000));
                await Task.Delay(delay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(Action connected, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        connection.Notification += (_, message) => Dispatch(message.Payload);
        await using (var listen = new NpgsqlCommand($"listen {Channel}", connection))
            await listen.ExecuteNonQueryAsync(cancellation);
        connected();
        if (!_listening.TrySetResult())
            foreach (var subscription in _subscriptions.Keys)
                Guarded(() => subscription.OnReconnected?.Invoke());
        while (true)
        {
            // The round trip finds a connection that died without a word (a firewall, a stalled machine).
            if (!await connection.WaitAsync(TimeSpan.FromSeconds(15), cancellation))
                await using (var ping = new NpgsqlCommand("select 1", connection))
                    await ping.ExecuteNonQueryAsync(cancellation);
        }
    }

    private void Dispatch(string message)
    {
        var colon = message.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return;
        var channel = message.AsSpan(0, colon);
        foreach (var subscription in _subscriptions.Keys)
            if (channel.SequenceEqual(subscription.Channel))
                Guarded(() => subscription.OnMessage(message[(colon + 1)..]));
    }

    // One subscriber's bug must not cost the others their messages.
    private void Guarded(Action handler)
    {
        try
        {
            handler();
        }
        catch (Exception error)
        {
            LogHandlerFailed(log, error);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lost the connection that hears other nodes: {Reason}")]
    private static partial void LogLost(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A broadcast handler failed")]
    private static partial void LogHandlerFailed(ILogger log, Exception error);

    private sealed record Subscription(
        string Channel, Action<string> OnMessage, Action? OnReconnected, ConcurrentDictionary<Subscription, byte> All) : IDisposable
    {
        public void Dispose() => All.TryRemove(this, out _);

        public bool Equals(Subscription? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }
}
