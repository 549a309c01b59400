namespace Madang.Notifications.Domain;

/// <summary>By which ways a kind goes to a member.</summary>
internal static class ChannelChoice
{
    private static readonly (Channels Channel, string Name)[] Names = [(Channels.InApp, "inApp"), (Channels.Mail, "mail")];

    /// <summary>What the kind offers and the member chose; all of it for a mandatory kind; the kind's own choice where the member made none.</summary>
    public static Channels Decide(NotificationKind kind, Channels? chosen) =>
        kind.Channels & (kind.Mandatory ? kind.Channels : chosen ?? kind.Default);

    public static string[] Write(Channels channels) => [.. Names.Where(one => channels.HasFlag(one.Channel)).Select(one => one.Name)];

    /// <summary>Reads names; null when one of them is no channel.</summary>
    public static Channels? Read(IEnumerable<string?> names)
    {
        var read = Channels.None;
        foreach (var name in names)
        {
            var (channel, _) = Names.FirstOrDefault(one => one.Name == name);
            if (channel == Channels.None)
                return null;
            read |= channel;
        }
        return read;
    }
}
