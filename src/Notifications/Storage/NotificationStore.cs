using Dapper;
using Madang.Platform.Web;
using Npgsql;

namespace Madang.Notifications.Storage;

/// <summary>Reads and marks notifications. Every statement names the member, so that nobody comes near another's.</summary>
internal sealed class NotificationStore(NpgsqlDataSource database, TimeProvider time)
{
    private const string Columns = "id, kind, data::text as data, times, created_at, read_at";

    /// <summary>How many are unread.</summary>
    public async Task<int> CountAsync(Guid member, string[] kinds, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await CountAsync(connection, member, kinds, ct);
    }

    /// <summary>How many are unread, as the connection's transaction sees it.</summary>
    public static Task<int> CountAsync(NpgsqlConnection connection, Guid member, string[] kinds, CancellationToken ct) =>
        connection.ExecuteScalarAsync<int>(new CommandDefinition(
            "select count(*)::int from notifications.notification where member = @member and read_at is null and in_app and kind = any(@kinds)",
            new { member, kinds }, cancellationToken: ct));

    /// <summary>The newest that are unread.</summary>
    public static async Task<IReadOnlyList<NotificationRow>> NewestUnreadAsync(NpgsqlConnection connection, Guid member, string[] kinds, int count, CancellationToken ct) =>
        (await connection.QueryAsync<NotificationRow>(new CommandDefinition(
            $"""
            select {Columns} from notifications.notification
            where member = @member and read_at is null and in_app and kind = any(@kinds)
            order by created_at desc, id desc limit @count
            """, new { member, kinds, count }, cancellationToken: ct))).AsList();

    /// <summary>A page of them, newest first.</summary>
    public async Task<IReadOnlyList<NotificationRow>> ListAsync(Guid member, string[] kinds, Cursor? after, bool unreadOnly, int limit, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<NotificationRow>(new CommandDefinition(
            $"""
            select {Columns} from notifications.notification
            where member = @member and in_app and kind = any(@kinds) and (not @unreadOnly or read_at is null)
              and (@at::timestamptz is null or (created_at, id) < (@at, @id))
            order by created_at desc, id desc limit @limit
            """,
            new { member, kinds, unreadOnly, limit, at = after?.At, id = after?.Id }, cancellationToken: ct))).AsList();
    }

    /// <summary>Every one, of kinds too that are told no more, newest first; and the choices.</summary>
    public async Task<(IReadOnlyList<NotificationRow> Rows, IReadOnlyDictionary<string, string[]> Choices)> AllAsync(Guid member, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        var rows = (await connection.QueryAsync<NotificationRow>(new CommandDefinition(
            $"select {Columns}, mailed_at from notifications.notification where member = @member order by created_at desc, id desc",
            new { member }, cancellationToken: ct))).AsList();
        var choices = await connection.QueryAsync<(string Kind, string[] Channels)>(new CommandDefinition(
            "select kind, channels from notifications.preference where member = @member order by kind", new { member }, cancellationToken: ct));
        return (rows, choices.ToDictionary(choice => choice.Kind, choice => choice.Channels, StringComparer.Ordinal));
    }

    /// <summary>Marks one as read; repeating it changes nothing. False when the member has no such notification.</summary>
    public async Task<bool> ReadAsync(Guid member, Guid id, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(
            "update notifications.notification set read_at = coalesce(read_at, @now) where member = @member and id = @id and in_app",
            new { member, id, now = time.GetUtcNow() }, cancellationToken: ct)) == 1;
    }

    /// <summary>Marks as read all that came until then.</summary>
    public async Task ReadAllAsync(Guid member, DateTimeOffset? until, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update notifications.notification set read_at = @now
            where member = @member and read_at is null and in_app and created_at <= coalesce(@until, 'infinity')
            """, new { member, now = time.GetUtcNow(), until }, cancellationToken: ct));
    }
}
