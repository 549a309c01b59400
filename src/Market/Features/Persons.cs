using System.Security.Cryptography;
using System.Text;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Madang.Market.Features;

/// <summary>Who is counted as one person: a member, or who comes from one address with one browser. From what is kept nobody can tell who that was.</summary>
internal static class Persons
{
    /// <summary>16 bytes that are the same for a person on a day, and others on the next.</summary>
    public static byte[] Of(HttpContext context, DateOnly day)
    {
        var who = context.Caller() is { } caller ? caller.MemberId?.ToString() ?? caller.Id : $"{context.Connection.RemoteIpAddress}\n{context.Request.Headers.UserAgent}";
        return SHA256.HashData(Encoding.UTF8.GetBytes($"{day:O}\n{who}"))[..16];
    }
}
