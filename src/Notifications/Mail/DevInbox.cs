using System.Net.Mime;
using Madang.Design;
using Madang.Notifications.Pages;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Madang.Notifications.Mail;

/// <summary>
/// <c>/dev/mail</c>: reads the mails of the folder in a try-out, where there is no mail server. They hold everybody's codes, so it exists only when asked for, and
/// answers this machine alone.
/// </summary>
internal static class DevInbox
{
    /// <summary>The newest so many are listed.</summary>
    private const int Listed = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var inbox = routes.MapGroup("/dev/mail").ExcludeFromDescription().AddEndpointFilter(async (invocation, next) =>
            IsForThisMachine(invocation.HttpContext) ? await next(invocation) : Results.NotFound());
        inbox.MapGet("", async (FolderTransport folder, CancellationToken ct) =>
        {
            var mails = new List<StoredMail>();
            foreach (var name in StoredMail.Names(folder.Folder).Take(Listed))
                if (await StoredMail.FindAsync(folder.Folder, name, ct) is { } mail)
                    mails.Add(mail);
            return PageResult.Of<DevMailList>(new Dictionary<string, object?> { [nameof(DevMailList.Mails)] = mails.Select(View).ToList() });
        });
        inbox.MapGet("/{name}", async (string name, FolderTransport folder, CancellationToken ct) =>
            await StoredMail.FindAsync(folder.Folder, name, ct) is { } mail
                ? PageResult.Of<DevMailPage>(new Dictionary<string, object?> { [nameof(DevMailPage.Mail)] = View(mail) })
                : Results.NotFound());
        inbox.MapGet("/{name}/html", async (string name, HttpContext context, FolderTransport folder, CancellationToken ct) =>
        {
            if (await StoredMail.FindAsync(folder.Folder, name, ct) is not { } mail)
                return Results.NotFound();
            // As a mail program shows it: no scripts, nothing from elsewhere, links in a window of their own.
            context.Response.Headers.ContentSecurityPolicy =
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";
            context.Response.Headers.CacheControl = "no-store";
            return Results.Text(mail.Html, MediaTypeNames.Text.Html, System.Text.Encoding.UTF8);
        });
    }

    // A gateway that names neither itself nor its caller speaks HTTP/1.0 as it comes (nginx); browsers have not for decades.
    private static bool IsForThisMachine(HttpContext context) => context.IsFromThisMachine() && context.Request.Protocol != HttpProtocol.Http10;

    private static DevMail View(StoredMail mail) => new(mail.Name, mail.Subject, mail.To, mail.Date, mail.Text);
}

/// <summary>A mail of the folder, as the pages of the try-out show it.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="To">Whose it is.</param>
/// <param name="Date">When it was written.</param>
/// <param name="Text">The plain text.</param>
public sealed record DevMail(string Name, string Subject, string To, DateTimeOffset? Date, string Text);
