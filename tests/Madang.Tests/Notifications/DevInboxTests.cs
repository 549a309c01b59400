using System.Net;
using Madang.Tests.Host;

namespace Madang.Tests.Notifications;

/// <summary><c>/dev/mail</c>: everybody's codes, so for a try-out on this machine alone.</summary>
public sealed class DevInboxTests(TestDatabase database)
{
    [Fact]
    public async Task Mails_are_listed_and_read_as_text_and_as_html_that_can_do_nothing()
    {
        await using var host = await HostAsync([new("Mail:DevInbox", "true"), new("environment", "Production")]);
        var node = host.First;
        var mine = $"dev{Guid.CreateVersion7():N}@mail.example";
        await host.SendAsync(mine, "ko", TestKinds.Code, new { Code = "135790" });
        await node.MailToAsync(mine);

        var list = await node.Stranger().GetAsync("/dev/mail");
        var page = await list.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, list.StatusCode);
        Assert.Contains("마당 인증 코드입니다", page, StringComparison.Ordinal);
        Assert.Contains(mine, page, StringComparison.Ordinal);

        var address = page.Split('"').First(part => part.StartsWith("/dev/mail/", StringComparison.Ordinal));
        Assert.Contains("135790", await node.Stranger().GetStringAsync(address), StringComparison.Ordinal);
        var html = await node.Stranger().GetAsync($"{address}/html");
        Assert.Contains("135790", await html.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var policy = Assert.Single(html.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("sandbox", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("allow-scripts", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("..%2Fsecret.eml")]
    [InlineData("%2e%2e%2fsecret.eml")]
    [InlineData("..")]
    [InlineData("20260101T000000000Z-0123456789ab.eml%00")]
    [InlineData("20260101T000000000Z-0123456789ab.eml")]
    [InlineData("notes.eml")]
    public async Task A_name_leads_nowhere_but_to_a_mail(string name)
    {
        await using var host = await HostAsync([new("Mail:DevInbox", "true")]);
        var node = host.First;
        Directory.CreateDirectory(Path.Join(node.Folder, "mail"));
        await File.WriteAllTextAsync(Path.Join(node.Folder, "secret.eml"), "Subject: secret\n\nsecret");
        await File.WriteAllTextAsync(Path.Join(node.Folder, "mail", "notes.eml"), "Subject: secret\n\nsecret");
        foreach (var path in new[] { $"/dev/mail/{name}", $"/dev/mail/{name}/html" })
        {
            var answer = await node.Stranger().GetAsync(path);
            Assert.DoesNotContain("secret", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.NotEqual(HttpStatusCode.InternalServerError, answer.StatusCode);
        }
    }

    [Fact]
    public async Task What_comes_through_a_gateway_finds_nothing()
    {
        await using var host = await HostAsync([new("Mail:DevInbox", "true")]);
        var node = host.First;
        Assert.Equal(HttpStatusCode.OK, (await node.Stranger().GetAsync("/dev/mail")).StatusCode);
        foreach (var (name, value) in new[] { ("X-Forwarded-For", "192.0.2.1"), ("Forwarded", "for=192.0.2.1"), ("Host", "madang.example"), ("Host", "rebound.example:5080") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/dev/mail");
            request.Headers.TryAddWithoutValidation(name, value);
            Assert.Equal(HttpStatusCode.NotFound, (await node.Stranger().SendAsync(request)).StatusCode);
        }
        using var old = new HttpRequestMessage(HttpMethod.Get, "/dev/mail") { Version = HttpVersion.Version10 };
        Assert.Equal(HttpStatusCode.NotFound, (await node.Stranger().SendAsync(old)).StatusCode);
    }

    [Theory]
    [InlineData("environment", "Production")]
    [InlineData("Mail:DevInbox", "false")]
    [InlineData("Web:PublicUrl", "https://madang.example")]
    [InlineData("Mail:Smtp:Host", "127.0.0.1")]
    public async Task It_does_not_exist_where_it_is_not_asked_for_or_the_site_is_a_real_one(string key, string value)
    {
        await using var host = await HostAsync([new("Mail:From", "madang@courtyard.example"), new(key, value)]);
        var node = host.First;
        Assert.Equal(HttpStatusCode.NotFound, (await node.Stranger().GetAsync("/dev/mail")).StatusCode);
    }

    private async Task<NotificationsHost> HostAsync(IEnumerable<KeyValuePair<string, string>> settings)
    {
        var host = new RealPortHost(database, settings);
        await host.InitializeAsync();
        return host;
    }

    private sealed class RealPortHost(TestDatabase database, IEnumerable<KeyValuePair<string, string>> settings) : NotificationsHost(database)
    {
        protected override int? Port => 0;

        protected override IEnumerable<KeyValuePair<string, string>> Settings => settings;
    }
}
