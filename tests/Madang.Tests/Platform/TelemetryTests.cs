using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Claims;
using Madang.Platform.Telemetry;
using Madang.Platform.Web;
using Madang.Tests.Host;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Xunit;

namespace Madang.Tests.Platform;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("?", "")]
    [InlineData("?w=800&fm=webp&q=80", "?w=800&fm=webp&q=80")]
    [InlineData("?w=800&s=abc&expires=1", "?w=800&s=***&expires=1")]
    [InlineData("?signature=a&X-Amz-Signature=b&Access_Token=c&code=d&API_KEY=e", "?signature=***&X-Amz-Signature=***&Access_Token=***&code=***&API_KEY=***")]
    [InlineData("?%73ig=abc", "?%73ig=***")]
    [InlineData("?other=8Zk0Ww1vQmYhT3xkq7VdA5nUe2cJr9Lp", "?other=***")]
    [InlineData("?8Zk0Ww1vQmYhT3xkq7VdA5nUe2cJr9Lp", "?***")]
    [InlineData("?after=0198c2f4-7f3a-7c55-8b5e-2f6a0c1d9e11", "?after=0198c2f4-7f3a-7c55-8b5e-2f6a0c1d9e11")]
    [InlineData("?a&b=&=c", "?a&b=&=c")]
    public void Queries_keep_what_is_harmless(string query, string shown) => Assert.Equal(shown, Redaction.Query(query));

    [Theory]
    [InlineData("/", "/")]
    [InlineData("/api/images/0198c2f47f3a7c558b5e2f6a0c1d9e11", "/api/images/0198c2f47f3a7c558b5e2f6a0c1d9e11")]
    [InlineData("/sign-in/short", "/sign-in/***")]
    [InlineData("/sign-in", "/sign-in")]
    [InlineData("/nowhere/8Zk0Ww1vQmYhT3xkq7VdA5nUe2cJr9Lp/x", "/nowhere/***/x")]
    [InlineData("/%ED%95%9C%EA%B5%AD%EC%96%B4/full/max/0/default.jpg", "/%ED%95%9C%EA%B5%AD%EC%96%B4/full/max/0/default.jpg")]
    public void Paths_keep_what_is_harmless(string path, string shown) => Assert.Equal(shown, Redaction.Path(path, null));

    [Fact]
    public void Route_values_are_hidden_by_their_parameters_name() => Assert.Equal(
        "/invite/***/for/kim",
        Redaction.Path("/invite/a%2Bb/for/kim", new RouteValueDictionary { ["inviteToken"] = "a+b", ["name"] = "kim" }));
}

