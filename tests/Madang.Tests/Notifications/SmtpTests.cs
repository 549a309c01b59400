using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Madang.Tests.Host;
using Madang.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Madang.Tests.Notifications;

/// <summary>Mails through a real server, also when it is down, hangs or refuses.</summary>
public sealed class SmtpTests(TestDatabase database)
{
    [Fact]
    public async Task A_mail_arrives_as_a_mail_program_reads_it()
    {
        await using var server = new SmtpServer();
        await server.StartAsync();
        await using var host = await HostAsync(server);
        await host.SendAsync("korean@mail.example", "ko", TestKinds.Link, new { Name = "김하늘과 아주 긴 이름을 가진 사람들의 모임", Token = "t1" });

        var mail = await server.MailToAsync("korean@mail.example");
        Assert.Equal("김하늘과 아주 긴 이름을 가진 사람들의 모임님께", mail.Subject);
        Assert.Equal("madang@courtyard.example", mail.From);
        Assert.Equal(["korean@mail.example"], mail.To);
        Assert.Contains("마당", mail.Headers["from"], StringComparison.Ordinal);
        Assert.Matches("^<[0-9a-f]{32}@courtyard.example>$", mail.Headers["message-id"]);
        Assert.Equal("auto-generated", mail.Headers["auto-submitted"]);
        Assert.Contains("링크는 한 번만 쓸 수 있습니다.", mail.Text, StringComparison.Ordinal);
        Assert.Contains("https://madang.example/reset/t1", mail.Html, StringComparison.Ordinal);
        Assert.StartsWith("multipart/alternative", mail.Headers["content-type"], StringComparison.Ordinal);
        // Nothing that an old relay would mangle: ASCII in lines of bearable length.
        Assert.All(mail.Raw.Split('\n'), line => Assert.True(line.Length < 998 && line.All(char.IsAscii), line));
        Assert.Single(mail.Headers.Keys, name => name == "date");
    }

