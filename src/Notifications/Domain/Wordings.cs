using System.Collections.Concurrent;
using System.Globalization;
using System.Resources;
using System.Text.Json;
using Madang.Notifications.Storage;

namespace Madang.Notifications.Domain;

/// <summary>A notification in words.</summary>
/// <param name="Title">A few words.</param>
/// <param name="Text">A sentence or two.</param>
/// <param name="Href">The page about it, from the root.</param>
internal sealed record Words(string Title, string Text, string? Href);

/// <summary>A mail in words.</summary>
/// <param name="Language"><c>ko</c> or <c>en</c>.</param>
/// <param name="Subject">One line.</param>
/// <param name="Paragraphs">What it says.</param>
/// <param name="Code">What to type in, if anything.</param>
/// <param name="Action">What the button says and where it leads, from the root.</param>
/// <param name="Note">Small, at the end: why it came.</param>
public sealed record Letter(string Language, string Subject, IReadOnlyList<string> Paragraphs, string? Code, (string Label, string Href)? Action, string Note);

/// <summary>Puts notifications and mails into the words that the owning modules have for them, in the reader's language and not in that of the request.</summary>
internal sealed class Wordings(NotificationKinds kinds)
{
    private readonly ConcurrentDictionary<Type, ResourceManager> _resources = new();

    public Words Of(NotificationRow row, string language) => Of(kinds.Find(row.Kind)!, Parse(row.Data), language);

    /// <summary>What the kind is called in the settings.</summary>
    public string NameOf(NotificationKind kind, string language) => Text(kind.Texts, $"Notify.{kind.Name}.Name", Culture(language));

    /// <summary>The mail about a notification.</summary>
    public Letter LetterOf(NotificationKind kind, string data, string recipient, string language)
    {
        var culture = Culture(language);
        var words = Of(kind, Parse(data), language);
        return new(
            language, words.Title,
            [string.Format(culture, Own("Mail.Greeting", culture), recipient), .. Lines(words.Text)],
            Code: null,
            words.Href is null ? null : (Own("Mail.Open", culture), words.Href),
            Own(kind.Mandatory ? "Mail.Why.Mandatory" : "Mail.Why", culture));
    }

    /// <summary>A mail of its own.</summary>
    public Letter LetterOf(MailTemplate template, string data, string language)
    {
        var (culture, values) = (Culture(language), Parse(data));
        string? Optional(string part) => Find(template.Texts, $"Mail.{template.Name}.{part}", culture) is { } text ? Placeholders.Fill(text, values, culture) : null;

        return new(
            language,
            Placeholders.Fill(Text(template.Texts, $"Mail.{template.Name}.Subject", culture), values, culture),
            [.. Lines(Placeholders.Fill(Text(template.Texts, $"Mail.{template.Name}.Text", culture), values, culture))],
            Placeholders.Value(values, "Code"),
            template.Href is null ? null : (Optional("Action") ?? Own("Mail.Open", culture), Placeholders.FillAddress(template.Href, values)),
            Optional("Note") ?? Own("Mail.Why.Asked", culture));
    }

    private Words Of(NotificationKind kind, JsonElement data, string language)
    {
        var culture = Culture(language);
        return new(
            Placeholders.Fill(Text(kind.Texts, $"Notify.{kind.Name}.Title", culture), data, culture),
            Placeholders.Fill(Text(kind.Texts, $"Notify.{kind.Name}.Text", culture), data, culture),
            kind.Href is null ? null : Placeholders.FillAddress(kind.Href, data));
    }

    /// <summary>A text of this module.</summary>
    public string Own(string key, string language) => Own(key, Culture(language));

    private string Own(string key, CultureInfo culture) => Text(typeof(NotificationsText), key, culture);

    // A missing text shows its key, as on pages.
    private string Text(Type texts, string key, CultureInfo culture) => Find(texts, key, culture) ?? key;

    private string? Find(Type texts, string key, CultureInfo culture) =>
        _resources.GetOrAdd(texts, static type => new ResourceManager(type.FullName!, type.Assembly)).GetString(key, culture);

    private static IEnumerable<string> Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static CultureInfo Culture(string language) => CultureInfo.GetCultureInfo(language == "ko" ? "ko" : "en");

    private static JsonElement Parse(string data) => JsonElement.Parse(data);
}
