using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Madang.Accounts.Features;

/// <summary>
/// Browsers in which a member has signed in before, known by a signed cookie that outlives the session. Their wrong passwords are counted apart, so that a
/// stranger who tries passwords shuts out himself and other strangers, never the member at home (OWASP: device cookies). It lets nobody in.
/// </summary>
internal sealed class KnownDevices(IDataProtectionProvider protection)
{
    public const string CookieName = "madang-device";

    /// <summary>A family's tablet; with each member's part in it, the cookie stays small.</summary>
    private const int MostMembers = 4;

    private readonly IDataProtector _protector = protection.CreateProtector("Madang.Accounts.KnownDevice");

    /// <summary>What this browser is known by to the member; null where the member never signed in.</summary>
    /// <remarks>The cookie is opened for nobody too, so that the time it takes does not tell who is a member.</remarks>
    public string? Find(HttpContext context, Guid? member) => Read(context).FirstOrDefault(known => known.Member == member)?.Device;

    /// <summary>Makes this browser a known one. Call it when the member has proved to be that, by whatever way.</summary>
    public void Remember(HttpContext context, Guid member)
    {
        var known = Read(context);
        if (known.FirstOrDefault()?.Member == member)
            return;
        var one = known.FirstOrDefault(each => each.Member == member) ?? new Known(member, Domain.Secret.New());
        var list = known.Where(each => each.Member != member).Prepend(one).Take(MostMembers).Select(each => $"{each.Member:N} {each.Device}");
        context.Response.Cookies.Append(CookieName, _protector.Protect(string.Join(';', list)), new CookieOptions
        {
            HttpOnly = true,
            Secure = context.Request.IsHttps,
            SameSite = SameSiteMode.Lax,
            Path = "/",
            MaxAge = TimeSpan.FromDays(400),
            IsEssential = true,
        });
    }

    private List<Known> Read(HttpContext context)
    {
        if (context.Request.Cookies[CookieName] is not { Length: > 0 and < 3000 } cookie)
            return [];
        try
        {
            return _protector.Unprotect(cookie).Split(';').Select(each => each.Split(' ')).Select(parts => new Known(Guid.ParseExact(parts[0], "N"), parts[1])).ToList();
        }
        catch (Exception foreign) when (foreign is CryptographicException or FormatException)
        {
            return [];
        }
    }

    private sealed record Known(Guid Member, string Device);
}
