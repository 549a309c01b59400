using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Madang.Tests.Host;
using Madang.Tests.Platform;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Madang.Tests.Auctions;

/// <summary>What is watched, and what must never be seen.</summary>
public sealed class LiveAuctionTests(AuctionHost host) : IClassFixture<AuctionHost>
{
    [Fact]
    public async Task Case_25_a_watcher_sees_only_newer_states_and_catches_up_after_a_reconnect()
    {
        var (auction, bidder, rival) = (await host.AuctionAsync(), await host.BidderAsync(), await host.BidderAsync());
        var seen = new List<(long Version, long Price)>();
        await using (var watcher = await Watcher.OpenAsync(host.Stranger(), auction))
        {
            seen.Add(await watcher.NextAsync());
            await bidder.BidsAsync(auction, 50_000);
            for (var i = 0; i < 4; i++)
                await rival.BidsAsync(auction, 5_000 + (i * 2_000));
            while (seen[^1].Price < 12_000)
                seen.Add(await watcher.NextAsync());
        }
        Assert.Equal(seen.Select(one => one.Version).Order().Distinct(), seen.Select(one => one.Version));

        await rival.BidsAsync(auction, 20_000);
        await using var back = await Watcher.OpenAsync(host.Stranger(), auction, seen[^1].Version);
        var (version, price) = await back.NextAsync();
        Assert.Equal(21_000, price);
        Assert.True(version > seen[^1].Version);
    }

    [Fact]
    public async Task Case_24_maxima_and_reserve_appear_nowhere_they_should_not()
    {
        var log = new CapturedLog();
        await using var node = new Node(host.Database, [], port: null, services => services.AddLogging(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace)));
        node.Clock.Advance(host.Now - node.Clock.GetUtcNow());
        var (seller, a, b, c) = (await Bidder.JoinAsync(node, 0), await Bidder.JoinAsync(node, 99_000_000), await Bidder.JoinAsync(node, 99_000_000), await Bidder.JoinAsync(node, 99_000_000));
        var auction = await host.AuctionAsync(seller, reserve: 9_876_543, node: node);
        string[] secrets = ["9876543", "8765432", "7654321", "3456789"];
        await a.BidsAsync(auction, 7_654_321);
        await b.BidsAsync(auction, 8_765_432);
        await (await c.BidAsync(auction, 3_456_789)).ShouldBeRefusedAsync(HttpStatusCode.UnprocessableEntity, "auction.too_low");
        await a.BidAsync(auction, 7_654_321);

