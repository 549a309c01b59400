using System.Net;
using Madang.Tests.Host;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Tests.Accounts;

/// <summary>Lets a test's requests come from network addresses, which the in-memory server has none of.</summary>
internal sealed class FromAddress : IStartupFilter
{
    private const string Header = "X-Test-Address";

    public static async Task<Node> NodeAsync(MadangHost host)
    {
        var node = await host.NodeAsync(configure: services => services.AddSingleton<IStartupFilter, FromAddress>());
        // Whose clock goes ahead throws the other's mails away as too old.
        node.Clock.Advance(host.First.Clock.GetUtcNow() - node.Clock.GetUtcNow());
        return node;
    }

    public static HttpClient Client(Node node, string address)
    {
        var client = node.Stranger();
        client.DefaultRequestHeaders.Add(Header, address);
        return client;
    }

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, following) =>
        {
            if (IPAddress.TryParse(context.Request.Headers[Header], out var address))
                context.Connection.RemoteIpAddress = address;
            return following(context);
        });
        next(app);
    };
}
