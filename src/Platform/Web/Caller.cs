using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Madang.Platform.Web;

/// <summary>Who makes the request.</summary>
/// <param name="Id">Stable id of the key or the person.</param>
/// <param name="Name">For people to read.</param>
/// <param name="IsOperator">Runs this Madang; may do everything.</param>
/// <param name="Scopes">What an API key may do, such as <c>images:write</c>.</param>
/// <param name="MemberId">The member in whose name it is made; null for an API key, and for the operator who came by a one-time link.</param>
/// <param name="ProvedAt">When the person last proved who they are, by password, passkey or provider; null for an API key.</param>
public sealed record Caller(
    string Id, string Name, bool IsOperator, IReadOnlySet<string> Scopes, Guid? MemberId = null, DateTimeOffset? ProvedAt = null)
{
    /// <summary>The claim type of a scope.</summary>
    public const string ScopeClaim = "scope";

    /// <summary>The claim type of the member's id, a UUID.</summary>
    public const string MemberClaim = "member";

    /// <summary>The claim type of the last proof, in Unix seconds.</summary>
    public const string ProvedClaim = "proved_at";

    /// <summary>The claim type of the language a member chose: <c>ko</c> or <c>en</c>.</summary>
    public const string LanguageClaim = "language";

    /// <summary>The role of the operator.</summary>
    public const string OperatorRole = "operator";

    /// <summary>True where the caller may do what <paramref name="scope"/> names.</summary>
    /// <param name="scope">Such as <c>images:write</c>.</param>
    public bool May(string scope) => IsOperator || Scopes.Contains(scope);
}

/// <summary>Finds the caller of a request.</summary>
public static class CallerOfRequest
{
    /// <summary>Who makes this request; null for a stranger.</summary>
    /// <param name="context">The request.</param>
    public static Caller? Caller(this HttpContext context)
    {
        if (context.User.Identity is not { IsAuthenticated: true } || context.User.FindFirstValue(ClaimTypes.NameIdentifier) is not { } id)
            return null;
        return new Caller(
            id,
            context.User.Identity.Name ?? id,
            context.User.IsInRole(Web.Caller.OperatorRole),
            context.User.FindAll(Web.Caller.ScopeClaim).Select(claim => claim.Value).ToHashSet(StringComparer.Ordinal),
            Guid.TryParse(context.User.FindFirstValue(Web.Caller.MemberClaim), out var member) ? member : null,
            long.TryParse(context.User.FindFirstValue(Web.Caller.ProvedClaim), NumberStyles.None, CultureInfo.InvariantCulture, out var proved)
                ? DateTimeOffset.FromUnixTimeSeconds(proved)
                : null);
    }
}
