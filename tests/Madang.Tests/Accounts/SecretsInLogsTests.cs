using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using Madang.Tests.Host;
using Madang.Tests.Notifications;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Madang.Tests.Accounts;

/// <summary>A whole journey with every line of the log kept, the most talkative included: no password, code or token is in any.</summary>
public sealed class SecretsInLogsTests(MadangHost host) : IClassFixture<MadangHost>
{
    [Fact]
    public async Task No_password_code_or_token_is_in_any_log()
    {
        var log = new EveryLine();
        await using var node = await host.NodeAsync(configure: services =>
        {
            services.AddSingleton<ILoggerProvider>(log);
            services.PostConfigure<LoggerFilterOptions>(options =>
            {
                options.MinLevel = LogLevel.Trace;
                // What is switched off whatever the configuration says stays so.
                foreach (var rule in options.Rules.Where(rule => rule.CategoryName != "Microsoft.AspNetCore.Hosting.Diagnostics").ToList())
                    options.Rules.Remove(rule);
                options.Rules.Add(new LoggerFilterRule("Microsoft.Extensions.Logging.Console.ConsoleLoggerProvider", null, LogLevel.Warning, null));
            });
        });
        // Either node may send the mails: the one that is listened to shall be the only one.
        await host.First.DisposeAsync();
        using var kim = new Newcomer(node);
        const string next = "Harbour-wind.35";
        const string wrong = "Almost-right.81";
        var secrets = new List<string> { kim.Password, next, wrong };

        await (await kim.SignUpAsync()).ShouldBeAsync(HttpStatusCode.Accepted);
        var code = await CodeAsync(node, kim.Email, 1);
        await kim.ConfirmAsync(Newcomer.Other(code));
        await (await kim.ConfirmAsync(code)).ShouldBeAsync(HttpStatusCode.Created);
        await kim.Browser.GetAsync("/");
        secrets.AddRange([kim.Secret, code, kim.Browser.Session]);

        await (await Newcomer.SignInAsync(node.Stranger(), kim.LoginId, wrong)).ShouldBeRefusedAsync(HttpStatusCode.Unauthorized, "sign_in.refused");
        // A form that is sent as an address by mistake.
        await node.Stranger().GetAsync($"/sign-in?Login={kim.LoginId}&Password={Uri.EscapeDataString(kim.Password)}");
        await node.Stranger().PostAsync("/api/session", new StringContent($$"""{"login":"{{kim.LoginId}}","password":"{{kim.Password}}""", System.Text.Encoding.UTF8, "application/json"));
        var challenge = await kim.AskAsync("password");
        var reset = await CodeAsync(node, kim.Email, 2);
        await (await node.Stranger().PostAsJsonAsync("/api/password", new { challenge, code = reset, password = next })).ShouldBeAsync(HttpStatusCode.NoContent);
        var finding = await kim.AskAsync("login-id");
        var found = await CodeAsync(node, kim.Email, 3);
        await (await node.Stranger().PostAsJsonAsync("/api/login-id", new { challenge = finding, code = found })).ShouldBeAsync(HttpStatusCode.OK);
        secrets.AddRange([challenge, reset, finding, found]);
        var browser = new OperatorBrowser(node.Stranger());
        await (await browser.PostAsync("/api/session", new { login = kim.Email, password = next })).ShouldBeAsync(HttpStatusCode.OK);
        var page = await browser.GetAsync("/me/password");
        await browser.SendAsync(new(HttpMethod.Put, "/api/me/password") { Content = JsonContent.Create(new { current = next, password = kim.Password }) });
        secrets.Add(browser.Session);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.True(log.Lines.Count > 200, $"only {log.Lines.Count} lines: this proves nothing");
        Assert.Contains(log.Lines, line => line.Contains("/api/sign-up/confirm", StringComparison.Ordinal));
        foreach (var secret in secrets)
            // A code of six digits may stand in a time or a duration by chance; then it is not alone.
            Assert.DoesNotContain(log.Lines, line => secret.Length == 6
                ? System.Text.RegularExpressions.Regex.IsMatch(line, $@"(?<![0-9.,:])(?<!Z-|[0-9]-){secret}(?![0-9.])", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1))
                : line.Contains(secret, StringComparison.Ordinal) || line.Contains(Uri.EscapeDataString(secret), StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains(kim.Email, StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<string> CodeAsync(Node node, string email, int count) =>
        (await Answers.EventuallyAsync(
            async () => (await node.MailsAsync()).Where(mail => mail.To == email).Select(mail => Newcomer.CodeOf(mail.Text)).Where(code => code.Length > 0).ToList(),
            found => found.Count >= count))[0];

    private sealed class EveryLine : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Written { get; } = [];

        public IReadOnlyCollection<string> Lines => [.. Written];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull
        {
            Written.Enqueue($"scope {state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Enqueue($"{formatter(state, exception)} {exception} {string.Join(' ', state as IEnumerable<KeyValuePair<string, object?>> ?? [])}");

        public void Dispose()
        {
        }
    }
}