    [Fact]
    public async Task A_server_that_is_down_delays_mails_and_nothing_else()
    {
        await using var server = new SmtpServer();
        await using var host = await HostAsync(server);
        var member = host.Member();
        await host.NotifyAsync(member, TestKinds.Sold, new { Title = "달항아리", Buyer = "하늘", Amount = 10, Order = "1" });

        // Told in the app at once, while the mail waits.
        var client = host.As(member);
        Assert.Equal(1, (await (await client.GetAsync("/api/notifications")).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("unread").GetInt32());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/ready")).StatusCode);
        await Answers.EventuallyAsync(
            () => host.ScalarAsync<string>("select last_error from platform.work where kind in ('notifications.mail', 'notifications.letter') and last_error is not null"), error => error is not null);

        await server.StartAsync();
        var mail = await server.MailToAsync(member.Email!);
        Assert.Contains("달항아리", mail.Subject, StringComparison.Ordinal);
        await NothingIsLeftAsync(host);
        Assert.Single(server.Delivered());
    }

    [Fact]
    public async Task A_server_that_hangs_holds_no_worker()
    {
        await using var server = new SmtpServer();
        await server.StartAsync();
        await using var host = await HostAsync(server);
        await server.FreezeAsync();
        foreach (var number in Enumerable.Range(0, 6))
            await host.SendAsync($"hang{number}@mail.example", "en", TestKinds.Code, new { Code = "1" });

        await Answers.EventuallyAsync(
            () => host.ScalarAsync<int>("select count(*)::int from platform.work where kind in ('notifications.mail', 'notifications.letter') and last_error like '%did not take the mail within%'"), count => count == 6);
        await server.ThawAsync();
        foreach (var number in Enumerable.Range(0, 6))
            await server.MailToAsync($"hang{number}@mail.example");
        await NothingIsLeftAsync(host);
    }

    [Fact]
    public async Task A_code_that_is_of_no_use_any_more_is_not_sent_and_is_written_nowhere()
    {
        await using var server = new SmtpServer();
        var lines = new Lines();
        await using var host = await HostAsync(server, lines);
        await host.SendAsync("late@mail.example", "ko", TestKinds.Code, new { Code = "918273" }, TimeSpan.FromMinutes(10));
        await Answers.EventuallyAsync(
            () => host.ScalarAsync<string>("select last_error from platform.work where kind in ('notifications.mail', 'notifications.letter') and last_error is not null"), error => error is not null);
        Assert.Equal(0, await host.ScalarAsync<int>("select count(*)::int from platform.work where work::text like '%918273%' or work::text like '%late@mail.example%'"));

        host.First.Clock.Advance(TimeSpan.FromMinutes(11));
        await server.StartAsync();
        // News of another job make the node look.
        await host.SendAsync("other@mail.example", "ko", TestKinds.Code, new { Code = "1" });
        await server.MailToAsync("other@mail.example");
        await NothingIsLeftAsync(host);

        Assert.DoesNotContain(server.Delivered(), mail => mail.To.Contains("late@mail.example"));
        Assert.Contains(lines.All, line => line.Contains("while it was of use", StringComparison.Ordinal));
        Assert.DoesNotContain(lines.All, line => line.Contains("918273", StringComparison.Ordinal) || line.Contains("late@mail.example", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_address_that_the_server_does_not_know_is_given_up_at_once_and_named_in_no_log()
    {
        await using var server = new SmtpServer();
        await server.StartAsync();
        var lines = new Lines();
        await using var host = await HostAsync(server, lines);
        await host.SendAsync("nobody@mail.example", "en", TestKinds.Code, new { Code = "1" });
        await NothingIsLeftAsync(host);

        Assert.Contains(lines.All, line => line.Contains("refused for good", StringComparison.Ordinal) && line.Contains("550", StringComparison.Ordinal));
        Assert.DoesNotContain(lines.All, line => line.Contains("nobody@", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_address_that_the_server_wants_later_is_tried_again_and_what_operators_see_of_it_names_nobody()
    {
        await using var server = new SmtpServer();
        await server.StartAsync();
        await using var host = await HostAsync(server);
        await host.SendAsync("later@mail.example", "en", TestKinds.Code, new { Code = "556677" });
        var row = await Answers.EventuallyAsync(
            () => host.ScalarAsync<string>("select work::text from platform.work where kind in ('notifications.mail', 'notifications.letter') and last_error is not null"), found => found is not null);
        Assert.DoesNotContain("later@", row, StringComparison.Ordinal);

        // Even dead, as the operator lists it.
        await host.ScalarAsync<int>("update platform.work set died_at = now() where kind in ('notifications.mail', 'notifications.letter')");
        using var browser = await host.OperatorAsync();
        var listed = await (await browser.GetAsync("/api/work")).Content.ReadAsStringAsync();
        Assert.Contains("notifications.letter", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("556677", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("later@", listed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_asks_for_a_sign_in_gets_it_and_its_password_is_in_no_log()
    {
        await using var server = new SmtpServer(auth: true);
        await server.StartAsync();
        var lines = new Lines();
        await using var host = await HostAsync(server, lines, new() { ["Mail:Smtp:User"] = SmtpServer.User, ["Mail:Smtp:Password"] = SmtpServer.Password });
        await host.SendAsync("signed@mail.example", "en", TestKinds.Code, new { Code = "1" });

        await server.MailToAsync("signed@mail.example");
        Assert.DoesNotContain(lines.All, line => line.Contains(SmtpServer.Password, StringComparison.Ordinal));
        await NothingIsLeftAsync(host);
    }

    [Fact]
    public async Task Without_the_encryption_that_was_asked_for_nothing_is_sent()
    {
        await using var server = new SmtpServer();
        await server.StartAsync();
        await using var host = await HostAsync(server, more: new() { ["Mail:Smtp:Tls"] = "true" });
        await host.SendAsync("secret@mail.example", "en", TestKinds.Code, new { Code = "1" });

        await Answers.EventuallyAsync(
            () => host.ScalarAsync<string>("select last_error from platform.work where kind in ('notifications.mail', 'notifications.letter') and last_error is not null"), error => error is not null);
        Assert.Empty(server.Delivered());
    }

    [Theory]
    [InlineData("Mail:From", "")]
    [InlineData("Mail:From", "nobody in particular")]
    [InlineData("Mail:Smtp:Port", "465")]
    [InlineData("Mail:Smtp:Port", "many")]
    public async Task A_mistake_in_the_settings_stops_the_start(string key, string value)
    {
        await using var server = new SmtpServer();
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => HostAsync(server, more: new() { [key] = value }));
    }

    /// <summary>A host of its own for each test: every node of a host does all jobs.</summary>
    private async Task<NotificationsHost> HostAsync(SmtpServer server, Lines? lines = null, Dictionary<string, string>? more = null)
    {
        var host = new SmtpHost(database, server, lines, more ?? []);
        await host.InitializeAsync();
        return host;
    }

    private static async Task NothingIsLeftAsync(MadangHost host)
    {
        await Answers.EventuallyAsync(() => host.ScalarAsync<int>("select count(*)::int from notifications.mail"), left => left == 0);
        await Answers.EventuallyAsync(() => host.ScalarAsync<int>("select count(*)::int from platform.work where kind in ('notifications.mail', 'notifications.letter')"), left => left == 0);
    }

    private sealed class SmtpHost(TestDatabase database, SmtpServer server, Lines? lines, Dictionary<string, string> more) : NotificationsHost(database)
    {
        public override Action<IServiceCollection> Services => base.Services + (services =>
        {
            if (lines is not null)
                services.AddSingleton<ILoggerProvider>(lines);
        });

        protected override IEnumerable<KeyValuePair<string, string>> Settings =>
            new Dictionary<string, string>([.. server.Settings.Where(one => !more.ContainsKey(one.Key)), .. more]) { ["Web:PublicUrl"] = more.GetValueOrDefault("Web:PublicUrl", "https://madang.example") };
    }

    /// <summary>Everything that is logged, with what was thrown.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> All => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{formatter(state, exception)} {exception} {JsonSerializer.Serialize(state?.ToString())}");

        public void Dispose()
        {
        }
    }
}
