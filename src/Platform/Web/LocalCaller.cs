using System.Net;
using Microsoft.AspNetCore.Http;

namespace Madang.Platform.Web;

/// <summary>Tells a request of this machine itself from the world's.</summary>
public static class LocalCaller
{
    /// <summary>
    /// True for a request that came from this machine and not through a gateway on it, behind which the world is. A gateway shows by a forwarding header
    /// or by the public name that it asks for; one that shows neither must not pass on what asks this.
    /// </summary>
    /// <param name="context">The request.</param>
    public static bool IsFromThisMachine(this HttpContext context)
    {
        var request = context.Request;
        return context.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from)
            && !request.Headers.ContainsKey("X-Forwarded-For") && !request.Headers.ContainsKey("Forwarded")
            && !request.Headers.ContainsKey("X-Forwarded-Host") && !request.Headers.ContainsKey("X-Original-For")
            && request.Host.Host is "127.0.0.1" or "[::1]" or "localhost";
    }
}
