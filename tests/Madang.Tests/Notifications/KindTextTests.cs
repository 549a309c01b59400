using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using Madang.Notifications;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Tests.Notifications;

/// <summary>Whatever module tells something has words for it, in both languages, with the same places to fill in.</summary>
public sealed partial class KindTextTests(NotificationsHost host) : IClassFixture<NotificationsHost>
{
    [Fact]
    public void Every_kind_and_every_template_has_its_words()
    {
        var wanted = host.First.Services.GetServices<NotificationKind>()
            .SelectMany(kind => new[] { "Name", "Title", "Text" }.Select(part => (kind.Texts, Key: $"Notify.{kind.Name}.{part}")))
            .Concat(host.First.Services.GetServices<MailTemplate>()
                .SelectMany(template => new[] { "Subject", "Text", template.Href is null ? null : "Action" }.OfType<string>().Select(part => (template.Texts, Key: $"Mail.{template.Name}.{part}"))))
            .ToList();
        Assert.True(wanted.Count > 10, "this test would prove nothing");
        foreach (var (texts, key) in wanted)
        {
            var resources = new ResourceManager(texts.FullName!, texts.Assembly);
            string? In(string language) => resources.GetResourceSet(CultureInfo.GetCultureInfo(language), createIfNotExists: true, tryParents: language == "en")?.GetString(key);
            Assert.False(string.IsNullOrWhiteSpace(In("en")), $"{key} has no English words");
            Assert.False(string.IsNullOrWhiteSpace(In("ko")), $"{key} has no Korean words");
            Assert.Equal(Places(In("en")!), Places(In("ko")!));
        }
    }

    private static SortedSet<string> Places(string text) => [.. Place().Matches(text).Select(match => match.Value)];

    [GeneratedRegex(@"\{\w+\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Place();
}
