using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Madang.Tests.Accounts;
using Madang.Tests.Host;
using Madang.Wallet;
using Microsoft.Extensions.DependencyInjection;

namespace Madang.Tests.Auctions;

/// <summary>A member with points and a program of his own, and what he does about auctions.</summary>
public sealed class Bidder
{
    private Bidder(TestMember member, HttpClient client, string token) => (Member, Client, Token) = (member, client, token);

    public TestMember Member { get; }

    public Guid Id => Member.Id;

    public HttpClient Client { get; }

    public string Token { get; }

    public static async Task<Bidder> JoinAsync(Node node, long points)
    {
        var member = await TestMember.JoinAsync(node);
        var program = await member.ProgramAsync(node);
        if (points > 0)
            _ = (await node.Services.GetRequiredService<IWallet>().Move(new Reward($"test:{member.Id}", new("test"), member.Id, points))).Value;
        return new(member, program.Client, program.Access);
    }

    /// <summary>The same member on another node, or after the clock has made the token old.</summary>
    public async Task<Bidder> OnAsync(Node node)
    {
        var program = await Member.ProgramAsync(node);
        return new(Member, program.Client, program.Access);
    }

    public Task<HttpResponseMessage> BidAsync(Guid auction, long maximum, string? key = null) => PostAsync($"/api/auctions/{auction}/bids", new { maximum }, key ?? Guid.CreateVersion7().ToString());

    public Task<HttpResponseMessage> BuyNowAsync(Guid auction, long price, string? key = null) => PostAsync($"/api/auctions/{auction}/buy-now", new { price }, key ?? Guid.CreateVersion7().ToString());

    /// <summary>Bids, and must be taken.</summary>
    public async Task<JsonElement> BidsAsync(Guid auction, long maximum) => await (await BidAsync(auction, maximum)).ShouldBeAsync(HttpStatusCode.Created);

    public Task<HttpResponseMessage> RetractAsync(Guid auction, JsonElement bid) => Client.DeleteAsync($"/api/auctions/{auction}/bids/{bid.GetProperty("id").GetString()}");

    public async Task<JsonElement> ShowAsync(Guid auction) => await (await Client.GetAsync($"/api/auctions/{auction}")).ShouldBeAsync(HttpStatusCode.OK);

    /// <summary>What everybody sees: who leads (masked), at which price.</summary>
    public async Task<(string? Leader, long Price, int Bids)> LiveAsync(Guid auction)
    {
        var live = (await ShowAsync(auction)).GetProperty("live");
        return (live.TryGetProperty("leader", out var leader) ? leader.GetString() : null, live.GetProperty("price").GetInt64(), live.GetProperty("bids").GetInt32());
    }

    public async Task<bool> LeadsAsync(Guid auction) =>
        (await ShowAsync(auction)).TryGetProperty("mine", out var mine) && mine.GetProperty("leading").GetBoolean();

    public async Task<(long Available, long Held)> PointsAsync()
    {
        var wallet = await (await Client.GetAsync("/api/wallet")).ShouldBeAsync(HttpStatusCode.OK);
        return (wallet.GetProperty("available").GetInt64(), wallet.GetProperty("held").GetInt64());
    }

    public Task<HttpResponseMessage> PostAsync(string path, object body, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return Client.SendAsync(request);
    }

    public static HttpClient ClientOf(Uri address, string token)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
