namespace Madang.Notifications.Storage;

/// <summary>A notification as it is listed.</summary>
internal sealed class NotificationRow
{
    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    /// <summary>JSON.</summary>
    public required string Data { get; init; }

    public required int Times { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ReadAt { get; init; }

    /// <summary>Set where all of a member's are read.</summary>
    public DateTimeOffset? MailedAt { get; init; }
}

/// <summary>A mail that waits: about a notification (with what that is about), or a letter of its own.</summary>
internal sealed class MailRow
{
    public required Guid Id { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whose notification; null for a letter.</summary>
    public Guid? Member { get; init; }

    public string? Kind { get; init; }

    public string? Address { get; init; }

    public string? Language { get; init; }

    public string? Template { get; init; }

    /// <summary>JSON, of either.</summary>
    public required string Data { get; init; }
}
