using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;

namespace Madang.Platform.Web;

/// <summary>
/// The address that people have for this Madang, for links that leave it (in mails, to providers): <c>Web:PublicUrl</c>, else the first address that the server listens on.
/// Never taken from a request, whose Host header anybody may write.
/// </summary>
public sealed class PublicUrl
{
    private readonly Uri? _configured;
    private readonly IServer? _server;

    /// <summary>Made once by the host.</summary>
    /// <param name="configuration">The host's configuration.</param>
    /// <param name="server">Knows what it listens on once it is up; null in a command.</param>
    /// <exception cref="InvalidOperationException"><c>Web:PublicUrl</c> is no http(s) address.</exception>
    public PublicUrl(IConfiguration configuration, IServer? server = null)
    {
        _server = server;
        if (configuration["Web:PublicUrl"] is not { Length: > 0 } text)
            return;
        _configured = Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new InvalidOperationException("Web:PublicUrl is no address. Write it as `https://madang.example.com`.");
    }

    /// <summary>The address of the start page, with a slash at its end.</summary>
    public Uri Root => _configured ?? Listening();

    /// <summary>The full address of a page.</summary>
    /// <param name="path">From the root, with its slash: <c>/notifications</c>.</param>
    public string Of(string path) => Root.AbsoluteUri.TrimEnd('/') + path;

    private Uri Listening()
    {
        var first = _server?.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://127.0.0.1:5080";
        // "http://+:80" and "http://0.0.0.0:80" listen on every name, and are none.
        first = first.Replace("://+", "://localhost", StringComparison.Ordinal).Replace("://*", "://localhost", StringComparison.Ordinal)
            .Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal).Replace("://[::]", "://localhost", StringComparison.Ordinal);
        return new Uri(first.TrimEnd('/') + "/");
    }
}
