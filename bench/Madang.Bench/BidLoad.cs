using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Madang.Bench;

/// <summary>
/// Bidders on connections of their own who send one request after another, by plain sockets: a client with all comforts would cost more than the server. Every answer is
/// read whole and counted.
/// </summary>
internal sealed class BidLoad(int port, IReadOnlyList<string> tokens)
{
    private const int Step = 100_000;
    private long _next;
    private long _key;

    /// <summary>All of them for a time; each then waits for its last answer.</summary>
    /// <param name="path">What they post to.</param>
    /// <param name="connections">How many of them.</param>
    /// <param name="time">How long.</param>
    public async Task<Load> RunAsync(string path, int connections, TimeSpan time)
    {
        var until = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var started = Stopwatch.GetTimestamp();
        var all = await Task.WhenAll(tokens.Take(connections).Select(token => Task.Run(() => BidAsync(path, token, until))));
        var took = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var latencies = all.SelectMany(one => one.Latencies).Order().ToArray();
        return new(latencies.Length, latencies.Length / took, latencies[latencies.Length / 2], latencies[(int)(latencies.Length * 0.99)], all.Sum(one => one.Taken), all.Sum(one => one.Odd));
    }

    private async Task<(List<double> Latencies, int Taken, int Odd)> BidAsync(string path, string token, long until)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port);
        // Of a fixed width: the number is written over, with spaces before it.
        var request = Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {new string('0', 16)}\r\nContent-Type: application/json\r\nContent-Length: 27\r\n\r\n"
            + "{\"maximum\":" + new string(' ', 15) + "}");
        var (key, amount) = (request.AsSpan().IndexOf("0000000000000000"u8), request.Length - 16);
        var buffer = new byte[8192];
        var (latencies, taken, odd) = (new List<double>(100_000), 0, 0);
        while (Stopwatch.GetTimestamp() < until)
        {
            Write(request.AsSpan(key, 16), Interlocked.Increment(ref _key), (byte)'0');
            Write(request.AsSpan(amount, 15), Interlocked.Add(ref _next, Step), (byte)' ');
            var started = Stopwatch.GetTimestamp();
            await socket.SendAsync(request);
            var status = await AnswerAsync(socket, buffer);
            latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            taken += status == 201 ? 1 : 0;
            odd += status is 201 or 422 ? 0 : 1;
        }
        return (latencies, taken, odd);
    }

    private static async Task<int> AnswerAsync(Socket socket, byte[] buffer)
    {
        var length = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length));
            if (read == 0)
                throw new IOException("The server closed the connection.");
            length += read;
            var answer = buffer.AsSpan(0, length);
            var head = answer.IndexOf("\r\n\r\n"u8);
            if (head < 0)
                continue;
            var sized = answer[..head].IndexOf("Content-Length: "u8);
            var isWhole = sized >= 0 && Utf8Parser.TryParse(answer[(sized + 16)..], out int size, out _) ? length >= head + 4 + size : answer.EndsWith("\r\n0\r\n\r\n"u8);
            if (isWhole)
                return int.Parse(answer.Slice(9, 3), CultureInfo.InvariantCulture);
        }
    }

    private static void Write(Span<byte> place, long number, byte fill)
    {
        place.Fill(fill);
        for (var i = place.Length - 1; number > 0; i--, number /= 10)
            place[i] = (byte)('0' + (number % 10));
    }
}

/// <summary>What a round gave; latencies in milliseconds.</summary>
/// <param name="Answers">How many were read.</param>
/// <param name="PerSecond">Answers a second.</param>
/// <param name="P50">The median.</param>
/// <param name="P99">One in a hundred took longer.</param>
/// <param name="Taken">How many bids were accepted.</param>
/// <param name="Odd">Answers that are neither taken nor refused by a rule.</param>
internal sealed record Load(int Answers, double PerSecond, double P50, double P99, int Taken, int Odd);
