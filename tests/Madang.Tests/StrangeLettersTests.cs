using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Madang.Tests;

/// <summary>Wherever text comes in, letters that are none are refused and no fault of ours. Whoever adds a field is covered without having thought of this.</summary>
public sealed class StrangeLettersTests(MadangHost host) : IClassFixture<MadangHost>
{
    // Zero, which the database keeps in no text; what Unicode's normal forms throw at; and half of a letter, as a form or a query brings it.
    private static readonly string[] Strange = ["\0", "그림\uFFFE", "\uFFFD"];

    /// <summary>Slow on purpose or counted a person, and tried by tests of their own.</summary>
    private static readonly string[] Elsewhere =
        ["/api/login-id", "/api/login-id/code", "/api/members/availability", "/api/password", "/api/password/code", "/api/session", "/api/sign-up", "/api/sign-up/confirm", "/api/sign-up/resend", "/api/tokens"];

    [Fact]
    public async Task In_the_query_of_a_call()
    {
        using var program = await (await TestMember.JoinAsync(host.First, "operator")).ProgramAsync(host.First);
        var tried = 0;
        foreach (var (path, call) in await CallsAsync("get"))
        {
            if (!call.TryGetProperty("parameters", out var parameters))
                continue;
            foreach (var name in parameters.EnumerateArray().Where(one => one.GetProperty("in").ValueEquals("query")).Select(one => one.GetProperty("name").GetString()!))
            {
                foreach (var text in Strange)
                {
                    tried++;
                    await NoFaultAsync(await program.Client.SendAsync(new(HttpMethod.Get, $"{Sample(path)}?{name}={Uri.EscapeDataString(text)}"), HttpCompletionOption.ResponseHeadersRead), $"GET {path} {name}");
                }
            }
        }
        Assert.True(tried > 60, $"only {tried} were tried: this test proves nothing");
    }

    [Fact]
    public async Task In_the_address_of_a_page()
    {
        using var chief = await host.OperatorAsync();
        using var member = await (await TestMember.JoinAsync(host.First)).BrowserAsync(host.First);
        var tried = 0;
        foreach (var endpoint in host.First.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not { Type: var page })
                continue;
            var texts = page.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Where(property => property.PropertyType == typeof(string))
                .Select(property => (property.Name, Attribute: property.GetCustomAttribute<SupplyParameterFromQueryAttribute>()))
                .Where(property => property.Attribute is not null).Select(property => property.Attribute!.Name ?? property.Name);
            foreach (var name in texts)
            {
                foreach (var text in Strange)
                {
                    tried++;
                    var path = $"{Sample("/" + endpoint.RoutePattern.RawText!.Trim('/'))}?{name}={Uri.EscapeDataString(text)}";
                    await NoFaultAsync(await member.GetAsync(path), $"member GET {path}");
                    await NoFaultAsync(await chief.GetAsync(path), $"operator GET {path}");
                }
            }
        }
        Assert.True(tried > 30, $"only {tried} were tried: this test proves nothing");
    }

    [Theory]
    [InlineData("post")]
    [InlineData("put")]
    [InlineData("patch")]
    public async Task In_what_a_call_is_sent(string method)
    {
        using var program = await (await TestMember.JoinAsync(host.First, "operator")).ProgramAsync(host.First);
        var schemas = (await DocumentAsync()).GetProperty("components").GetProperty("schemas");
        var tried = 0;
        foreach (var (path, call) in await CallsAsync(method))
        {
            if (Elsewhere.Contains(path) || !call.TryGetProperty("requestBody", out var body) || !body.GetProperty("content").TryGetProperty("application/json", out var content))
                continue;
            var fields = Fields(content.GetProperty("schema"), schemas);
            foreach (var field in fields.Where(field => field.Sample is "글"))
            {
                foreach (var text in Strange)
                {
                    tried++;
                    var sent = new JsonObject(fields.Select(one => KeyValuePair.Create(one.Name, one.Name == field.Name ? text : JsonSerializer.SerializeToNode(one.Sample))));
                    await NoFaultAsync(await program.Client.SendAsync(new(new(method.ToUpperInvariant()), Sample(path)) { Content = JsonContent.Create(sent) }), $"{method} {path} {field.Name}");
                }
            }
        }
        Assert.True(tried > 5, $"only {tried} were tried: this test proves nothing");
    }

    private static async Task NoFaultAsync(HttpResponseMessage answer, string what)
    {
        using (answer)
            Assert.True((int)answer.StatusCode < 500, $"{what}: {(int)answer.StatusCode} {(answer.StatusCode is HttpStatusCode.InternalServerError ? await answer.Content.ReadAsStringAsync() : null)}");
    }

    private async Task<JsonElement> DocumentAsync() => await (await host.Stranger().GetAsync("/openapi/v1.json")).ShouldBeAsync(HttpStatusCode.OK);

    private async Task<List<(string Path, JsonElement Call)>> CallsAsync(string method) =>
        [.. from path in (await DocumentAsync()).GetProperty("paths").EnumerateObject()
            where path.Value.TryGetProperty(method, out _)
            select (path.Name, path.Value.GetProperty(method))];

    private static string Sample(string path)
    {
        var sample = new StringBuilder();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            sample.Append('/').Append(part.StartsWith('{') ? "0198c2d4-0000-7000-8000-000000000000" : part);
        return sample.Length == 0 ? "/" : sample.ToString();
    }

    /// <summary>A body's fields with something that each may hold; texts are <c>글</c>.</summary>
    private static List<(string Name, object? Sample)> Fields(JsonElement schema, JsonElement schemas)
    {
        if (schema.TryGetProperty("$ref", out var reference))
            schema = schemas.GetProperty(reference.GetString()!.Split('/')[^1]);
        return schema.TryGetProperty("properties", out var properties)
            ? [.. properties.EnumerateObject().Select(property => (property.Name, SampleOf(property.Value)))]
            : [];
    }

    private static object? SampleOf(JsonElement schema)
    {
        var type = schema.TryGetProperty("type", out var given) ? given : default;
        var names = type.ValueKind is JsonValueKind.Array ? [.. type.EnumerateArray().Select(one => one.GetString())] : new[] { type.ValueKind is JsonValueKind.String ? type.GetString() : null };
        var format = schema.TryGetProperty("format", out var form) ? form.GetString() : null;
        if (schema.TryGetProperty("enum", out var values))
            return values[0].GetString();
        if (names.Contains("string"))
            return format switch { "uuid" => Guid.Empty.ToString(), "date-time" => "2031-01-01T00:00:00Z", null => "글", _ => null };
        return names.Contains("integer") || names.Contains("number") ? 1 : names.Contains("boolean") ? true : null;
    }
}
