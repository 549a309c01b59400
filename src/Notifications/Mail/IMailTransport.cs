using System.Net.Mail;

namespace Madang.Notifications.Mail;

/// <summary>Takes a mail out of the house.</summary>
internal interface IMailTransport
{
    /// <summary>Sends it. Whatever is thrown but <see cref="MailRefusedException"/> passes: it is tried again later.</summary>
    Task Send(MailMessage message, CancellationToken ct);
}

/// <summary>The server says that this recipient will never get it.</summary>
/// <param name="reason">For the log, so without the address.</param>
internal sealed class MailRefusedException(string reason) : Exception(reason);

/// <summary>The server could not be reached or did not take it now.</summary>
/// <param name="reason">For the log, so without the address.</param>
internal sealed class MailDelayedException(string reason) : Exception(reason);
