using System.Globalization;
using System.Net.Mail;
using Madang.Platform.Data;

namespace Madang.Notifications.Mail;

/// <summary>Writes mails as files, <c>data/mail/20260102T030405Z-….eml</c>, for want of a server. A file is whole or not there, and only for the user who runs us.</summary>
internal sealed class FolderTransport(MailSettings settings, DataFolder data, TimeProvider time) : IMailTransport
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>So many are kept; who needs more needs a server.</summary>
    private const int Kept = 1000;

    public string Folder { get; } = settings.Folder ?? data.Combine("mail");

    public async Task Send(MailMessage message, CancellationToken ct)
    {
        // The writer picks a name itself, so it gets a folder of its own.
        var desk = Path.Join(Folder, $".{Guid.CreateVersion7():N}");
        Directory.CreateDirectory(Folder, FolderMode);
        Directory.CreateDirectory(desk, FolderMode);
        try
        {
            using (var client = new SmtpClient { DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory, PickupDirectoryLocation = desk })
                await client.SendMailAsync(message, ct);
            var written = Directory.GetFiles(desk)[0];
            File.SetUnixFileMode(written, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var now = time.GetUtcNow();
            var name = $"{now.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}-{Guid.CreateVersion7(now).ToString("N")[20..]}.eml";
            File.Move(written, Path.Join(Folder, name));
        }
        finally
        {
            Directory.Delete(desk, recursive: true);
        }

        foreach (var old in Directory.GetFiles(Folder, "*.eml").Order(StringComparer.Ordinal).SkipLast(Kept))
            File.Delete(old);
    }
}
