using Dapper;
using Madang.Notifications.Domain;
using Madang.Notifications.Storage;
using Madang.Platform.Data;
using Madang.Platform.Live;
using Madang.Platform.Work;
using Npgsql;

namespace Madang.Notifications.Features;

/// <summary>The job that tells members' open pages. A job and not a part of the caller's transaction, which would hold the member's topic locked until it ends.</summary>
/// <param name="Members">Whose bells.</param>
internal sealed record RingBell(IReadOnlyList<Guid> Members)
{
    public const string Kind = "notifications.ring";
}

/// <summary>What a member's bell shows, in both languages: one member may look in two.</summary>
/// <param name="Unread">How many are unread.</param>
/// <param name="Newest">The newest unread ones, at most three.</param>
public sealed record BellState(int Unread, IReadOnlyList<BellItem> Newest);

/// <summary>A notification that a bell shows in passing.</summary>
/// <param name="Id">The notification.</param>
/// <param name="At">When it came, or came again.</param>
/// <param name="Href">Where it leads; null: nowhere.</param>
/// <param name="Title">Its title by language.</param>
/// <param name="Text">Its text by language.</param>
public sealed record BellItem(Guid Id, DateTimeOffset At, string? Href, IReadOnlyDictionary<string, string> Title, IReadOnlyDictionary<string, string> Text);

internal sealed class RingBellHandler(Bells bells) : IWorkHandler<RingBell>
{
    public async Task Handle(RingBell payload, WorkContext context, CancellationToken ct)
    {
        foreach (var member in payload.Members)
            await bells.Ring(member, ct);
    }
}

/// <summary>Publishes what bells show.</summary>
internal sealed class Bells(NpgsqlDataSource database, LiveTopics live, NotificationKinds kinds, Wordings wordings)
{
    /// <summary>A stream ends then and the browser comes back: one whose session was ended is refused by that time.</summary>
    public static readonly TimeSpan LongestWatch = TimeSpan.FromMinutes(2);

    public static string Topic(Guid member) => $"notifications/{member:N}";

    public Task Ring(Guid member, CancellationToken ct) => database.InTransaction(async tx =>
    {
        // One at a time for each member: what was read first must not be published last.
        await tx.Connection!.ExecuteAsync("select pg_advisory_xact_lock(hashtextextended(@topic, 0))", new { topic = Topic(member) }, tx);
        var unread = await NotificationStore.CountAsync(tx.Connection!, member, kinds.Names, ct);
        var newest = await NotificationStore.NewestUnreadAsync(tx.Connection!, member, kinds.Names, count: 3, ct);
        await live.Publish(Topic(member), new BellState(unread, [.. newest.Select(Item)]), tx, ct);
    }, ct);

    private BellItem Item(NotificationRow row)
    {
        var (korean, english) = (wordings.Of(row, "ko"), wordings.Of(row, "en"));
        return new(
            row.Id, row.CreatedAt, korean.Href,
            new Dictionary<string, string> { ["ko"] = korean.Title, ["en"] = english.Title },
            new Dictionary<string, string> { ["ko"] = korean.Text, ["en"] = english.Text });
    }
}
