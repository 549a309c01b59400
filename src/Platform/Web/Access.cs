using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Platform.Web;

/// <summary>
/// Who may call an endpoint. A caller signed in by cookie is a browser that a foreign page can steer, so its writes need an
/// antiforgery token; a program with a bearer key is not.
/// </summary>
public static class Access
{
    /// <summary>The authentication type of a caller that proved itself by a bearer key.</summary>
    public const string BearerAuthentication = "Bearer";

    /// <summary>Lets in the operator, and API keys that carry <paramref name="scope"/>: otherwise 401 <c>auth.required</c> or 403 <c>auth.scope</c>.</summary>
    /// <param name="endpoint">The endpoint or group.</param>
    /// <param name="scope">Such as <c>images:write</c>.</param>
    public static TBuilder RequireScope<TBuilder>(this TBuilder endpoint, string scope)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.WithMetadata(new Required(scope));
        return endpoint;
    }

    /// <summary>Lets in the operator alone. A page sends a stranger to the sign-in page.</summary>
    /// <param name="endpoint">The endpoint or group.</param>
    public static TBuilder RequireOperator<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.WithMetadata(new OperatorOnlyAttribute());
        return endpoint;
    }

    /// <summary>Lets in whoever is signed in as a member, an operator who is one among them. A page sends a stranger to the sign-in page.</summary>
    /// <param name="endpoint">The endpoint or group.</param>
    public static TBuilder RequireMember<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.WithMetadata(new MemberOnlyAttribute());
        return endpoint;
    }

    /// <summary>
    /// Beside another requirement: the person must have proved who they are within <see cref="ProofLifetime"/>, or it is 403 <c>auth.proof_required</c>. For
    /// money, and for what would let somebody at an unwatched screen take the account over.
    /// </summary>
    /// <param name="endpoint">The endpoint or group.</param>
    public static TBuilder RequireRecentProof<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.WithMetadata(new RecentProofAttribute());
        return endpoint;
    }

    /// <summary>
    /// For a form with a small file that must work without scripts: its antiforgery token may stand in the form, which is then buffered before the endpoint runs.
    /// Others are checked by their header alone.
    /// </summary>
    /// <param name="endpoint">The endpoint or group.</param>
    /// <param name="mostBytes">The largest form that is read; a larger one is 413 <c>form.too_large</c>.</param>
    public static TBuilder TakesSmallForm<TBuilder>(this TBuilder endpoint, long mostBytes)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.WithMetadata(new SmallForm(mostBytes), new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(mostBytes));
        return endpoint;
    }

    private const string ProofRequired = "auth.proof_required";

    /// <summary>How long a proof (password, passkey, provider) is good for acts that ask for one.</summary>
    public static readonly TimeSpan ProofLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Decides from the endpoint's metadata, before the endpoint reads anything of the request's body.</summary>
    internal static async Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        var failure = metadata?.GetMetadata<IRequiredCaller>() is { } required ? Refusal(context.Caller(), required) : null;
        if (failure is null && metadata?.GetMetadata<RecentProofAttribute>() is not null)
            failure = ProofMissing(context.Caller(), context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
        failure ??= await ForgeryAsync(context);
        if (failure is null)
            await next(context);
        else if (failure.Code == ProofRequired && context.Features.Get<PageAudience>() is not null)
            context.Response.Redirect($"/prove?return={Uri.EscapeDataString(WayBack(context.Request))}");
        else if (context.Features.Get<PageAudience>() is not null)
            context.Response.StatusCode = failure.Status;
        else
            await failure.WriteTo(context);
    }

    private static Failure? Refusal(Caller? caller, IRequiredCaller required) => caller switch
    {
        null => new("auth.required", "Sign in, or send an API key as `Authorization: Bearer <key>`.", StatusCodes.Status401Unauthorized),
        _ when required.Member => caller.MemberId is null ? new("auth.member", "Only a member may do this.", StatusCodes.Status403Forbidden) : null,
        { IsOperator: true } => null,
        _ when required.Scope is { } scope && caller.May(scope) => null,
        _ when required.Scope is { } scope => new("auth.scope", $"This key lacks the scope `{scope}`.", StatusCodes.Status403Forbidden),
        _ => new("auth.operator", "Only the operator may do this.", StatusCodes.Status403Forbidden),
    };

    // A person who pressed a button is led back to the page that it stands on, as only a link can be followed again.
    private static string WayBack(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method))
            return request.PathBase + request.Path + request.QueryString;
        return Uri.TryCreate(request.Headers.Referer, UriKind.Absolute, out var page) ? page.PathAndQuery : "/";
    }

    private static Failure? ProofMissing(Caller? caller, DateTimeOffset now) => caller?.ProvedAt is { } proved && now - proved < ProofLifetime
        ? null
        : new(ProofRequired, "Prove once more who you are, by password or passkey, and repeat this.", StatusCodes.Status403Forbidden);

    private static async Task<Failure?> ForgeryAsync(HttpContext context)
    {
        var safe = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
            || HttpMethods.IsOptions(context.Request.Method) || HttpMethods.IsTrace(context.Request.Method);
        var byCookie = context.User.Identity is ClaimsIdentity { IsAuthenticated: true, AuthenticationType: not BearerAuthentication };
        if (safe || !byCookie || context.GetEndpoint() is null)
            return null;
        var forgery = context.RequestServices.GetRequiredService<IAntiforgery>();
        var small = context.GetEndpoint()!.Metadata.GetMetadata<SmallForm>();
        if (small is not null && context.Request.ContentLength > small.MostBytes)
            return new("form.too_large", $"This form may have at most {small.MostBytes} bytes.", StatusCodes.Status413PayloadTooLarge);
        // A multipart upload is checked by its header alone: reading the form here would buffer the whole file.
        var streamed = context.Request.ContentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) == true;
        if (streamed && small is null && !context.Request.Headers.ContainsKey(WebModule.AntiforgeryHeader))
            return Forged;
        try
        {
            await forgery.ValidateRequestAsync(context);
            return null;
        }
        catch (AntiforgeryValidationException)
        {
            return Forged;
        }
    }

    private static Failure Forged => new(
        "auth.csrf",
        $"Send the page's token as the form field `{WebModule.AntiforgeryField}` or the header `{WebModule.AntiforgeryHeader}`; reload the page if it is old.",
        StatusCodes.Status400BadRequest);

    private sealed record Required(string Scope) : IRequiredCaller
    {
        public bool Member => false;
    }

    private sealed record SmallForm(long MostBytes);
}

/// <summary>Says who may call an endpoint.</summary>
internal interface IRequiredCaller
{
    /// <summary>What a key must carry; null for the operator or a member alone.</summary>
    string? Scope { get; }

    /// <summary>True for a member alone.</summary>
    bool Member { get; }
}

/// <summary>On a page: for the operator alone, as <see cref="Access.RequireOperator"/> is for an endpoint.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OperatorOnlyAttribute : Attribute, IRequiredCaller
{
    string? IRequiredCaller.Scope => null;

    bool IRequiredCaller.Member => false;
}

/// <summary>On a page: for members alone, as <see cref="Access.RequireMember"/> is for an endpoint.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class MemberOnlyAttribute : Attribute, IRequiredCaller
{
    string? IRequiredCaller.Scope => null;

    bool IRequiredCaller.Member => true;
}

/// <summary>On a page: for who has just proved who they are, as <see cref="Access.RequireRecentProof"/> is for an endpoint. Others are led to prove it, and back.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RecentProofAttribute : Attribute;

/// <summary>A feature of requests whose answer a person reads: a refusal has a status only, and the layer of pages says it in words.</summary>
public sealed class PageAudience;
