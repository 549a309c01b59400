using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Madang.Market.Features;

/// <summary>
/// Who is counted as one person: a member, or whoever comes from one address (of IPv6 from one network): what a browser says of itself can be made up at will. What is kept
/// shows nobody's name; who has the database and a guess can test it, for a day.
/// </summary>
internal static class Persons
{
    /// <summary>16 bytes that are the same for a person on a day, and others on the next.</summary>
    public static byte[] Of(HttpContext context, DateOnly day)
    {
        var who = context.Caller() is { } caller ? caller.MemberId?.ToString() ?? caller.Id : Place(context.Connection.RemoteIpAddress);
        return SHA256.HashData(Encoding.UTF8.GetBytes($"{day:O}\n{who}"))[..16];
    }

    private static string Place(IPAddress? address) => address switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.ToString(),
    };
}
