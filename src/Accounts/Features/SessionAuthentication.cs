using System.Text.Encodings.Web;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Madang.Accounts.Features;

/// <summary>Recognises a program by <c>Authorization: Bearer</c> and a browser by its session cookie. A bad bearer is refused even beside a good cookie.</summary>
internal sealed class SessionAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, SignedIn signedIn)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "Session";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var cancellation = Context.RequestAborted;
        var authorization = Request.Headers.Authorization.ToString();
        if (authorization.Length > 0)
        {
            const string bearer = "Bearer ";
            return authorization.StartsWith(bearer, StringComparison.OrdinalIgnoreCase)
                && await signedIn.ByBearerAsync(authorization[bearer.Length..].Trim(), cancellation) is { } program
                ? Success(program)
                : AuthenticateResult.Fail("The key or token is unknown, expired or revoked.");
        }
        return Request.Cookies[SessionCookie.Name] is { } token && await signedIn.BySessionAsync(token, cancellation) is { } browser
            ? Success(browser)
            : AuthenticateResult.NoResult();
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers[HeaderNames.WWWAuthenticate] = Access.BearerAuthentication;
        return base.HandleChallengeAsync(properties);
    }

    private AuthenticateResult Success(System.Security.Claims.ClaimsPrincipal principal) =>
        AuthenticateResult.Success(new AuthenticationTicket(principal, base.Scheme.Name));
}
