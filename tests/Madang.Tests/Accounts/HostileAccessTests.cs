using System.Net;
using Madang.Accounts.Features;
using Madang.Design.Hosting;
using Madang.Tests.Host;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Xunit;

namespace Madang.Tests.Accounts;

public sealed class HostileAccessTests(MadangHost host) : IClassFixture<MadangHost>
{
    [Theory]
    [InlineData("a\0b", "images:read", "key.name")]
    [InlineData("two\nlines", "images:read", "key.name")]
    [InlineData("shop", null, "key.scope_unknown")]
    public async Task A_key_that_no_list_could_show_or_that_may_nothing_is_refused(string name, string? scope, string code)
    {
        using var browser = await host.OperatorAsync();
        var answer = await browser.PostAsync("/api/keys", new { name, scopes = (string?[])[scope] });
        await answer.ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, code);
    }

    [Theory]
    [InlineData(298)]
    [InlineData(299)]
    [InlineData(300)]
    public async Task A_browser_with_a_long_name_may_sign_in_wherever_its_name_is_cut(int before)
    {
        var links = host.First.Services.GetRequiredService<SignInLinks>();
        var browser = new DefaultHttpContext();
        browser.Request.Headers.UserAgent = new string('x', before) + "😀 and more";
        var opened = await links.UseAsync(await links.NewAsync(CancellationToken.None), browser);
        Assert.Null(opened.Failure);
    }

    [Fact]
    public async Task A_foreign_pages_form_which_comes_without_the_cookie_does_not_sign_anybody_out()
    {
        var answer = await host.Stranger().PostAsync("/sign-out", null);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("/한글")]
    [InlineData("/\u2028")]
    [InlineData("//elsewhere")]
    public async Task After_a_choice_of_theme_nobody_is_sent_where_a_header_cannot_point(string returnUrl)
    {
        using var browser = await host.OperatorAsync();
        var answer = await browser.SendAsync(new(HttpMethod.Post, "/preferences")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["theme"] = "dark", ["returnUrl"] = returnUrl }),
        });
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/", answer.Headers.Location?.ToString());
    }

    [Fact]
    public async Task A_page_that_breaks_does_not_put_a_sign_in_link_into_the_log()
    {
        var log = new Lines();
        var page = new PageProblems(_ => throw new InvalidOperationException("the database is away"), [], log);
        var context = new DefaultHttpContext { RequestServices = host.First.Services };
        context.Request.Path = "/sign-in/the-secret-of-the-link";
        context.Request.Headers.Accept = "text/html";

        await Record.ExceptionAsync(() => page.InvokeAsync(context));

        Assert.DoesNotContain("the-secret-of-the-link", Assert.Single(log.Written), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_of_the_log_have_a_time()
    {
        Assert.Equal(ConsoleFormatterNames.Simple, host.First.Services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName);
        Assert.NotNull(host.First.Services.GetRequiredService<IOptions<SimpleConsoleFormatterOptions>>().Value.TimestampFormat);
    }

    private sealed class Lines : ILogger<PageProblems>
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add($"{formatter(state, exception)} {string.Join(' ', state as IEnumerable<KeyValuePair<string, object?>> ?? [])}");
    }
}
