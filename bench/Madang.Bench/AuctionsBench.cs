using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Madang.Bench;

/// <summary>
/// A hot auction over HTTP with authentication: in a lane, against the same server with a lock and a transaction for each bid, against an endpoint that knows who asks and
/// does nothing; with two thousand who watch, and with a hundred thousand bids before. Round by round in one run; rows, leaders, holds and ledger are checked afterwards.
/// </summary>
internal static class AuctionsBench
{
    private const int Connections = 256;
    private const int Watchers = 2_000;
    private const int Rounds = 3;
    private const int EarlierBids = 100_000;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync()
    {
        var report = new Report();
        await using var lane = await AuctionServer.StartAsync(Connections, "--Auctions:NothingEndpoint=true");
        await using var each = await AuctionServer.StartAsync(Connections, "--Auctions:BidPerTransaction=true");
        var (laneLoad, eachLoad) = (new BidLoad(lane.Port, lane.Tokens), new BidLoad(each.Port, each.Tokens));
        var (hot, slow) = (await lane.AuctionAsync(), await each.AuctionAsync());
        var answers = new Dictionary<Guid, long> { [hot] = 0, [slow] = 0 };
        var odd = 0;

        async Task<Load> Bid(BidLoad load, Guid auction, int connections = Connections)
        {
            var round = await load.RunAsync($"/api/auctions/{auction}/bids", connections, Round);
            answers[auction] = answers.GetValueOrDefault(auction) + round.Answers;
            odd += round.Odd;
            return round;
        }

        var (ours, theirs, nothing) = (new List<Load>(), new List<Load>(), new List<Load>());
        for (var round = -1; round < Rounds; round++)
        {
            Console.Error.WriteLine($"hot auction: round {round + 1} of {Rounds}");
            var (fast, single, empty) = (await Bid(laneLoad, hot), await Bid(eachLoad, slow), await laneLoad.RunAsync($"/api/auctions/{hot}/nothing", Connections, Round));
            odd += empty.Odd;
            if (round < 0)
                continue; // warm-up
            ours.Add(fast);
            theirs.Add(single);
            nothing.Add(empty);
        }
        var gain = ours.Select(load => load.PerSecond).Median() / theirs.Select(load => load.PerSecond).Median();
        var vsNull = ours.Select(load => load.PerSecond).Median() / nothing.Select(load => load.PerSecond).Median();
        report.Row("decisions of one auction", Rate(ours), Rate(theirs), gain, $"{Connections} connections; peer: a transaction a bid");
        report.Row("... p50", Milliseconds(ours, load => load.P50), Milliseconds(theirs, load => load.P50));
        report.Row("... p99", Milliseconds(ours, load => load.P99), Milliseconds(theirs, load => load.P99));
        report.Row("... accepted of them", Share(ours), Share(theirs));
        report.Row("... against doing nothing", Rate(ours), Rate(nothing), vsNull, "peer: authenticates and answers");

        var (with, without) = (new List<Load>(), new List<Load>());
        var watched = await lane.AuctionAsync();
        for (var round = 0; round < Rounds; round++)
        {
            Console.Error.WriteLine($"watchers: round {round + 1} of {Rounds}");
            without.Add(await Bid(laneLoad, watched));
            await using var crowd = await Crowd.OpenAsync(lane.Port, watched, Watchers);
            with.Add(await Bid(laneLoad, watched));
        }
        var watchersCost = without.Select(load => load.PerSecond).Median() / with.Select(load => load.PerSecond).Median();
        report.Row($"decisions with {Watchers} watchers", Rate(with), Rate(without), watchersCost, "peer: nobody watches; ratio: cost, 1 = nothing");

        var old = await lane.AuctionAsync();
        while (answers.GetValueOrDefault(old) < EarlierBids)
            await Bid(laneLoad, old);
        var (grown, young) = (new List<Load>(), new List<Load>());
        for (var round = 0; round < Rounds; round++)
        {
            Console.Error.WriteLine($"growth: round {round + 1} of {Rounds}");
            grown.Add(await Bid(laneLoad, old, connections: 32));
            young.Add(await Bid(laneLoad, await lane.AuctionAsync(), connections: 32));
        }
        var growth = grown.Select(load => load.P50).Median() / young.Select(load => load.P50).Median();
        report.Row("a bid's p50 after many", Milliseconds(grown, load => load.P50), Milliseconds(young, load => load.P50), growth, $"32 connections; {EarlierBids} earlier bids and more; peer: none");

        var problems = (await lane.ProblemsAsync()).Concat(await each.ProblemsAsync()).ToList();
        foreach (var (auction, count) in answers)
            if (await (auction == slow ? each : lane).EntriesAsync(auction) is var rows && rows != count)
                problems.Add($"{count} answers, {rows} rows");
        if (odd > 0)
            problems.Add($"{odd} odd answers");
        report.Row("after the load", problems.Count == 0 ? "in order" : string.Join(", ", problems.Distinct()), notes: $"{answers.Values.Sum().ToString("N0", CultureInfo.InvariantCulture)} bids: rows, leaders, holds, ledger");
        report.Ratio("hot_auction_gain", gain);
        report.Ratio("hot_auction_vs_null", vsNull);
        report.Ratio("hot_auction_p50_ms", ours.Select(load => load.P50).Median());
        report.Ratio("hot_auction_p99_ms", ours.Select(load => load.P99).Median());
        report.Ratio("watchers_cost", watchersCost);
        report.Ratio("bid_growth", growth);
        report.Print();
        return problems.Count == 0 ? 0 : 1;
    }

    private static string Rate(IEnumerable<Load> loads) => loads.Select(load => load.PerSecond).ToList().Spread("/s");

    private static string Share(IEnumerable<Load> loads) => loads.Select(load => (double)load.Taken / load.Answers).Median().ToString("P0", CultureInfo.InvariantCulture);

    private static string Milliseconds(IEnumerable<Load> loads, Func<Load, double> value) => string.Create(CultureInfo.InvariantCulture, $"{loads.Select(value).Median():0.#} ms");

    /// <summary>Many who watch one auction: sockets that are read and thrown away.</summary>
    private sealed class Crowd(List<Socket> sockets, Task reading) : IAsyncDisposable
    {
        public static async Task<Crowd> OpenAsync(int port, Guid auction, int count)
        {
            var request = Encoding.ASCII.GetBytes($"GET /api/auctions/{auction}/live HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n");
            var sockets = new List<Socket>();
            var reading = new List<Task>();
            foreach (var some in Enumerable.Range(0, count).Chunk(100))
                await Task.WhenAll(some.Select(async _ =>
                {
                    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    await socket.ConnectAsync("127.0.0.1", port);
                    await socket.SendAsync(request);
                    var first = new byte[4096];
                    if (await socket.ReceiveAsync(first) == 0)
                        throw new IOException("The server lets nobody watch.");
                    lock (sockets)
                    {
                        sockets.Add(socket);
                        reading.Add(ReadAsync(socket, first));
                    }
                }));
            return new(sockets, Task.WhenAll(reading));
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var socket in sockets)
                socket.Dispose();
            await reading;
        }

        private static async Task ReadAsync(Socket socket, byte[] buffer)
        {
            try
            {
                while (await socket.ReceiveAsync(buffer) > 0)
                {
                    // Thrown away.
                }
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                // We left.
            }
        }
    }
}
