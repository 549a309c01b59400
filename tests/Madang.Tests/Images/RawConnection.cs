using System.Net.Sockets;
using System.Text;

namespace Madang.Tests.Images;

/// <summary>A connection on which a test writes HTTP/1.1 itself: to stop in the middle, or to read an answer that comes before the request has ended.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private readonly TcpClient _client = new();
    private readonly StringBuilder _seen = new();

    /// <summary>Sends the head of an upload.</summary>
    public static async Task<RawConnection> PostAsync(Uri address, string path, string key, long length)
    {
        var raw = new RawConnection();
        await raw._client.ConnectAsync(address.Host, address.Port);
        await raw.SendAsync(Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {key}\r\nContent-Type: {Form.ContentType}\r\nContent-Length: {length}\r\n\r\n"));
        return raw;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _client.GetStream().WriteAsync(bytes);

    /// <summary>Everything that was answered, once this text is in it.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var buffer = new byte[64 * 1024];
        while (!_seen.ToString().Contains(text, StringComparison.Ordinal))
        {
            var read = await _client.GetStream().ReadAsync(buffer, patience.Token);
            if (read == 0)
                throw new Xunit.Sdk.XunitException($"closed before `{text}`: {_seen}");
            _seen.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
        return _seen.ToString();
    }

    /// <summary>Goes away without a word, as a phone in a tunnel does.</summary>
    public void Break()
    {
        _client.LingerState = new LingerOption(enable: true, seconds: 0);
        _client.Close();
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
