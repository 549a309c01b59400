using System.Net;
using System.Text.Json;
using Madang.Tests.Host;

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

    private static bool Has(JsonElement call, string member) => call.TryGetProperty(member, out var value) && value.ToString().Length > 0;
}
