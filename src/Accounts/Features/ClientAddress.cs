using System.Net;
using Microsoft.AspNetCore.Http;

namespace Madang.Accounts.Features;

/// <summary>Where a request comes from on the network.</summary>
internal static class ClientAddress
{
    /// <summary>Null where the connection has none: a local socket.</summary>
    public static IPAddress? Of(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address)
            return null;
        // A gateway on this machine says last whom it got the request from; what stands before that was said by strangers.
        if (IPAddress.IsLoopback(address) && context.Request.Headers["X-Forwarded-For"].ToString() is { Length: > 0 } forwarded)
            address = IPAddress.TryParse(forwarded.Split(',')[^1].Trim(), out var client) ? client : address;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
