using Npgsql;

namespace Madang.Notifications;

/// <summary>Mails to an address that need not be a member's (yet): codes and links. What concerns a member is for <see cref="INotifications"/>.</summary>
public interface IMails
{
    /// <summary>
    /// Writes a mail in the caller's transaction; with its commit it is on its way, and what it holds is deleted as soon as it is sent or of no more use. Nothing of
    /// it is ever logged or shown to operators.
    /// </summary>
    /// <param name="tx">The transaction that the mail belongs to.</param>
    /// <param name="address">Where to; check it with <see cref="EmailAddress.IsValid"/> first.</param>
    /// <param name="language"><c>ko</c> or <c>en</c>.</param>
    /// <param name="template">The name of a registered <see cref="MailTemplate"/>.</param>
    /// <param name="data">Fills the placeholders. A member named <c>Code</c> is shown in large figures below the text.</param>
    /// <param name="usefulFor">When it could not be sent within this time it is thrown away; a day by default.</param>
    /// <exception cref="ArgumentException">The address is none, or the template is not registered.</exception>
    Task Send(NpgsqlTransaction tx, string address, string language, string template, object data, TimeSpan? usefulFor = null);
}

/// <summary>
/// A mail's words. Modules register theirs as singletons. The words are in the module's resources: <c>Mail.accounts.sign_up.Subject</c>, <c>.Text</c> (a line is a
/// paragraph), and where wanted <c>.Action</c> (what the button to <paramref name="Href"/> says) and <c>.Note</c> (small, at the end).
/// </summary>
/// <param name="Name">Stable, module first: <c>accounts.sign_up</c>.</param>
/// <param name="Texts">The marker class of the module's resource files.</param>
/// <param name="Href">Where the button leads, from the root, maybe with placeholders: <c>/reset/{Token}</c>; null: no button.</param>
public sealed record MailTemplate(string Name, Type Texts, string? Href = null);
