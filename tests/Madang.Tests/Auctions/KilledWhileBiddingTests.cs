using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Madang.Platform.Data;
using Madang.Tests.Host;
using Madang.Tests.Servers;
using Npgsql;
using Xunit;

namespace Madang.Tests.Auctions;

/// <summary>The real program, killed in the middle of batches again and again: no bid that was acknowledged is lost, none is there twice, and the points agree.</summary>
[Collection(nameof(Platform.MeasuredAlone))]
public sealed class KilledWhileBiddingTests
{
    private const int Bidders = 10;

    [Fact]
    public async Task Killed_in_the_middle_of_batches_no_acknowledged_bid_is_lost_and_none_is_there_twice()
    {
        await using var madang = new MadangProgram();
        await madang.StartAsync("--Wallet:Sandbox=true");
        var database = PrivateCluster.ConnectionString(new DataFolder(madang.Folder)) + ";Pooling=false";
        var (auctions, bidders) = await PrepareAsync(database);
        var acknowledged = new ConcurrentBag<(Guid Bid, Guid Bidder, long Maximum, string Key)>();
        var sent = new ConcurrentBag<(Guid Bidder, Guid Auction, string Key, long Maximum)>();
        var next = 1_000L;
        for (var round = 0; round < 3; round++)
        {
            using var end = new CancellationTokenSource();
            var before = acknowledged.Count;
            var load = bidders.Select((bidder, i) => BidAsync(madang.Address, bidder, auctions[i % 2], () => Interlocked.Add(ref next, 500), acknowledged, sent, end.Token)).ToArray();
            await Answers.EventuallyAsync(() => Task.FromResult(acknowledged.Count), count => count >= before + 60, seconds: 60);
            var pid = madang.DatabasePid!.Value;
            await madang.KillAsync();
            await end.CancelAsync();
            await Task.WhenAll(load);
            await Answers.EventuallyAsync(() => Task.FromResult(MadangProgram.Gone(pid)), gone => gone);
            await madang.StartAsync("--Wallet:Sandbox=true");
            Assert.Empty(await Auctioned.ProblemsAsync(database));
        }

        await using var connection = new NpgsqlConnection(database);
        var kept = (await connection.QueryAsync<(Guid Id, Guid Bidder, long Maximum, string Key)>("select id, bidder_id, maximum, key from auctions.bid where outcome = 'accepted'")).ToHashSet();
        Assert.True(acknowledged.Count >= 180, $"only {acknowledged.Count} bids: this test proves little");
        Assert.DoesNotContain(acknowledged, bid => !kept.Contains(bid));
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>("select count(*) from (select from auctions.bid group by bidder_id, auction_id, key having count(*) > 1) twice"));
        // Nothing was invented: whatever is on record was sent.
        var asked = sent.Select(bid => (bid.Bidder, bid.Key, bid.Maximum)).ToHashSet();
        Assert.DoesNotContain(kept, bid => !asked.Contains((bid.Bidder, bid.Key, bid.Maximum)));

        // Who never got an answer asks again, and gets the bid that was made, or makes it now: one bid in either case.
        foreach (var (bidder, auction, key, maximum) in sent.Take(20))
        {
            using var client = Bidder.ClientOf(madang.Address, bidders.Single(one => one.Id == bidder).Token);
            Assert.True((await PostAsync(client, auction, key, maximum, CancellationToken.None)).StatusCode is HttpStatusCode.Created or HttpStatusCode.UnprocessableEntity);
        }
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>("select count(*) from (select from auctions.bid group by bidder_id, auction_id, key having count(*) > 1) twice"));
        Assert.Empty(await Auctioned.ProblemsAsync(database));
        TestContext.Current.TestOutputHelper?.WriteLine($"{acknowledged.Count} acknowledged, {kept.Count} on record, {sent.Count} sent");
    }

    /// <summary>Two auctions and bidders with points, by a node of our own beside the program.</summary>
    private static async Task<(Guid[] Auctions, IReadOnlyList<(Guid Id, string Token)> Bidders)> PrepareAsync(string database)
    {
        await using var node = new Node(database, [new("Wallet:Sandbox", "true")], port: null);
        var bidders = new List<(Guid, string)>();
        for (var i = 0; i < Bidders; i++)
        {
            var bidder = await Bidder.JoinAsync(node, 900_000_000);
            bidders.Add((bidder.Id, bidder.Token));
        }
        Guid[] auctions = [await Open(node), await Open(node)];
        return (auctions, bidders);

        static Task<Guid> Open(Node node) => Auctioned.OpenAsync(node, Guid.CreateVersion7(), 1_000, null, null, TimeSpan.FromDays(1), TimeSpan.Zero);
    }

    private static async Task BidAsync(
        Uri address, (Guid Id, string Token) bidder, Guid auction, Func<long> maximum, ConcurrentBag<(Guid, Guid, long, string)> acknowledged, ConcurrentBag<(Guid, Guid, string, long)> sent,
        CancellationToken end)
    {
        using var client = Bidder.ClientOf(address, bidder.Token);
        while (!end.IsCancellationRequested)
            try
            {
                var (amount, key) = (maximum() * 2, Guid.CreateVersion7().ToString());
                sent.Add((bidder.Id, auction, key, amount));
                var answer = await PostAsync(client, auction, key, amount, end);
                if (answer.StatusCode == HttpStatusCode.Created)
                    acknowledged.Add(((await answer.Content.ReadFromJsonAsync<JsonElement>(end)).GetProperty("id").GetGuid(), bidder.Id, amount, key));
            }
            catch (Exception cut) when (cut is HttpRequestException or OperationCanceledException or IOException)
            {
                return; // the server was killed
            }
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, Guid auction, string key, long maximum, CancellationToken end)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/auctions/{auction}/bids") { Content = JsonContent.Create(new { maximum }) };
        request.Headers.Add("Idempotency-Key", key);
        return client.SendAsync(request, end);
    }
}
