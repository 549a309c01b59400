using System.Text.Json;
using Npgsql;

namespace Madang.Notifications;

/// <summary>Tells members what happened: in the app and by e-mail, by each member's own choice.</summary>
public interface INotifications
{
    /// <summary>
    /// Writes a notification in the caller's transaction: with its commit the bell rings and the mail is on its way. What is still unread with the same
    /// member, kind and subject is brought up to date and moved to the top instead of standing there twice, and is not mailed again within half an hour.
    /// </summary>
    /// <param name="tx">The transaction in which it happened.</param>
    /// <param name="member">Whom to tell.</param>
    /// <param name="kind">The name of a registered <see cref="NotificationKind"/>.</param>
    /// <param name="data">Fills the placeholders of the kind's texts, as a record or anonymous object; kept as JSON and readable by the member, so never a secret.</param>
    /// <param name="subject">What it is about, such as an auction's id; null: never the same as another.</param>
    /// <exception cref="ArgumentException">The kind is not registered.</exception>
    Task Notify(NpgsqlTransaction tx, Guid member, string kind, object data, string? subject = null);

    /// <summary>Tells many members the same. Their rows are locked in the order of their ids, so that two callers cannot wait for each other.</summary>
    /// <param name="tx">The transaction in which it happened.</param>
    /// <param name="members">Whom to tell; who is named twice is told once.</param>
    /// <param name="kind">The name of a registered <see cref="NotificationKind"/>.</param>
    /// <param name="data">Fills the placeholders of the kind's texts.</param>
    /// <param name="subject">What it is about; null: never the same as another.</param>
    /// <exception cref="ArgumentException">The kind is not registered.</exception>
    Task NotifyAll(NpgsqlTransaction tx, IReadOnlyCollection<Guid> members, string kind, object data, string? subject = null);

    /// <summary>All that is kept about a member: every notification, in the language of the request, and what the member chose.</summary>
    /// <param name="member">Who asks.</param>
    /// <param name="ct">Gives up.</param>
    Task<KeptNotifications> Kept(Guid member, CancellationToken ct);

    /// <summary>Deletes all that is kept about a member: notifications, choices and mails that wait.</summary>
    /// <param name="tx">The transaction that deletes the member.</param>
    /// <param name="member">Who leaves.</param>
    Task Forget(NpgsqlTransaction tx, Guid member);
}

/// <summary>What is kept about a member.</summary>
/// <param name="Notifications">Newest first, those too that went by mail alone.</param>
/// <param name="Choices">The ways that the member chose, by kind: <c>inApp</c>, <c>mail</c>.</param>
public sealed record KeptNotifications(IReadOnlyList<KeptNotification> Notifications, IReadOnlyDictionary<string, string[]> Choices);

/// <summary>A notification that is kept.</summary>
/// <param name="Kind">What happened: <c>wallet.charged</c>.</param>
/// <param name="Title">A few words; null for a kind that is told no more.</param>
/// <param name="Text">A sentence or two; null for a kind that is told no more.</param>
/// <param name="Data">What the words were made of.</param>
/// <param name="Times">How often it came while it was unread.</param>
/// <param name="At">When it came the last time.</param>
/// <param name="ReadAt">When it was read; null while it was not.</param>
/// <param name="MailedAt">When it was last given to the mail; null: never.</param>
public sealed record KeptNotification(
    string Kind, string? Title, string? Text, JsonElement Data, int Times, DateTimeOffset At, DateTimeOffset? ReadAt, DateTimeOffset? MailedAt);

/// <summary>Ways by which a notification reaches a member.</summary>
[Flags]
public enum Channels
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The bell and the list.</summary>
    InApp = 1,

    /// <summary>An e-mail.</summary>
    Mail = 2,
}

/// <summary>
/// Something that members are told. Modules register theirs as singletons. The words are in the module's resources: <c>Notify.wallet.charged.Name</c> (in the
/// settings), <c>.Title</c> and <c>.Text</c>, with placeholders such as <c>{Amount}</c> that name members of the data. Numbers are written with separators of
/// thousands, everything else as it is.
/// </summary>
/// <param name="Name">Stable, module first: <c>wallet.charged</c>.</param>
/// <param name="Texts">The marker class of the module's resource files.</param>
/// <param name="Href">The page about it, from the root, maybe with placeholders: <c>/orders/{Order}</c>; null: none.</param>
/// <param name="Channels">The ways that this kind can go.</param>
/// <param name="Mandatory">True: goes by all of them, whatever the member wishes. For what concerns the account's safety.</param>
public sealed record NotificationKind(
    string Name, Type Texts, string? Href = null, Channels Channels = Channels.InApp | Channels.Mail, bool Mandatory = false)
{
    /// <summary>The ways that it goes until the member chooses others; by default all.</summary>
    public Channels Default { get; init; } = Channels;
}
