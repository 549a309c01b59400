using System.Net;
using System.Net.Sockets;

namespace Madang.Tests.Servers;

/// <summary>Ports of this machine for servers that cannot pick one themselves.</summary>
internal static class LocalPorts
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static int[] Free(int count)
    {
        var held = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        held.ForEach(listener => listener.Start());
        var ports = held.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        held.ForEach(listener => listener.Dispose());
        return ports;
    }

    /// <summary>Waits until somebody listens on the port.</summary>
    public static async Task Answer(int port, WatchedProcess server)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port, patience.Token);
                return;
            }
            catch (SocketException) when (!patience.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
            catch (OperationCanceledException late)
            {
                throw new InvalidOperationException($"Nothing listens on port {port}. The server printed: {server.Output}", late);
            }
        }
    }
}