public sealed class PrometheusTextTests
{
    [Fact]
    public void Every_kind_of_instrument_is_written_as_the_format_says()
    {
        using var meter = new Meter("Test.Prometheus");
        var exporter = new PrometheusExporter();
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter(meter.Name).AddReader(new BaseExportingMetricReader(exporter)).Build();

        var hits = meter.CreateCounter<long>("images.cache.hits", "{hit}", "Answers from the \\ cache,\nby tier.");
        hits.Add(3, new KeyValuePair<string, object?>("image.tier", "a\"b\\c\nd"), new KeyValuePair<string, object?>("warm", true));
        hits.Add(1);
        meter.CreateCounter<double>("cpu.time", "s").Add(0.25);
        meter.CreateUpDownCounter<long>("open", "{request}").Add(-2);
        meter.CreateObservableGauge("load", () => double.PositiveInfinity, "1");
        meter.CreateObservableGauge("disk.free", () => 12345678901234L, "By");
        var took = meter.CreateHistogram("took", "s", "How long.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var seconds in new[] { 0.05, 0.1, 0.5, 2 })
            took.Record(seconds, new KeyValuePair<string, object?>("kind", "x"));
        took.Record(1);

        Assert.Equal("""
            # HELP images_cache_hits_total Answers from the \\ cache,\nby tier.
            # TYPE images_cache_hits_total counter
            images_cache_hits_total 1
            images_cache_hits_total{image_tier="a\"b\\c\nd",warm="true"} 3
            # TYPE cpu_time_seconds_total counter
            cpu_time_seconds_total 0.25
            # TYPE open gauge
            open -2
            # TYPE load_ratio gauge
            load_ratio +Inf
            # TYPE disk_free_bytes gauge
            disk_free_bytes 12345678901234
            # HELP took_seconds How long.
            # TYPE took_seconds histogram
            took_seconds_bucket{le="0.1"} 0
            took_seconds_bucket{le="1"} 1
            took_seconds_bucket{le="+Inf"} 1
            took_seconds_sum 1
            took_seconds_count 1
            took_seconds_bucket{kind="x",le="0.1"} 2
            took_seconds_bucket{kind="x",le="1"} 3
            took_seconds_bucket{kind="x",le="+Inf"} 4
            took_seconds_sum{kind="x"} 2.65
            took_seconds_count{kind="x"} 4

            """.ReplaceLineEndings("\n"), exporter.Scrape());

        // The values stay between scrapes and go on.
        hits.Add(1);
        Assert.Contains("\nimages_cache_hits_total 2\n", exporter.Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void Instruments_of_one_name_from_two_meters_stand_together_and_no_series_twice()
    {
        using var one = new Meter("Test.One");
        using var two = new Meter("Test.Two");
        var exporter = new PrometheusExporter();
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter("Test.*").AddReader(new BaseExportingMetricReader(exporter)).Build();
        one.CreateCounter<long>("n").Add(1, new KeyValuePair<string, object?>("from", 1));
        one.CreateCounter<long>("m").Add(1);
        two.CreateCounter<long>("n").Add(2, new KeyValuePair<string, object?>("from", 2));
        two.CreateCounter<long>("m").Add(2);

        Assert.Equal("# TYPE n_total counter\nn_total{from=\"1\"} 1\nn_total{from=\"2\"} 2\n# TYPE m_total counter\nm_total 1\n", exporter.Scrape());
    }
}

/// <summary>A small application with our telemetry and nothing else.</summary>
public sealed class TelemetryTests(TestDatabase database) : OnOwnDatabase(database)
{
    private const string Token = "8Zk0Ww1vQmYhT3xkq7VdA5nUe2cJr9LpXs4Bf6Gt";

    private readonly CapturedLog _log = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private async Task<WebApplication> App(string? connection = null, Action<WebApplication>? configure = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Configuration["Logging:LogLevel:Microsoft.AspNetCore"] = "Information";
        builder.Logging.ClearProviders().AddProvider(_log);
        builder.AddTelemetry();
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(connection ?? Connection));
        builder.Services.AddWeb();
        var app = builder.Build();
        app.UseRequestLog();
        app.UseWeb();
        app.Use((context, next) =>
        {
            // Stand-ins for the connection and for authentication.
            context.Connection.RemoteIpAddress = IPAddress.Parse(context.Request.Headers["Test-From"].FirstOrDefault() ?? "203.0.113.7");
            if (context.Request.Headers["Test-Scope"].FirstOrDefault() is { } scope)
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, "k"), new(Caller.ScopeClaim, scope)], "test"));
            return next();
        });
        app.UseRouting();
        app.MapTelemetry();
        app.MapGet("/hello/{name}", (string name) => $"hello {name}");
        app.MapGet("/redeem/{token}", (string token) => token.Length);
        app.MapGet("/fails", string () => throw new InvalidOperationException("a bug"));
        configure?.Invoke(app);
        await app.StartAsync(Ct);
        return app;
    }

    private string[] RequestLines() => [.. _log.Lines.Where(line => line.Category == "Madang.Request").Select(line => line.Text)];

    [Fact]
    public async Task No_secret_of_a_request_reaches_log_or_span()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await using var app = await App();
        using var client = app.GetTestClient();
        string[] paths = [$"/hello/kim?signature={Token}&w=800", $"/redeem/{Token}", "/redeem/short-secret", $"/sign-in/{Token}", $"/lost/{Token}?token=short-secret", $"/fails?access_token={Token}"];
        foreach (var path in paths)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Authorization", $"Bearer {Token}");
            request.Headers.Add("Cookie", $"madang-session={Token}");
            request.Headers.Add("Referer", $"https://example.org/sign-in/{Token}");
            (await client.SendAsync(request, Ct)).Dispose();
        }

        Assert.Equal(paths.Length, RequestLines().Length);
        var told = string.Join('\n', _log.Lines.Select(line => line.Text)
            .Concat(spans.SelectMany(span => span.TagObjects.Select(tag => $"{span.DisplayName} {tag.Key}={tag.Value}"))));
        Assert.DoesNotContain(Token, told, StringComparison.Ordinal);
        Assert.DoesNotContain("short-secret", told, StringComparison.Ordinal);
        Assert.Contains("/hello/kim?signature=***&w=800", told, StringComparison.Ordinal);
        Assert.Contains("GET /redeem/{token} url.path=/redeem/***", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_is_one_line_with_route_status_and_the_trace_that_the_caller_began()
    {
        await using var app = await App();
        using var client = app.GetTestClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/hello/kim");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using var response = await client.SendAsync(request, Ct);

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", response.Headers.GetValues("X-Trace-Id").Single());
        var line = Assert.Single(RequestLines());
        Assert.All(
            ["Method=GET", "Path=/hello/kim", "Status=200", "Route=/hello/{name}", "Milliseconds=", "TraceId=0af7651916cd43dd8448eb211c80319c"],
            value => Assert.Contains(value, line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failed_request_keeps_its_route_and_tells_its_trace()
    {
        await using var app = await App();
        using var client = app.GetTestClient();
        using var response = await client.GetAsync("/fails", Ct);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        var trace = response.Headers.GetValues("X-Trace-Id").Single();
        var line = Assert.Single(_log.Lines, line => line.Category == "Madang.Request");
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Contains("Status=500", line.Text, StringComparison.Ordinal);
        Assert.Contains("Route=/fails", line.Text, StringComparison.Ordinal);
        Assert.Contains(trace, line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probes_and_scrapes_are_not_in_the_log()
    {
        await using var app = await App();
        using var client = app.GetTestClient();
        foreach (var path in new[] { "/health/live", "/health/ready", "/metrics" })
            (await client.GetAsync(path, Ct)).Dispose();

        Assert.Empty(RequestLines());
    }

    [Fact]
    public async Task Ready_says_which_dependency_fails_and_live_does_not_care()
    {
        await using var well = await App();
        var ready = await (await well.GetTestClient().GetAsync("/health/ready", Ct)).ShouldBeAsync(HttpStatusCode.OK);
        Assert.Equal("healthy", ready.GetProperty("checks").GetProperty("database").GetProperty("status").GetString());

        await using var ill = await App("Host=127.0.0.1;Port=1;Username=u;Password=hunter2");
        using var answer = await ill.GetTestClient().GetAsync("/health/ready", Ct);
        var body = await answer.ShouldBeAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Equal("unhealthy", body.GetProperty("status").GetString());
        Assert.Equal("unhealthy", body.GetProperty("checks").GetProperty("database").GetProperty("status").GetString());
        Assert.DoesNotContain("hunter2", body.GetRawText() + string.Join(' ', _log.Lines), StringComparison.Ordinal);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        await (await ill.GetTestClient().GetAsync("/health/live", Ct)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_modules_own_check_counts()
    {
        await using var host = await App(configure: app => app.Services
            .GetRequiredService<Microsoft.Extensions.Options.IOptions<HealthCheckServiceOptions>>().Value.Registrations
            .Add(new HealthCheckRegistration("cache", new Full(), null, null)));
        var body = await (await host.GetTestClient().GetAsync("/health/ready", Ct)).ShouldBeAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Equal("unhealthy", body.GetProperty("checks").GetProperty("cache").GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("203.0.113.7", null, null, null, 401)]
    [InlineData("203.0.113.7", null, "images:write", null, 403)]
    [InlineData("203.0.113.7", null, "metrics:read", null, 200)]
    [InlineData("127.0.0.1", null, null, null, 200)]
    [InlineData("::1", null, null, null, 200)]
    [InlineData("::ffff:127.0.0.1", null, null, null, 200)]
    [InlineData("127.0.0.1", "X-Forwarded-For", null, null, 401)]
    [InlineData("127.0.0.1", "Forwarded", null, null, 401)]
    [InlineData("127.0.0.1", null, null, "madang.example", 401)]
    public async Task Metrics_are_for_this_machine_and_for_keys_with_the_scope(string from, string? forwarded, string? scope, string? host, int status)
    {
        await using var app = await App();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Add("Test-From", from);
        request.Headers.Host = host;
        if (forwarded is not null)
            request.Headers.Add(forwarded, "for=198.51.100.1");
        if (scope is not null)
            request.Headers.Add("Test-Scope", scope);
        (await app.GetTestClient().GetAsync("/hello/kim", Ct)).Dispose();
        using var response = await app.GetTestClient().SendAsync(request, Ct);

        Assert.Equal(status, (int)response.StatusCode);
        if (status == 200)
        {
            Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
            Assert.Contains("http_server_request_duration_seconds_bucket{", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }
    }

    private sealed class Full : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(HealthCheckResult.Unhealthy("the disk is full"));
    }
}