        var seen = new List<string>();
        foreach (var client in new[] { node.Stranger(), c.Client })
            foreach (var path in new[] { $"/api/auctions/{auction}", $"/api/auctions/{auction}/bids", $"/market/{auction}/bids", $"/market/{auction}", "/market", "/api/notifications" })
                seen.Add(await (await client.GetAsync(path)).Content.ReadAsStringAsync());
        await using (var watcher = await Watcher.OpenAsync(node.Stranger(), auction))
            seen.Add(await watcher.TextAsync());
        seen.Add(await (await seller.Client.GetAsync($"/api/auctions/{auction}/bids")).Content.ReadAsStringAsync());
        var shown = string.Join('\n', seen);
        // The bidders' own numbers, the seller's own reserve; and the identities of bidders in nobody's answer.
        Assert.DoesNotContain(secrets.Where(secret => secret != "3456789"), secret => Has(shown, secret));
        Assert.DoesNotContain(new[] { a, b }, bidder => shown.Contains(bidder.Id.ToString(), StringComparison.OrdinalIgnoreCase) || shown.Contains(bidder.Member.Nickname, StringComparison.Ordinal));
        Assert.DoesNotContain("3456789", await (await node.Stranger().GetAsync($"/api/auctions/{auction}/bids")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.True(Has((await seller.ShowAsync(auction)).ToString(), "9876543"));
        Assert.False(Has((await seller.ShowAsync(auction)).ToString(), "8765432"));
        Assert.True(Has((await b.ShowAsync(auction)).ToString(), "8765432"));
        Assert.False(Has((await b.ShowAsync(auction)).ToString(), "9876543"));

        // The form sends what was typed back in the address of the page: the log hides it.
        var browser = await c.Member.BrowserAsync(node);
        var form = await browser.SendAsync(new(HttpMethod.Post, $"/market/{auction}/auction/bid")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["maximum"] = "3,456,789", ["key"] = "form-1", ["__csrf"] = browser.Token }),
        });
        Assert.Equal(HttpStatusCode.Redirect, form.StatusCode);
        await browser.GetAsync(form.Headers.Location!.ToString());
        Assert.NotEmpty(log.Lines);
        Assert.DoesNotContain(log.Lines.Where(line => line.Category != "Npgsql.Command"), line => secrets.Any(secret => Has(line.Text, secret)));
        Assert.Equal(0, await host.ScalarAsync<long>("select count(*) from platform.live where state::text ~ '9876543|8765432|7654321|3456789'"));
    }

    [Fact]
    public async Task The_form_of_the_page_bids_and_leads_back_without_scripts()
    {
        var (auction, bidder) = (await host.AuctionAsync(), await host.BidderAsync());
        var browser = await bidder.Member.BrowserAsync(host.First);
        async Task<string> PostAsync(string what, Dictionary<string, string> fields)
        {
            fields["__csrf"] = browser.Token;
            var answer = await browser.SendAsync(new(HttpMethod.Post, $"/market/{auction}/auction/{what}") { Content = new FormUrlEncodedContent(fields) });
            Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
            return answer.Headers.Location!.ToString();
        }

        Assert.Equal($"/market/{auction}?bid=leading#auction", await PostAsync("bid", new() { ["maximum"] = "12,000원", ["key"] = "k1" }));
        Assert.StartsWith($"/market/{auction}?bid-failure=auction.not_higher", await PostAsync("bid", new() { ["maximum"] = "12000", ["key"] = "k2" }), StringComparison.Ordinal);
        Assert.StartsWith($"/market/{auction}?bid-failure=auction.amount", await PostAsync("bid", new() { ["maximum"] = "많이", ["key"] = "k3" }), StringComparison.Ordinal);
        Assert.Equal(12_000, (await bidder.PointsAsync()).Held);
        await (await browser.GetAsync($"/market/{auction}/bids")).ShouldBePageAsync("k***");
    }

    private static bool Has(string text, string digits) =>
        text.Contains(digits, StringComparison.Ordinal) || text.Contains($"{digits[..1]},{digits[1..4]},{digits[4..]}", StringComparison.Ordinal);

    /// <summary>Somebody's open event stream.</summary>
    internal sealed class Watcher(HttpResponseMessage response, IAsyncEnumerator<SseItem<string>> items) : IAsyncDisposable
    {
        public static async Task<Watcher> OpenAsync(HttpClient client, Guid auction, long? last = null)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, $"/api/auctions/{auction}/live");
            if (last is { } version)
                request.Headers.Add("Last-Event-ID", $"{version}");
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return new(response, SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync().GetAsyncEnumerator());
        }

        public async Task<string> TextAsync()
        {
            while (await items.MoveNextAsync())
                if (items.Current.EventType == "message")
                    return $"{items.Current.EventId} {items.Current.Data}";
            throw new Xunit.Sdk.XunitException("the stream ended");
        }

        public async Task<(long Version, long Price)> NextAsync()
        {
            var text = await TextAsync();
            var cut = text.IndexOf(' ', StringComparison.Ordinal);
            return (long.Parse(text[..cut], System.Globalization.CultureInfo.InvariantCulture), JsonDocument.Parse(text[cut..]).RootElement.GetProperty("price").GetInt64());
        }

        public async ValueTask DisposeAsync()
        {
            response.Dispose();
            try
            {
                await items.DisposeAsync();
            }
            catch (Exception cut) when (cut is IOException or ObjectDisposedException or OperationCanceledException or NotSupportedException)
            {
                // Left in the middle of a read.
            }
        }
    }
}

/// <summary>Of pages.</summary>
internal static class Pages
{
    public static async Task ShouldBePageAsync(this HttpResponseMessage response, string part)
    {
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotNull(part);
        Assert.Contains("bid-list", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
