using System.Globalization;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using Madang.Notifications.Domain;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Madang.Notifications.Mail;

/// <summary>Makes the message of a letter: text and HTML, and the headers of a mail that no person wrote.</summary>
internal sealed class MailComposer(IServiceScopeFactory scopes, ILoggerFactory logs, MailSettings settings, PublicUrl site, Wordings wordings, TimeProvider time)
{
    private const string SettingsPage = "/notifications/settings";

    /// <param name="id">The mail's id: every attempt has the same Message-ID.</param>
    /// <param name="address">Where to; a valid address.</param>
    /// <param name="letter">What it says.</param>
    /// <param name="aboutMember">True: the reader is a member, and can change the settings.</param>
    public async Task<MailMessage> Compose(Guid id, string address, Letter letter, bool aboutMember)
    {
        var language = letter.Language;
        var page = new MailPage(
            letter with { Subject = OneLine(letter.Subject) },
            letter.Action is { } action ? site.Of(action.Href) : null,
            aboutMember ? (wordings.Own("Mail.Settings", language), site.Of(SettingsPage)) : null,
            wordings.Own("Mail.Footer", language), site.Of("/"));

        var message = new MailMessage
        {
            From = settings.From,
            Subject = page.Letter.Subject,
            SubjectEncoding = Encoding.UTF8,
            HeadersEncoding = Encoding.UTF8,
        };
        // The address alone: a name would be one more thing to be forged.
        message.To.Add(new MailAddress(address));
        message.Headers.Add("Message-ID", $"<{id:N}@{settings.From.Host}>");
        message.Headers.Add("Date", time.GetUtcNow().ToString("ddd, dd MMM yyyy HH':'mm':'ss '+0000'", CultureInfo.InvariantCulture));
        // RFC 3834: answering machines do not answer a machine.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Headers.Add("X-Auto-Response-Suppress", "All");
        message.Headers.Add("Content-Language", language);
        // The last is what a reader prefers (RFC 2046, 5.1.4).
        message.AlternateViews.Add(View(PlainText(page), MediaTypeNames.Text.Plain));
        message.AlternateViews.Add(View(await HtmlAsync(page), MediaTypeNames.Text.Html));
        return message;
    }

    private static AlternateView View(string content, string type)
    {
        var view = AlternateView.CreateAlternateViewFromString(content, Encoding.UTF8, type);
        view.TransferEncoding = TransferEncoding.Base64;
        return view;
    }

    // What a member wrote, such as the title of a sale, may stand in a subject; a line break in it must not begin a header.
    private static string OneLine(string text)
    {
        var line = string.Concat(text.Select(letter => char.IsControl(letter) || letter is '\u2028' or '\u2029' ? ' ' : letter)).Trim();
        return line.Length <= 200 ? line : line[..200].TrimEnd('\uD83D', '\uD83C', '\uD83E') + "…";
    }

    private static string PlainText(MailPage page)
    {
        var text = new StringBuilder();
        foreach (var paragraph in page.Letter.Paragraphs)
            text.Append(paragraph).Append("\r\n\r\n");
        if (page.Letter.Code is { } code)
            text.Append("    ").Append(code).Append("\r\n\r\n");
        if (page.Letter.Action is { } action)
            text.Append(action.Label).Append(":\r\n").Append(page.Link).Append("\r\n\r\n");
        text.Append("-- \r\n").Append(page.Letter.Note).Append("\r\n");
        if (page.Settings is { } settings)
            text.Append(settings.Url).Append("\r\n");
        return text.Append(page.Footer).Append("\r\n").Append(page.Home).Append("\r\n").ToString();
    }

    private async Task<string> HtmlAsync(MailPage page)
    {
        await using var scope = scopes.CreateAsyncScope();
        await using var renderer = new HtmlRenderer(scope.ServiceProvider, logs);
        return await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<MailBody>(ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(MailBody.Page)] = page }))).ToHtmlString());
    }
}

/// <summary>A letter with its addresses in full.</summary>
/// <param name="Letter">What it says.</param>
/// <param name="Link">Where the button leads.</param>
/// <param name="Settings">What the link to the settings says, and where it leads; null for one who has none.</param>
/// <param name="Footer">Who sends it.</param>
/// <param name="Home">The start page.</param>
public sealed record MailPage(Letter Letter, string? Link, (string Label, string Url)? Settings, string Footer, string Home);
