using Dapper;
using Madang.Notifications.Domain;
using Madang.Notifications.Mail;
using Madang.Notifications.Storage;
using Madang.Platform.Data;
using Madang.Platform.Work;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Madang.Notifications.Features;

/// <summary>The job that sends a mail. It has the mail's id and nothing of what is in it: jobs are listed to operators, and those given up stay.</summary>
/// <param name="Mail">The mail's id.</param>
internal sealed record SendMail(Guid Mail)
{
    /// <summary>Mails about notifications, of which one event may make thousands.</summary>
    public const string Kind = "notifications.mail";

    /// <summary>Letters: somebody waits for the code. They do not queue behind the others.</summary>
    public const string LetterKind = "notifications.letter";

    /// <summary>When a mail says nothing else.</summary>
    public static readonly TimeSpan UsefulFor = TimeSpan.FromDays(1);

    /// <summary>Enough for more than a day at ten minutes each: a mail expires before it is given up.</summary>
    public static readonly WorkSettings Settings = new(MaxAttempts: 200, Concurrency: 4) { LongestDelay = TimeSpan.FromMinutes(10) };
}

/// <summary>Writes mails in the caller's transaction.</summary>
internal sealed class Mails(NotificationKinds kinds, WorkQueue queue, TimeProvider time) : IMails
{
    public async Task Send(NpgsqlTransaction tx, string address, string language, string template, object data, TimeSpan? usefulFor = null)
    {
        if (!EmailAddress.IsValid(address))
            throw new ArgumentException("That is no e-mail address; ask EmailAddress.IsValid first.", nameof(address));
        if (kinds.FindTemplate(template) is null)
            throw new ArgumentException($"There is no mail template `{template}`. Register a MailTemplate.", nameof(template));

        var now = time.GetUtcNow();
        var mail = Guid.CreateVersion7(now);
        await tx.Connection!.ExecuteAsync(
            """
            insert into notifications.mail (id, address, language, template, data, created_at, expires_at)
            values (@mail, @address, @language, @template, @json::jsonb, @now, @until)
            """,
            new
            {
                mail,
                address,
                language = language == "ko" ? "ko" : "en",
                template,
                json = DataJson.Write(data),
                now,
                until = now + (usefulFor ?? SendMail.UsefulFor),
            },
            tx);
        await queue.Enqueue(tx, SendMail.LetterKind, new SendMail(mail));
    }
}

/// <summary>
/// Renders and sends one mail, then deletes it together with the job. A node that dies between the two sends it once more, under the same Message-ID.
/// </summary>
internal sealed partial class SendMailHandler(
    NpgsqlDataSource database, NotificationKinds kinds, Wordings wordings, IRecipients recipients, MailComposer composer, IMailTransport transport,
    TimeProvider time, ILogger<SendMailHandler> log) : IWorkHandler<SendMail>
{
    public async Task Handle(SendMail payload, WorkContext context, CancellationToken ct)
    {
        var row = await FindAsync(payload.Mail, ct);
        if (row is null)
            return;
        if (row.ExpiresAt <= time.GetUtcNow())
        {
            LogExpired(log, row.Id, row.Kind ?? row.Template);
        }
        else if (await WriteAsync(row, ct) is { } written)
        {
            try
            {
                using var message = await composer.Compose(row.Id, written.Address, written.Letter, aboutMember: row.Member is not null);
                await transport.Send(message, ct);
            }
            catch (MailRefusedException refused)
            {
                // The address is dead: no later attempt helps, and no operator can.
                LogRefused(log, row.Id, row.Kind ?? row.Template, refused.Message);
            }
        }

        await database.InTransaction(async tx =>
        {
            await tx.Connection!.ExecuteAsync("delete from notifications.mail where id = @Id", new { row.Id }, tx);
            await context.Complete(tx, ct);
        }, ct);
    }

    private async Task<MailRow?> FindAsync(Guid id, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await connection.QuerySingleOrDefaultAsync<MailRow>(new CommandDefinition(
            """
            select m.id, m.expires_at, n.member, n.kind, m.address, m.language, m.template, coalesce(m.data, n.data)::text as data
            from notifications.mail m left join notifications.notification n on n.id = m.notification
            where m.id = @id
            """, new { id }, cancellationToken: ct));
    }

    /// <summary>Where it goes and what it says; null when there is nobody to send it to, or nothing to say any more.</summary>
    private async Task<(string Address, Letter Letter)?> WriteAsync(MailRow row, CancellationToken ct)
    {
        if (row.Member is { } member)
        {
            return kinds.Find(row.Kind!) is { } kind && await recipients.Find(member, ct) is { Email: { } email } recipient && EmailAddress.IsValid(email)
                ? (email, wordings.LetterOf(kind, row.Data, recipient.Name, recipient.Language))
                : null;
        }
        return kinds.FindTemplate(row.Template!) is { } template ? (row.Address!, wordings.LetterOf(template, row.Data, row.Language!)) : null;
    }

    [LoggerMessage(LogLevel.Warning, "Mail {Mail} ({Kind}) could not be sent while it was of use, and was thrown away.")]
    private static partial void LogExpired(ILogger logger, Guid mail, string? kind);

    [LoggerMessage(LogLevel.Warning, "Mail {Mail} ({Kind}) was refused for good: {Reason}")]
    private static partial void LogRefused(ILogger logger, Guid mail, string? kind, string reason);
}
