using Microsoft.AspNetCore.Http;

namespace Madang.Accounts.Features;

/// <summary>
/// Keeps the secret of a sign-up or a code between two pages, in a cookie that no script reads. Not in the address, which would stand in histories and logs.
/// </summary>
internal static class PageSecret
{
    public const string SignUp = "madang-sign-up";
    public const string LoginId = "madang-find-login-id";
    public const string Password = "madang-reset-password";
    public const string Email = "madang-change-email";

    public static string? Read(HttpContext context, string name) => context.Request.Cookies[name];

    public static void Keep(HttpContext context, string name, string secret) => context.Response.Cookies.Append(name, secret, Options(context, TimeSpan.FromHours(1)));

    public static void Forget(HttpContext context, string name) => context.Response.Cookies.Delete(name, Options(context, null));

    private static CookieOptions Options(HttpContext context, TimeSpan? age) => new()
    {
        HttpOnly = true,
        Secure = context.Request.IsHttps,
        SameSite = SameSiteMode.Strict,
        Path = "/",
        MaxAge = age,
        IsEssential = true,
    };
}
