using Dapper;
using Madang.Platform.Web;
using Npgsql;

namespace Madang.Wallet.Storage;

/// <summary>A webhook as it is kept.</summary>
internal sealed class EventRow
{
    public required Guid Id { get; init; }

    public required string Provider { get; init; }

    public required string EventId { get; init; }

    public required string Type { get; init; }

    public required Guid ChargeId { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public DateTimeOffset? ProcessedAt { get; init; }

    public string? Outcome { get; init; }

    public required string Payload { get; init; }
}

/// <summary>What providers told us.</summary>
internal sealed class EventStore(NpgsqlDataSource source)
{
    /// <summary>False: it was told before.</summary>
    public static async Task<bool> InsertAsync(Guid id, string provider, ProviderEvent told, string payload, DateTimeOffset now, NpgsqlTransaction tx) =>
        await tx.Connection!.ExecuteAsync(
            """
            insert into wallet.event (id, provider, event_id, type, charge_id, payload, received_at)
            values (@id, @provider, @EventId, @Type, @Order, @payload, @now) on conflict (provider, event_id) do nothing
            """, new { id, provider, EventId = told.Id, told.Type, told.Order, payload, now }, tx) == 1;

    public static Task<int> CountAsync(Guid charge, NpgsqlTransaction tx) =>
        tx.Connection!.ExecuteScalarAsync<int>("select count(*) from wallet.event where charge_id = @charge", new { charge }, tx);

    public static Task SetProcessedAsync(Guid id, string outcome, DateTimeOffset now, NpgsqlTransaction tx) =>
        tx.Connection!.ExecuteAsync("update wallet.event set processed_at = @now, outcome = @outcome where id = @id", new { id, outcome, now }, tx);

    public async Task<IReadOnlyList<EventRow>> ListAsync(Cursor? after, int limit, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<EventRow>(new CommandDefinition(
            """
            select id, provider, event_id, type, charge_id, received_at, processed_at, outcome, payload from wallet.event
            where @Id::uuid is null or id < @Id order by id desc limit @limit
            """, new { after?.Id, limit }, cancellationToken: cancellation))).AsList();
    }
}
