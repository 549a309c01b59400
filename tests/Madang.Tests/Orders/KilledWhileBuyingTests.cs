using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using Dapper;
using Madang.Platform.Data;
using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Madang.Tests.Market;
using Madang.Tests.Servers;
using Madang.Wallet;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Madang.Tests.Orders;

/// <summary>The real program, killed between paying and answering: who asks again with the same key has one order, and the points are where the orders say.</summary>
[Collection(nameof(Platform.MeasuredAlone))]
public sealed class KilledWhileBuyingTests
{
    private const int Buyers = 8;

    private const int Listings = 48;

    private static readonly string[] Settings = ["--Wallet:Sandbox=true"];

    [Fact]
    public async Task Killed_in_the_middle_of_buying_every_key_is_one_order_and_nothing_is_half_sold()
    {
        await using var madang = new MadangProgram();
        await madang.StartAsync(Settings);
        var database = PrivateCluster.ConnectionString(new DataFolder(madang.Folder)) + ";Pooling=false";
        var (buyers, seller) = await PeopleAsync(database);
        var listings = await ListAsync(madang.Address, seller);
        var answered = new ConcurrentDictionary<Guid, Guid>();
        foreach (var half in listings.Chunk(Listings / 2))
        {
            var goal = answered.Count + (half.Length / 4);
            using var end = new CancellationTokenSource();
            var load = half.Select((listing, place) => BuyAsync(madang.Address, buyers[place % Buyers], listing, answered, end.Token)).ToArray();
            await Answers.EventuallyAsync(() => Task.FromResult(answered.Count), count => count >= goal, seconds: 60);
            var pid = madang.DatabasePid!.Value;

            await madang.KillAsync();

            await end.CancelAsync();
            await Task.WhenAll(load);
            await Answers.EventuallyAsync(() => Task.FromResult(MadangProgram.Gone(pid)), gone => gone);
            await madang.StartAsync(Settings);
        }

        var acknowledged = answered.ToDictionary();
        var before = await ScalarAsync(database, "select count(*) from orders.order");
        for (var place = 0; place < listings.Count; place++)
            await BuyAsync(madang.Address, buyers[place % (Listings / 2) % Buyers], listings[place], answered, CancellationToken.None);

        Assert.Equal(Listings, answered.Count);
        Assert.All(acknowledged, one => Assert.Equal(one.Value, answered[one.Key]));
        await using var connection = new NpgsqlConnection(database);
        Assert.Empty(await connection.QueryAsync<string>("select problem || ': ' || subject || ' ' || detail from wallet.check()"));
        Assert.Equal(Listings, await ScalarAsync(database, "select count(*) from orders.order"));
        Assert.Equal(Listings * 1_000, await ScalarAsync(database, "select balance from wallet.account where kind = 'escrow'"));
        Assert.Equal(Listings, await ScalarAsync(database, "select count(*) from market.listing where state = 'sold'"));
        Assert.True(before >= Listings / 4, $"only {before} orders were made before the kills: this test proves little");
        TestContext.Current.TestOutputHelper?.WriteLine($"{acknowledged.Count} answered, {before} made before the last start");
    }

    /// <summary>Buyers and a seller with tokens, made by a node of our own beside the program.</summary>
    private static async Task<(IReadOnlyList<string> Buyers, string Seller)> PeopleAsync(string database)
    {
        await using var node = new Node(database, [new("Wallet:Sandbox", "true")], port: null);
        var tokens = new List<string>();
        for (var i = 0; i <= Buyers; i++)
        {
            var member = await TestMember.JoinAsync(node);
            _ = (await node.Services.GetRequiredService<IWallet>().Move(new Reward($"seed:{member.Id}", new("test"), member.Id, 1_000_000))).Value;
            tokens.Add((await member.ProgramAsync(node)).Access);
        }
        return (tokens[..Buyers], tokens[Buyers]);
    }

    private static async Task<IReadOnlyList<Guid>> ListAsync(Uri address, string seller)
    {
        using var client = Client(address, seller);
        var listings = new List<Guid>();
        for (var i = 0; i < Listings; i++)
        {
            var picture = (await (await MarketMember.UploadAsync(client, Images.Pictures.Png(16, 16))).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
            var draft = await (await client.PostAsJsonAsync("/api/listings", MarketMember.Words(picture, ("price", 1_000)))).ShouldBeAsync(HttpStatusCode.Created);
            listings.Add(draft.GetProperty("id").GetGuid());
            await (await client.PostAsync($"/api/listings/{listings[^1]}/publish", null)).ShouldBeAsync(HttpStatusCode.OK);
        }
        return listings;
    }

    private static async Task BuyAsync(Uri address, string buyer, Guid listing, ConcurrentDictionary<Guid, Guid> answered, CancellationToken end)
    {
        using var client = Client(address, buyer);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/orders") { Content = JsonContent.Create(Trader.Shipped(listing)) };
            request.Headers.Add("Idempotency-Key", $"buy-{listing}");
            answered[listing] = (await (await client.SendAsync(request, end)).ShouldBeAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        }
        catch (Exception cut) when (end.CanBeCanceled && (cut is HttpRequestException or OperationCanceledException or IOException))
        {
            // the server was killed
        }
    }

    private static HttpClient Client(Uri address, string token)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    private static async Task<long> ScalarAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        return await connection.ExecuteScalarAsync<long>(sql);
    }
}
