using System.Globalization;
using System.Net;
using System.Net.Mail;
using Microsoft.Extensions.Configuration;

namespace Madang.Notifications.Mail;

/// <summary>What is configured below <c>Mail</c>.</summary>
/// <param name="From">The sender of all mails.</param>
/// <param name="Smtp">The server; null: mails become files.</param>
/// <param name="Folder">Where the files land; null: <c>mail</c> in the data folder. Nodes may share one.</param>
/// <param name="DevInbox">Whether <c>/dev/mail</c> exists.</param>
internal sealed record MailSettings(MailAddress From, SmtpSettings? Smtp, string? Folder, bool DevInbox)
{
    /// <summary>Reads them; a mistake stops the start, and not the first mail.</summary>
    public static MailSettings Read(IConfiguration configuration)
    {
        var smtp = string.IsNullOrWhiteSpace(configuration["Mail:Smtp:Host"]) ? null : SmtpSettings.Read(configuration.GetSection("Mail:Smtp"));
        var from = configuration["Mail:From"];
        if (string.IsNullOrWhiteSpace(from))
            from = smtp is null ? "Madang <madang@localhost>" : throw new InvalidOperationException("Mail:Smtp:Host is set, so set Mail:From too: the address that mails come from.");
        if (!MailAddress.TryCreate(from, out var sender) || from.Any(char.IsControl))
            throw new InvalidOperationException("Mail:From is no address. Write it as `madang@example.com` or `Madang <madang@example.com>`.");
        return new(sender, smtp, configuration["Mail:Folder"] is { Length: > 0 } folder ? Path.GetFullPath(folder) : null, smtp is null && HasDevInbox(configuration));
    }

    // Everybody's codes are in it. So it takes a try-out (development, or ./run) and a site that is for this machine only.
    private static bool HasDevInbox(IConfiguration configuration)
    {
        var asked = configuration.GetValue<bool?>("Mail:DevInbox")
            ?? string.Equals(configuration["ENVIRONMENT"], "Development", StringComparison.OrdinalIgnoreCase);
        return asked && (configuration["Web:PublicUrl"] is not { Length: > 0 } site || (Uri.TryCreate(site, UriKind.Absolute, out var url) && url.IsLoopback));
    }
}

/// <summary>A mail server.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Port">587 by default.</param>
/// <param name="User">Null: no sign-in.</param>
/// <param name="Password">The user's.</param>
/// <param name="Tls">STARTTLS, without which nothing is sent; on by default, but for a server on this machine.</param>
/// <param name="Timeout">How long one mail may take: a server that takes the connection and says nothing must not hold a worker for ever.</param>
internal sealed record SmtpSettings(string Host, int Port, string? User, string? Password, bool Tls, TimeSpan Timeout)
{
    public static SmtpSettings Read(IConfigurationSection section)
    {
        var host = section["Host"]!.Trim();
        var port = section["Port"] is { Length: > 0 } text
            ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536 ? number : throw new InvalidOperationException("Mail:Smtp:Port is no port.")
            : 587;
        // System.Net.Mail knows STARTTLS only.
        if (port == 465)
            throw new InvalidOperationException("Mail:Smtp:Port 465 is TLS from the first byte, which is not supported; use the server's port for STARTTLS, mostly 587.");
        var here = host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
        return new(host, port, section["User"] is { Length: > 0 } user ? user : null, section["Password"], section.GetValue("Tls", defaultValue: !here),
            TimeSpan.FromSeconds(section.GetValue("TimeoutSeconds", defaultValue: 30)));
    }
}
