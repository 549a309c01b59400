namespace Madang.Notifications.Domain;

/// <summary>All that can be told and mailed, by name. Two of one name are a mistake in the composition and refused at start.</summary>
internal sealed class NotificationKinds(IEnumerable<NotificationKind> kinds, IEnumerable<MailTemplate> templates)
{
    private readonly Dictionary<string, NotificationKind> _kinds = kinds.ToDictionary(kind => kind.Name, StringComparer.Ordinal);
    private readonly Dictionary<string, MailTemplate> _templates = templates.ToDictionary(template => template.Name, StringComparer.Ordinal);

    /// <summary>Those that can be chosen come first.</summary>
    public IEnumerable<NotificationKind> All => _kinds.Values.OrderBy(kind => kind.Mandatory).ThenBy(kind => kind.Name, StringComparer.Ordinal);

    /// <summary>For queries: rows of a kind that no module knows any more are not shown.</summary>
    public string[] Names => [.. _kinds.Keys];

    public NotificationKind? Find(string name) => _kinds.GetValueOrDefault(name);

    public MailTemplate? FindTemplate(string name) => _templates.GetValueOrDefault(name);
}
