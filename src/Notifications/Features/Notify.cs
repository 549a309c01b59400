using System.Globalization;
using System.Text.Json;
using Dapper;
using Madang.Notifications.Domain;
using Madang.Notifications.Storage;
using Madang.Platform.Work;
using Npgsql;

namespace Madang.Notifications.Features;

/// <summary>Writes notifications in the caller's transaction, and the jobs that ring and mail.</summary>
internal sealed class Notify(NotificationKinds kinds, WorkQueue queue, NotificationStore store, Wordings wordings, TimeProvider time) : INotifications
{
    /// <summary>How long the mail about something that happens again and again, unread, is not repeated.</summary>
    public static readonly TimeSpan MailPause = TimeSpan.FromMinutes(30);

    Task INotifications.Notify(NpgsqlTransaction tx, Guid member, string kind, object data, string? subject) => NotifyAll(tx, [member], kind, data, subject);

    public async Task NotifyAll(NpgsqlTransaction tx, IReadOnlyCollection<Guid> members, string kind, object data, string? subject = null)
    {
        var known = kinds.Find(kind) ?? throw new ArgumentException($"There is no notification kind `{kind}`. Register a NotificationKind.", nameof(kind));
        var asked = (await ChosenAsync(tx, members, known)).Where(one => one.Channels != Channels.None).ToList();
        if (asked.Count == 0)
            return;

        var now = time.GetUtcNow();
        var mails = asked.Select(_ => Guid.CreateVersion7(now)).ToHashSet();
        // In the order of the members, so that two transactions which tell the same people lock them in the same order.
        var written = (await tx.Connection!.QueryAsync<(Guid Id, Guid Member, bool InApp, Guid? Mail)>(
            """
            insert into notifications.notification as n (id, member, kind, subject, data, in_app, created_at, mail, mailed_at)
            select id, member, @kind, @subject, @data::jsonb, in_app, @now, case when by_mail then mail end, case when by_mail then @now end
            from unnest(@ids, @members, @inApp, @byMail, @mails) as asked (id, member, in_app, by_mail, mail)
            order by member
            on conflict (member, kind, subject) where read_at is null do update
            set data = excluded.data, in_app = n.in_app or excluded.in_app, created_at = greatest(excluded.created_at, n.created_at), times = n.times + 1,
                mail = case when excluded.mail is null or n.mailed_at > @now - @pause then n.mail else excluded.mail end,
                mailed_at = case when excluded.mail is null or n.mailed_at > @now - @pause then n.mailed_at else excluded.mailed_at end
            returning id, member, in_app, mail
            """,
            new
            {
                ids = asked.Select(_ => Guid.CreateVersion7(now)).ToArray(),
                members = asked.Select(one => one.Member).ToArray(),
                inApp = asked.Select(one => one.Channels.HasFlag(Channels.InApp)).ToArray(),
                byMail = asked.Select(one => one.Channels.HasFlag(Channels.Mail)).ToArray(),
                mails = mails.ToArray(),
                kind,
                subject,
                data = DataJson.Write(data),
                now,
                pause = MailPause,
            },
            tx)).AsList();

        if (written.Where(row => row.InApp).Select(row => row.Member).ToList() is { Count: > 0 } inApp)
            await queue.Enqueue(tx, RingBell.Kind, new RingBell(inApp));
        // What was collapsed soon after its mail still names that one.
        var news = written.Where(row => row.Mail is { } mail && mails.Contains(mail)).ToList();
        await tx.Connection!.ExecuteAsync(
            "insert into notifications.mail (id, notification, created_at, expires_at) select mail, id, @now, @until from unnest(@mails, @ids) as news (mail, id)",
            new { mails = news.Select(row => row.Mail!.Value).ToArray(), ids = news.Select(row => row.Id).ToArray(), now, until = now + SendMail.UsefulFor }, tx);
        foreach (var row in news)
            await queue.Enqueue(tx, SendMail.Kind, new SendMail(row.Mail!.Value));
    }

    public async Task<KeptNotifications> Kept(Guid member, CancellationToken ct)
    {
        var (rows, choices) = await store.AllAsync(member, ct);
        var language = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName;
        return new([.. rows.Select(row =>
        {
            var words = kinds.Find(row.Kind) is null ? null : wordings.Of(row, language);
            return new KeptNotification(row.Kind, words?.Title, words?.Text, JsonElement.Parse(row.Data), row.Times, row.CreatedAt, row.ReadAt, row.MailedAt);
        })], choices);
    }

    public Task Forget(NpgsqlTransaction tx, Guid member) => tx.Connection!.ExecuteAsync(
        """
        delete from notifications.notification where member = @member;
        delete from notifications.preference where member = @member;
        """, new { member }, tx);

    private static async Task<IEnumerable<(Guid Member, Channels Channels)>> ChosenAsync(NpgsqlTransaction tx, IReadOnlyCollection<Guid> members, NotificationKind kind)
    {
        var chosen = kind.Mandatory
            ? []
            : (await tx.Connection!.QueryAsync<(Guid Member, string[] Channels)>(
                "select member, channels from notifications.preference where kind = @Name and member = any(@members)",
                new { kind.Name, members = members.ToArray() }, tx)).ToDictionary(row => row.Member, row => ChannelChoice.Read(row.Channels));
        return members.Distinct().Select(member => (member, ChannelChoice.Decide(kind, chosen.GetValueOrDefault(member))));
    }
}
