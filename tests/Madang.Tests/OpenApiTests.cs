using System.Net;
using System.Text.Json;
using Madang.Tests.Host;
using Xunit;

namespace Madang.Tests;

/// <summary>The API describes itself, whatever module is added.</summary>
public sealed class OpenApiTests(MadangHost host) : IClassFixture<MadangHost>
{
    [Fact]
    public async Task Every_call_of_the_api_has_a_summary_and_a_group()
    {
        var document = await (await host.Stranger().GetAsync("/openapi/v1.json")).ShouldBeAsync(HttpStatusCode.OK);
        var calls = (from path in document.GetProperty("paths").EnumerateObject()
                     where path.Name.StartsWith("/api/", StringComparison.Ordinal)
                     from call in path.Value.EnumerateObject()
                     select (Name: $"{call.Name} {path.Name}", call.Value)).ToList();
        Assert.True(calls.Count > 10, "this test would prove nothing");
        Assert.Empty(calls.Where(call => !Has(call.Value, "summary") || !Has(call.Value, "tags")).Select(call => call.Name));
    }

    /// <summary>Each step of a newcomer's first day (the browser test of that name walks it in pages), with what it is answered with when it goes well.</summary>
    [Theory]
    [InlineData("post", "/api/sign-up", "202")]
    [InlineData("post", "/api/sign-up/resend", "202")]
    [InlineData("post", "/api/sign-up/confirm", "201")]
    [InlineData("post", "/api/session", "200")]
    [InlineData("post", "/api/wallet/charges", "201")]
    [InlineData("get", "/api/notifications", "200")]
    [InlineData("get", "/api/notifications/events", "200")]
    [InlineData("put", "/api/me/picture", "204")]
    [InlineData("get", "/api/me/sessions", "200")]
    [InlineData("delete", "/api/me/sessions/{id}", "204")]
    [InlineData("delete", "/api/me/sessions", "204")]
    [InlineData("post", "/api/password/code", "202")]
    [InlineData("post", "/api/password", "204")]
    public async Task The_first_day_of_a_newcomer_is_described(string method, string path, string status)
    {
        var document = await (await host.Stranger().GetAsync("/openapi/v1.json")).ShouldBeAsync(HttpStatusCode.OK);
        var call = document.GetProperty("paths").GetProperty(path).GetProperty(method);
        var answer = call.GetProperty("responses").GetProperty(status);
        Assert.True(status == "204" || Has(answer, "content"), $"what {method} {path} answers is not described");
        Assert.True(method is "get" or "delete" || Has(call, "requestBody"), $"what {method} {path} takes is not described");
    }

    private static bool Has(JsonElement call, string member) => call.TryGetProperty(member, out var value) && value.ToString().Length > 0;
}
