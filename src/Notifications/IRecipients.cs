namespace Madang.Notifications;

/// <summary>Knows where members are reached. This module knows them by id only; who keeps members implements this.</summary>
public interface IRecipients
{
    /// <summary>Finds a member; null when there is none, or one who left. Asked when a mail is sent, not when it is written.</summary>
    /// <param name="member">The member's id.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<Recipient?> Find(Guid member, CancellationToken cancellation);
}

/// <summary>Where a member is reached.</summary>
/// <param name="Member">The member's id.</param>
/// <param name="Name">How to address the member.</param>
/// <param name="Email">Null: no mail.</param>
/// <param name="Language"><c>ko</c> or <c>en</c>.</param>
public sealed record Recipient(Guid Member, string Name, string? Email, string Language);

/// <summary>As long as nobody keeps members, notifications are in the app only.</summary>
internal sealed class NoRecipients : IRecipients
{
    public Task<Recipient?> Find(Guid member, CancellationToken cancellation) => Task.FromResult<Recipient?>(null);
}
