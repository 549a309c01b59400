using System.Net;
using System.Text.Json;
using Madang.Demo;
using Madang.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Madang.Tests.Demo;

/// <summary>A host on a real port, as the demonstration's people call it from outside.</summary>
public sealed class DemoHost(TestDatabase database) : MadangHost(database)
{
    protected override int? Port => 0;
}

/// <summary>A small town of the demonstration, built through a real port: what a visitor finds then.</summary>
public sealed class DemoTownTests(DemoHost host) : IClassFixture<DemoHost>
{
    /// <summary>Two auctions that people bid on, two things at a price and two that are sold; drawn small.</summary>
    private static IReadOnlyList<Offer> Some { get; } =
    [
        .. Catalogue.Offers.Where(offer => offer is { Minutes: not null, Bidders: > 0 }).Take(2),
        .. Catalogue.Offers.Where(offer => offer is { Minutes: null, Done: false }).Take(2),
        .. Catalogue.Offers.Where(offer => offer.Done).Take(2),
    ];

    [Fact]
    public async Task It_is_filled_once_with_listings_pictures_auctions_bids_orders_and_reviews_however_often_it_is_started()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var node = host.First;
        var offers = Some.Select(offer => offer with { Picture = () => new Canvas(96, 72, Ink.Of(0x1B6E5A)) }).ToList();
        using var visitor = new HttpClient { BaseAddress = node.Address };
        var steps = new List<string>();

        using var town = new DemoTown(node.Address, node.Services, offers);
        await town.Fill(steps.Add, cancellation);
        Assert.Equal(town.Steps, steps.Count);
        Assert.Equal(2, town.Auctions.Count);

        await LookAround(visitor, offers);
        await BidsAreMade(town, node, visitor, cancellation);

        using var again = new DemoTown(node.Address, node.Services, offers);
        await again.Fill(_ => { }, cancellation);
        Assert.Equal(town.Auctions.Select(auction => auction.Listing).Order(), again.Auctions.Select(auction => auction.Listing).Order());
        await LookAround(visitor, offers);
        Assert.Equal(offers.Count, await host.ScalarAsync<int>("select count(*) from market.listing"));
        Assert.Equal(2, await host.ScalarAsync<int>("select count(*) from orders.order"));
        Assert.Equal(0, await host.ScalarAsync<long>("select sum(amount)::bigint from wallet.entry"));
    }

    /// <summary>All that is offered and all that was sold is there once, with pictures that come.</summary>
    private static async Task LookAround(HttpClient visitor, List<Offer> offers)
    {
        var live = await ItemsAsync(visitor, "/api/listings?limit=100");
        Assert.Equal(offers.Where(offer => !offer.Done).Select(offer => offer.Title).Order(StringComparer.Ordinal), Titles(live));
        var sold = await ItemsAsync(visitor, "/api/listings?state=ended&limit=100");
        Assert.Equal(offers.Where(offer => offer.Done).Select(offer => offer.Title).Order(StringComparer.Ordinal), Titles(sold));
        foreach (var item in live.Concat(sold))
        {
            var offer = offers.Single(one => one.Title == item.GetProperty("title").GetString());
            var shown = await (await visitor.GetAsync($"/api/listings/{item.GetProperty("id").GetGuid()}")).ShouldBeAsync(HttpStatusCode.OK);
            Assert.Equal(offer.Hangs ? 2 : 1, shown.GetProperty("pictures").GetArrayLength());
            using var picture = await visitor.GetAsync(shown.GetProperty("pictures")[0].GetProperty("squareUrl").GetString());
            Assert.Equal("image", picture.Content.Headers.ContentType?.MediaType?.Split('/')[0]);
            if (offer.Done)
                Assert.Equal((1, 1), (shown.GetProperty("seller").GetProperty("sales").GetInt32(), shown.GetProperty("seller").GetProperty("reviews").GetInt32()));
        }
        Assert.Contains(offers[0].Title, await visitor.GetStringAsync("/market"), StringComparison.Ordinal);
    }

    /// <summary>The bidders come every few seconds; it is looked until each auction has heard from them.</summary>
    private static async Task BidsAreMade(DemoTown town, Node node, HttpClient visitor, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var bidding = new DemoBidders(town, node.Services.GetRequiredService<TimeProvider>(), NullLogger.Instance).Run(end.Token);
        var first = town.Auctions[0].Listing;
        await Answers.EventuallyAsync(
            async () => (await (await visitor.GetAsync($"/api/auctions/{first}")).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("live").GetProperty("bids").GetInt32()
                + (await (await visitor.GetAsync($"/api/auctions/{town.Auctions[1].Listing}")).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("live").GetProperty("bids").GetInt32(),
            bids => bids > 0);
        await end.CancelAsync();
        await bidding;
    }

    private static async Task<List<JsonElement>> ItemsAsync(HttpClient visitor, string path) =>
        [.. (await (await visitor.GetAsync(path)).ShouldBeAsync(HttpStatusCode.OK)).GetProperty("items").EnumerateArray()];

    private static IEnumerable<string> Titles(IEnumerable<JsonElement> items) => items.Select(item => item.GetProperty("title").GetString()!).Order(StringComparer.Ordinal);
}
