using System.Collections.Concurrent;
using Madang.Market;
using Madang.Platform.Web;
using Madang.Tests.Host;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Xunit;

namespace Madang.Tests.Market;

/// <summary>A host whose market sells through stand-ins, so that its own rules are tested alone.</summary>
public sealed class MarketHost(TestDatabase database) : MadangHost(database)
{
    public StandInSale FixedSale { get; } = new(SaleWay.Fixed);

    public StandInSale AuctionSale { get; } = new(SaleWay.Auction);

    public override Action<IServiceCollection> Services => services =>
    {
        services.RemoveAll<ISale>();
        services.AddSingleton<ISale>(FixedSale);
        services.AddSingleton<ISale>(AuctionSale);
    };

    public IListings Listings => First.Services.GetRequiredService<IListings>();

    public NpgsqlDataSource Source => First.Services.GetRequiredService<NpgsqlDataSource>();
}

/// <summary>A way to sell that remembers what it was asked, and refuses what a test tells it to.</summary>
public sealed class StandInSale(SaleWay way) : ISale
{
    private static readonly Failure HasBids = new("auction.has_bids", "There are bids.", StatusCodes.Status409Conflict);

    public SaleWay Way => way;

    public ConcurrentDictionary<Guid, Listing> Opened { get; } = new();

    public ConcurrentDictionary<Guid, Listing> Changed { get; } = new();

    /// <summary>Of withdrawn listings: whether by the operator.</summary>
    public ConcurrentDictionary<Guid, bool> Withdrawn { get; } = new();

    /// <summary>Listings with bids: neither changed nor withdrawn by their sellers.</summary>
    public ConcurrentDictionary<Guid, bool> WithBids { get; } = new();

    /// <summary>Titles that are never published.</summary>
    public const string Refused = "시험: 거절";

    public Failure? Check(Listing listing, DateTimeOffset now)
    {
        Assert.Equal(way, listing.Way);
        Assert.Equal(way is SaleWay.Auction, listing.Auction is not null);
        return listing.Title == Refused ? new Failure("sale.refused", "Not like this.") : null;
    }

    public Task Open(NpgsqlTransaction transaction, Listing listing)
    {
        Assert.Equal(ListingState.Live, listing.State);
        Opened[listing.Id] = listing;
        return Task.CompletedTask;
    }

    public Task<Failure?> Change(NpgsqlTransaction transaction, Listing listing)
    {
        var before = Changed.GetValueOrDefault(listing.Id) ?? Opened.GetValueOrDefault(listing.Id);
        // Other words are fine with bids, other terms are not. Times come back from the database in whole microseconds.
        if (WithBids.ContainsKey(listing.Id) && before?.Auction?.StartPrice != listing.Auction?.StartPrice)
            return Task.FromResult<Failure?>(HasBids);
        Changed[listing.Id] = listing;
        return Task.FromResult<Failure?>(null);
    }

    public Task<Failure?> Withdraw(NpgsqlTransaction transaction, Guid listing, bool byOperator)
    {
        if (WithBids.ContainsKey(listing) && !byOperator)
            return Task.FromResult<Failure?>(HasBids);
        Withdrawn[listing] = byOperator;
        return Task.FromResult<Failure?>(null);
    }

    public Task<Failure?> Relist(NpgsqlTransaction transaction, Guid listing) => Task.FromResult<Failure?>(null);
}
