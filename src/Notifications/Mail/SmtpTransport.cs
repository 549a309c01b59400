using System.Net;
using System.Net.Mail;

namespace Madang.Notifications.Mail;

/// <summary>Hands mails to a server by SMTP.</summary>
internal sealed class SmtpTransport(SmtpSettings settings, TimeProvider time) : IMailTransport
{
    public async Task Send(MailMessage message, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(settings.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        using var client = new SmtpClient(settings.Host, settings.Port) { EnableSsl = settings.Tls, DeliveryFormat = SmtpDeliveryFormat.SevenBit };
        if (settings.User is not null)
            client.Credentials = new NetworkCredential(settings.User, settings.Password);
        try
        {
            await client.SendMailAsync(message, either.Token);
        }
        catch (SmtpException e) when (e is SmtpFailedRecipientException && IsFinal(e.StatusCode))
        {
            throw new MailRefusedException(Reason(e, message));
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new MailDelayedException($"The mail server {settings.Host}:{settings.Port} did not take the mail within {settings.Timeout.TotalSeconds} s.");
        }
        catch (SmtpException e)
        {
            throw new MailDelayedException($"The mail server {settings.Host}:{settings.Port} did not take the mail: {Reason(e, message)}");
        }
    }

    // In words alone, and not as the inner exception: servers repeat the address in their answers, and this is logged.
    private static string Reason(Exception e, MailMessage message)
    {
        var words = new List<string>();
        if (e is SmtpException { StatusCode: var status and not SmtpStatusCode.GeneralFailure })
            words.Add($"{(int)status}");
        for (var at = e; at is not null; at = at.InnerException)
            words.Add(at.Message);
        return string.Join(" ", words.Distinct(StringComparer.Ordinal)).Replace(message.To[0].Address, "<recipient>", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsFinal(SmtpStatusCode status) =>
        status is SmtpStatusCode.MailboxUnavailable or SmtpStatusCode.UserNotLocalTryAlternatePath or SmtpStatusCode.MailboxNameNotAllowed;
}
