using Madang.Notifications.Mail;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Tests.Notifications;

/// <summary>A mail that arrived.</summary>
public sealed record ReceivedMail(string To, string Subject, string Text, string Html, IReadOnlyDictionary<string, string> Headers);

/// <summary>Reads the mails that a node without a mail server writes to its folder.</summary>
public static class Mailbox
{
    /// <summary>All mails so far, the newest first.</summary>
    public static async Task<IReadOnlyList<ReceivedMail>> MailsAsync(this Node node)
    {
        var folder = node.Services.GetRequiredService<FolderTransport>().Folder;
        var mails = new List<ReceivedMail>();
        foreach (var name in StoredMail.Names(folder))
            if (await StoredMail.FindAsync(folder, name, CancellationToken.None) is { } mail)
                mails.Add(new(mail.To, mail.Subject, mail.Text, mail.Html, mail.Headers));
        return mails;
    }

    /// <summary>Waits for the newest mail to an address.</summary>
    /// <param name="node">Who sends.</param>
    /// <param name="address">Whose mail.</param>
    /// <param name="count">How many there must be: 2 waits for the second.</param>
    public static async Task<ReceivedMail> MailToAsync(this Node node, string address, int count = 1) =>
        (await Answers.EventuallyAsync(async () => (await node.MailsAsync()).Where(mail => mail.To == address).ToList(), found => found.Count >= count))[0];
}
