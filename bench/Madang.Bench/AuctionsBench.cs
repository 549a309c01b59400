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
    private const int WarmUps = 3; // the runtime compiles what is hot a second time, on the same two cores
    private const int EarlierBids = 100_000;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(string[] only)
    {
        var report = new Report();
        await using var lane = new Bidders(await AuctionServer.StartAsync(Connections, "--Auctions:NothingEndpoint=true"));
        if (Wanted("hot"))
            await HotAsync(lane, report);
        if (Wanted("watchers"))
            await WatchersAsync(lane, report);
        if (Wanted("growth"))
            await GrowthAsync(lane, report);
        var problems = await lane.ProblemsAsync();
        report.Row("after the load", problems.Count == 0 ? "in order" : string.Join(", ", problems.Distinct()), notes: $"{lane.Answers.ToString("N0", CultureInfo.InvariantCulture)} bids: rows, leaders, holds, ledger");
        report.Print();
        return problems.Count == 0 ? 0 : 1;

        bool Wanted(string name) => only.Length == 0 || only.Contains(name);
    }

    private static async Task HotAsync(Bidders lane, Report report)
    {
        await using var each = new Bidders(await AuctionServer.StartAsync(Connections, "--Auctions:BidPerTransaction=true"));
        var (hot, slow) = (await lane.AuctionAsync(), await each.AuctionAsync());
        var (ours, theirs, nothing) = (new List<Load>(), new List<Load>(), new List<Load>());
        for (var round = -WarmUps; round < Rounds; round++)
        {
            Console.Error.WriteLine(round < 0 ? "hot auction: warming up" : $"hot auction: round {round + 1} of {Rounds}");
            var (fast, single, empty) = (await lane.BidAsync(hot), await each.BidAsync(slow), await lane.AskNothingAsync(hot));
            if (round < 0)
                continue;
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
        var problems = await each.ProblemsAsync();
        if (problems.Count > 0)
            throw new InvalidOperationException($"The peer is out of order: {string.Join(", ", problems)}");
        report.Ratio("hot_auction_gain", gain);
        report.Ratio("hot_auction_vs_null", vsNull);
        report.Ratio("hot_auction_p50_ms", ours.Select(load => load.P50).Median());
        report.Ratio("hot_auction_p99_ms", ours.Select(load => load.P99).Median());
    }

    private static async Task WatchersAsync(Bidders lane, Report report)
    {
        var (with, without) = (new List<Load>(), new List<Load>());
        var watched = await lane.AuctionAsync();
        for (var round = 0; round < Rounds; round++)
        {
            Console.Error.WriteLine($"watchers: round {round + 1} of {Rounds}");
            without.Add(await lane.BidAsync(watched));
            await using var crowd = await Crowd.OpenAsync(lane.Port, watched, Watchers);
            with.Add(await lane.BidAsync(watched));
        }
        var cost = without.Select(load => load.PerSecond).Median() / with.Select(load => load.PerSecond).Median();
        report.Row($"decisions with {Watchers} watchers", Rate(with), Rate(without), cost, "peer: nobody watches; ratio: cost, 1 = nothing");
        report.Ratio("watchers_cost", cost);
    }

    private static async Task GrowthAsync(Bidders lane, Report report)
    {
        var old = await lane.AuctionAsync();
        while (lane.AnswersOf(old) < EarlierBids)
            await lane.BidAsync(old);
        var (grown, young) = (new List<Load>(), new List<Load>());
        for (var round = 0; round < Rounds; round++)
        {
            Console.Error.WriteLine($"growth: round {round + 1} of {Rounds}");
            grown.Add(await lane.BidAsync(old, connections: 32));
            young.Add(await lane.BidAsync(await lane.AuctionAsync(), connections: 32));
        }
        var growth = grown.Select(load => load.P50).Median() / young.Select(load => load.P50).Median();
        report.Row("a bid's p50 after many", Milliseconds(grown, load => load.P50), Milliseconds(young, load => load.P50), growth, $"32 connections; {EarlierBids} earlier bids and more; peer: none");
        report.Ratio("bid_growth", growth);
    }

    private static string Rate(IEnumerable<Load> loads) => loads.Select(load => load.PerSecond).ToList().Spread("/s");

    private static string Share(IEnumerable<Load> loads) => loads.Select(load => (double)load.Taken / load.Answers).Median().ToString("P0", CultureInfo.InvariantCulture);

    private static string Milliseconds(IEnumerable<Load> loads, Func<Load, double> value) => string.Create(CultureInfo.InvariantCulture, $"{loads.Select(value).Median():0.#} ms");

    /// <summary>Bidders of one server, who remember what they were answered.</summary>
    private sealed class Bidders(AuctionServer server) : IAsyncDisposable
    {
        private readonly BidLoad _load = new(server.Port, server.Tokens);
        private readonly Dictionary<Guid, long> _answers = [];
        private int _odd;

        public int Port => server.Port;

        public long Answers => _answers.Values.Sum();

        public long AnswersOf(Guid auction) => _answers.GetValueOrDefault(auction);

        public Task<Guid> AuctionAsync() => server.AuctionAsync();

        public async Task<Load> BidAsync(Guid auction, int connections = Connections)
        {
            var round = await _load.RunAsync($"/api/auctions/{auction}/bids", connections, Round);
            _answers[auction] = AnswersOf(auction) + round.Answers;
            _odd += round.Odd;
            return round;
        }

        public async Task<Load> AskNothingAsync(Guid auction)
        {
            var round = await _load.RunAsync($"/api/auctions/{auction}/nothing", Connections, Round);
            _odd += round.Odd;
            return round;
        }

        /// <summary>Whatever is not as it must be after the load: rows against answers, leaders, holds, the ledger.</summary>
        public async Task<IReadOnlyList<string>> ProblemsAsync()
        {
            var problems = (await server.ProblemsAsync()).ToList();
            foreach (var (auction, count) in _answers)
                if (await server.EntriesAsync(auction) is var rows && rows != count)
                    problems.Add($"{count} answers, {rows} rows");
            if (_odd > 0)
                problems.Add($"{_odd} odd answers");
            return problems;
        }

        public ValueTask DisposeAsync() => server.DisposeAsync();
    }

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
