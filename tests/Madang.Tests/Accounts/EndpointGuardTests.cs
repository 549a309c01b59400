using System.Net;
using Madang.Tests.Host;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Madang.Tests.Accounts;

/// <summary>Nothing that writes is reachable without credentials. Whoever adds an endpoint is covered without having thought of this.</summary>
public sealed class EndpointGuardTests(MadangHost host) : IClassFixture<MadangHost>
{
    /// <summary>What a stranger may send: the ways in and back in, each with a limit of its own, the way out, the choice of language and colours, and what payment providers tell (signed, or asked back).</summary>
    private static readonly string[] OpenToAll =
    [
        "POST /api/login-id", "POST /api/login-id/code", "POST /api/members/availability", "POST /api/password", "POST /api/password/code", "POST /api/session",
        "POST /api/session/passkey", "POST /api/session/passkey/options", "POST /api/sign-up", "POST /api/sign-up/confirm", "POST /api/sign-up/resend", "POST /api/tokens", "POST /api/tokens/refresh",
        "POST /api/wallet/webhooks/{provider}",
        "POST /preferences", "POST /sign-in", "POST /sign-out",
    ];

    [Fact]
    public async Task Every_endpoint_that_writes_refuses_a_stranger_but_for_a_few_that_are_named_here()
    {
        var stranger = host.Stranger();
        var open = new List<string>();
        var tried = 0;
        foreach (var (method, endpoint) in Writing())
        {
            var answer = await stranger.SendAsync(Request(method, endpoint));
            tried++;
            // A wrong password is 401 too; that endpoint is open all the same.
            if (answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) || !(await answer.Content.ReadAsStringAsync()).Contains("\"code\":\"auth.", StringComparison.Ordinal))
                open.Add(Name(method, endpoint));
        }

        Assert.Equal(OpenToAll, open.Order(StringComparer.Ordinal));
        Assert.True(tried >= OpenToAll.Length + 8, $"only {tried} endpoints were found: this test proves nothing");
    }

    [Fact]
    public async Task A_revoked_or_invented_key_is_no_better_than_none()
    {
        var client = host.Stranger();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer mdg_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        foreach (var (method, endpoint) in Writing().Where(one => one.Endpoint.RoutePattern.RawText!.TrimStart('/').StartsWith("api/", StringComparison.Ordinal)))
        {
            if (OpenToAll.Contains(Name(method, endpoint)))
                continue;
            var answer = await client.SendAsync(Request(method, endpoint));
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Pages_take_no_forms_themselves()
    {
        foreach (var endpoint in All().Where(endpoint => endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not null))
        {
            var answer = await host.Stranger().PostAsync(Sample(endpoint), new FormUrlEncodedContent([new("_handler", "x")]));
            Assert.True((int)answer.StatusCode >= 400, $"POST {endpoint.RoutePattern.RawText} answers {(int)answer.StatusCode} to a stranger");
        }
    }

    private static string Name(string method, RouteEndpoint endpoint) => $"{method} /{endpoint.RoutePattern.RawText!.Trim('/')}";

    private IEnumerable<RouteEndpoint> All() => host.First.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    private IEnumerable<(string Method, RouteEndpoint Endpoint)> Writing() =>
        from endpoint in All()
        where endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is null
        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
        where method is not ("GET" or "HEAD" or "OPTIONS")
        select (method, endpoint);

    /// <summary>A request that routing brings to the endpoint: what is turned away before it would prove nothing.</summary>
    private static HttpRequestMessage Request(string method, RouteEndpoint endpoint)
    {
        var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation(
            "Content-Type", endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes[0] is { } type ? type : "application/json");
        return new(new(method), Sample(endpoint)) { Content = content };
    }

    /// <summary>A path that the endpoint matches.</summary>
    private static string Sample(RouteEndpoint endpoint) => "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternSeparatorPart separator => separator.Content,
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart { ParameterPolicies: [{ Content: "long" or "int" }] } => "1",
        _ => "0198c2d4-0000-7000-8000-000000000000",
    }))));
}
