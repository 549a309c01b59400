using Dapper;
using Madang.Platform.Work;
using Npgsql;

namespace Madang.Notifications.Features;

/// <summary>Deletes what nobody needs any more: mails past their use (with their codes) that no job came to, and old notifications.</summary>
internal sealed class Sweep(NpgsqlDataSource database, TimeProvider time) : IWorkHandler<Sweep.Everything>
{
    public const string Kind = "notifications.sweep";

    private static readonly TimeSpan KeepRead = TimeSpan.FromDays(90);
    private static readonly TimeSpan KeepUnread = TimeSpan.FromDays(365);

    public async Task Handle(Everything payload, WorkContext context, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from notifications.mail where expires_at < @now;
            delete from notifications.notification where created_at < @read and (read_at is not null or created_at < @unread);
            """, new { now, read = now - KeepRead, unread = now - KeepUnread }, cancellationToken: ct));
    }

    internal sealed record Everything;
}
