using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Madang.Accounts.Domain;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Madang.Accounts.Features.Providers;

/// <summary>
/// The way to a provider and back, by ASP.NET Core's OAuth handler: <c>state</c> is signed and tied to the browser by a cookie, PKCE where the provider offers it,
/// and what comes back leads to a path of ours alone.
/// </summary>
internal static partial class ProviderEndpoints
{
    private const string ConnectItem = "connect";
    private const string ProveItem = "prove";
    private const int LongestAnswer = 256 * 1024;

    /// <summary>Adds the handler of each configured provider.</summary>
    public static void AddProviders(this AuthenticationBuilder authentication, IReadOnlyList<ProviderSettings> providers)
    {
        foreach (var provider in providers)
            authentication.AddOAuth<OAuthOptions, ProviderHandler>(provider.Scheme, provider.Label, options => Configure(options, provider));
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        // GET: a form may lead to our own pages alone, by our content security policy. It changes nothing yet; the answer is tied to this browser by the state.
        routes.MapGet("/sign-in/with/{provider}", Begin).ExcludeFromDescription();
        routes.MapPost("/me/sign-in/{provider}/disconnect", DisconnectAsync).RequireMember().RequireRecentProof().ExcludeFromDescription();
    }

    /// <summary>
    /// What makes a member's own page lead to a provider to connect it. A foreign page cannot make one, and so cannot connect an account of its owner's with
    /// the member who happens to be looking at it.
    /// </summary>
    public static string ConnectToken(IDataProtectionProvider protection, Guid session) =>
        Connecting(protection).Protect(session.ToString("N"), TimeSpan.FromMinutes(10));

    private static Results<ChallengeHttpResult, NotFound, RedirectHttpResult> Begin(
        string provider, string? @return, string? connect, HttpContext context, IReadOnlyList<ProviderSettings> providers, IDataProtectionProvider protection, TimeProvider time)
    {
        if (providers.FirstOrDefault(one => one.Name == provider) is not { } known)
            return TypedResults.NotFound();
        var properties = new AuthenticationProperties { RedirectUri = LocalPath.Of(@return) };
        if (connect is not null)
        {
            if (!MayConnect(connect, context, protection, time))
                return TypedResults.Redirect("/me/sign-in?refused=connect");
            properties.Items[ConnectItem] = Sessions.CurrentId(context)!.Value.ToString("N");
        }
        else if (context.Caller() is { MemberId: not null })
        {
            properties.Items[ProveItem] = "";
        }
        return TypedResults.Challenge(properties, [known.Scheme]);
    }

    private static async Task<Results<RedirectHttpResult, ProblemHttpResult>> DisconnectAsync(
        string provider, HttpContext context, EnterByProvider enter, CancellationToken cancellation)
    {
        var caller = context.Caller()!;
        return await enter.DisconnectAsync(provider, caller.MemberId!.Value, caller, cancellation) is { } failure
            ? failure.ToProblem()
            : TypedResults.Redirect("/me/sign-in");
    }

    private static bool MayConnect(string token, HttpContext context, IDataProtectionProvider protection, TimeProvider time)
    {
        try
        {
            return context.Caller() is { MemberId: not null, ProvedAt: { } proved } && time.GetUtcNow() - proved < Access.ProofLifetime
                && Connecting(protection).Unprotect(token) == Sessions.CurrentId(context)?.ToString("N");
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return false;
        }
    }

    private static ITimeLimitedDataProtector Connecting(IDataProtectionProvider protection) =>
        protection.CreateProtector("Madang.Accounts.ConnectProvider").ToTimeLimitedDataProtector();

    private static void Configure(OAuthOptions options, ProviderSettings provider)
    {
        options.SignInScheme = SessionAuthentication.Scheme;
        options.ClientId = provider.ClientId;
        options.ClientSecret = provider.ClientSecret;
        options.AuthorizationEndpoint = provider.AuthorizationEndpoint;
        options.TokenEndpoint = provider.TokenEndpoint;
        options.UserInformationEndpoint = provider.UserInformationEndpoint;
        options.CallbackPath = provider.CallbackPath;
        options.UsePkce = provider.Pkce;
        options.Backchannel = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = TimeSpan.FromSeconds(10),
            MaxResponseContentBufferSize = LongestAnswer,
        };
        options.CorrelationCookie.SameSite = SameSiteMode.Lax;
        options.CorrelationCookie.Name = "madang-oauth.";
        foreach (var scope in provider.Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            options.Scope.Add(scope);
        options.Events.OnRedirectToAuthorizationEndpoint = redirect =>
        {
            redirect.Response.Redirect(redirect.Properties.Items.ContainsKey(ProveItem) ? $"{redirect.RedirectUri}&{provider.AskAgain}" : redirect.RedirectUri);
            return Task.CompletedTask;
        };
        options.Events.OnCreatingTicket = ticket => LookAsync(ticket, provider);
        options.Events.OnTicketReceived = received => EnterAsync(received, provider);
        options.Events.OnAccessDenied = denied =>
        {
            denied.Response.Redirect("/sign-in");
            denied.HandleResponse();
            return Task.CompletedTask;
        };
        options.Events.OnRemoteFailure = failed =>
        {
            // What the provider sent stays out of the log.
            var log = failed.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Madang.Accounts.Providers");
            LogFailed(log, provider.Name, failed.Failure?.GetType().Name ?? "nothing");
            failed.Response.Redirect("/sign-in?refused=provider");
            failed.HandleResponse();
            return Task.CompletedTask;
        };
    }

