using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Madang.Tests.Servers;

/// <summary>
/// A provider by the book (RFC 6749, RFC 7636) on loopback: whoever is sent to it is <see cref="Person"/> and agrees at once. It checks what a real one checks: the client's
/// secret, that a code is used once, for the address it was made for, and with the verifier that belongs to its challenge.
/// </summary>
public sealed class OAuthServer : IAsyncDisposable
{
    public const string ClientId = "madang-test";
    public const string ClientSecret = "not-a-secret";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, (string RedirectUri, string? Challenge, string Person)> _codes = new();
    private readonly ConcurrentDictionary<string, string> _tokens = new();

    private OAuthServer(WebApplication app) => _app = app;

    /// <summary>What the provider says of who comes, as JSON.</summary>
    public string Person { get; set; } = "{}";

    /// <summary>The status of the user information endpoint, to break it.</summary>
    public int Status { get; set; } = 200;

    /// <summary>When the person signed in there, as the id_token says; null: there is no id_token.</summary>
    public DateTimeOffset? SignedInAt { get; set; }

    /// <summary>What came to the authorization endpoint last.</summary>
    public IQueryCollection? Asked { get; private set; }

    /// <summary>Why the token endpoint last said no.</summary>
    public string? Refused { get; private set; }

    public static async Task<OAuthServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        var server = new OAuthServer(app);
        app.MapGet("/authorize", (Delegate)server.Authorize);
        app.MapPost("/token", (Delegate)server.TokenAsync);
        app.MapGet("/me", (Delegate)server.Me);
        await app.StartAsync();
        return server;
    }

    /// <summary>The settings by which a node offers this server under a provider's name.</summary>
    public IEnumerable<KeyValuePair<string, string>> SettingsFor(string provider)
    {
        var address = _app.Urls.First();
        var section = $"Accounts:Providers:{provider}";
        return
        [
            new($"{section}:ClientId", ClientId), new($"{section}:ClientSecret", ClientSecret), new($"{section}:AuthorizationEndpoint", $"{address}/authorize"),
            new($"{section}:TokenEndpoint", $"{address}/token"), new($"{section}:UserInformationEndpoint", $"{address}/me"),
        ];
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IResult Authorize(HttpContext context)
    {
        Asked = context.Request.Query;
        var code = Guid.CreateVersion7().ToString("N");
        _codes[code] = (Asked["redirect_uri"]!, Asked["code_challenge"], Person);
        return Results.Redirect(QueryHelpers.AddQueryString(Asked["redirect_uri"]!, new Dictionary<string, string?> { ["code"] = code, ["state"] = Asked["state"] }));
    }

    private async Task<IResult> TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        Refused = Why(form, out var person);
        if (Refused is not null)
            return Results.BadRequest(new { error = "invalid_grant" });
        var token = Guid.CreateVersion7().ToString("N");
        _tokens[token] = person;
        return SignedInAt is { } at
            ? Results.Json(new { access_token = token, token_type = "Bearer", expires_in = 3600, id_token = IdToken(at) })
            : Results.Json(new { access_token = token, token_type = "Bearer", expires_in = 3600 });
    }

    private static string IdToken(DateTimeOffset signedInAt) => string.Join('.', new[]
    {
        """{"alg":"none"}""", $$"""{"auth_time":{{signedInAt.ToUnixTimeSeconds()}}}""", "signature",
    }.Select(part => WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(part))));

    private string? Why(IFormCollection form, out string person)
    {
        person = "";
        if (form["client_id"] != ClientId || form["client_secret"] != ClientSecret)
            return "client";
        if (!_codes.TryRemove(form["code"].ToString(), out var known))
            return "code";
        person = known.Person;
        if (known.RedirectUri != form["redirect_uri"])
            return "redirect_uri";
        var verifier = form["code_verifier"].ToString();
        return known.Challenge is null || known.Challenge == WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))) ? null : "code_verifier";
    }

    private IResult Me(HttpContext context) =>
        Status == 200 && _tokens.TryGetValue(context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal), out var person)
            ? Results.Text(person, "application/json")
            : Results.StatusCode(Status == 200 ? 401 : Status);
}