    /// <summary>Asks the provider who this is.</summary>
    private static async Task LookAsync(OAuthCreatingTicketContext ticket, ProviderSettings provider)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, provider.UserInformationEndpoint);
        request.Headers.Accept.Add(new("application/json"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ticket.AccessToken);
        using var answer = await ticket.Backchannel.SendAsync(request, ticket.HttpContext.RequestAborted);
        answer.EnsureSuccessStatusCode();
        using var person = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(ticket.HttpContext.RequestAborted));
        ticket.HttpContext.Features.Set(ProviderProfile.Read(provider.Form, person.RootElement).Value with
        {
            SignedInAt = ProviderProfile.ReadSignedInAt(ticket.TokenResponse.Response?.RootElement ?? default),
        });
    }

    private static async Task EnterAsync(TicketReceivedContext received, ProviderSettings provider)
    {
        var context = received.HttpContext;
        var person = context.Features.Get<ProviderProfile>()!;
        var enter = context.RequestServices.GetRequiredService<EnterByProvider>();
        received.HandleResponse();
        // The handler runs before anybody was asked who this is.
        if ((await context.AuthenticateAsync()).Principal is { } principal)
            context.User = principal;
        if (received.Properties?.Items.TryGetValue(ConnectItem, out var session) is true)
        {
            var failure = context.Caller() is { MemberId: { } member } caller && Sessions.CurrentId(context)?.ToString("N") == session
                ? await enter.ConnectAsync(provider.Name, person, member, caller, context.RequestAborted)
                : new Failure("auth.required", "Sign in first.");
            context.Response.Redirect(failure is null ? "/me/sign-in?done=connected" : "/me/sign-in?refused=connect");
            return;
        }
        // A provider that did not ask again has proved nothing but that the browser is the same.
        if (received.Properties?.Items.ContainsKey(ProveItem) is true
            && person.SignedInAt < context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow() - Access.ProofLifetime)
        {
            context.Response.Redirect($"/prove?refused=provider&return={Uri.EscapeDataString(LocalPath.Of(received.ReturnUri))}");
            return;
        }
        var entered = await enter.ReceiveAsync(provider.Name, person, LocalPath.Of(received.ReturnUri), context, context.RequestAborted);
        context.Response.Redirect(entered.Succeeded(out var path, out var refused) ? path : $"/sign-in?refused={Uri.EscapeDataString(refused.Code)}");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in by {Provider} failed: {Reason}")]
    private static partial void LogFailed(ILogger log, string provider, string reason);

    /// <summary>As ASP.NET Core's, but for Naver, whose documentation wants <c>state</c> with the code too.</summary>
    private sealed class ProviderHandler(IOptionsMonitor<OAuthOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : OAuthHandler<OAuthOptions>(options, logger, encoder)
    {
        protected override async Task<OAuthTokenResponse> ExchangeCodeAsync(OAuthCodeExchangeContext context)
        {
            if (Scheme.Name != "provider:naver")
                return await base.ExchangeCodeAsync(context);
            using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["grant_type"] = "authorization_code",
                ["client_id"] = Options.ClientId,
                ["client_secret"] = Options.ClientSecret,
                ["code"] = context.Code,
                ["redirect_uri"] = context.RedirectUri,
                ["state"] = Request.Query["state"].ToString(),
            });
            using var answer = await Backchannel.PostAsync(new Uri(Options.TokenEndpoint), form, Context.RequestAborted);
            return answer.IsSuccessStatusCode
                ? OAuthTokenResponse.Success(JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Context.RequestAborted)))
                : OAuthTokenResponse.Failed(new AuthenticationFailureException($"The provider answered {(int)answer.StatusCode}."));
        }
    }
}
