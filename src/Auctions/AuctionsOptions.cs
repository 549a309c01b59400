using System.ComponentModel.DataAnnotations;
using Madang.Auctions.Domain;

namespace Madang.Auctions;

/// <summary>Settings of auctions: the section <c>Auctions</c>. Amounts are in minor units of the wallet's currency.</summary>
public sealed class AuctionsOptions
{
    /// <summary>By how much prices rise: bands by rising price. Empty: the table for won.</summary>
    public IncrementBand[] Increments { get; set; } = [];

    /// <summary>The increment above the last band of <see cref="Increments"/>. Default 100,000.</summary>
    [Range(1, 1_000_000_000)]
    public long IncrementAbove { get; set; } = 100_000;

    /// <summary>A new leader in the last seconds, so many, moves the end to so many seconds after the bid. Default 120.</summary>
    [Range(1, 3600)]
    public int SoftCloseSeconds { get; set; } = 120;

    /// <summary>How often the end is moved so at most. Default 30.</summary>
    [Range(0, 1000)]
    public int MostExtensions { get; set; } = 30;

    /// <summary>What the closer waits for bids that were received in time. Default 2.</summary>
    [Range(0, 60)]
    public int GraceSeconds { get; set; } = 2;

    /// <summary>The shortest auction, in minutes. Default 10.</summary>
    [Range(1, 100_000)]
    public int ShortestMinutes { get; set; } = 10;

    /// <summary>The longest auction, in days. Default 30.</summary>
    [Range(1, 365)]
    public int LongestDays { get; set; } = 30;

    /// <summary>A silence of all nodes that is longer, in seconds, is an outage: auctions that ended in it go on. Default 30.</summary>
    [Range(10, 3600)]
    public int OutageSeconds { get; set; } = 30;

    /// <summary>How long a runner-up may think about an offer, in hours. Default 48.</summary>
    [Range(1, 1000)]
    public int OfferHours { get; set; } = 48;

    /// <summary>How many bids of one auction may wait on a node; more are 429. Default 4096.</summary>
    [Range(1, 1_000_000)]
    public int Waiting { get; set; } = 4096;

    /// <summary>For benches: every bid in a transaction of its own, without the lane.</summary>
    public bool BidPerTransaction { get; set; }

    /// <summary>For benches: maps <c>POST /api/auctions/{id}/nothing</c>, which knows who asks and does nothing.</summary>
    public bool NothingEndpoint { get; set; }

    internal AuctionRules Rules() => new(Increments.Length == 0 ? Domain.Increments.Default : new(Bands, IncrementAbove))
    {
        SoftClose = TimeSpan.FromSeconds(SoftCloseSeconds),
        MostExtensions = MostExtensions,
        Grace = TimeSpan.FromSeconds(GraceSeconds),
        ShortestRun = TimeSpan.FromMinutes(ShortestMinutes),
        LongestRun = TimeSpan.FromDays(LongestDays),
        OfferStands = TimeSpan.FromHours(OfferHours),
    };

    internal bool HasTable => Domain.Increments.IsTable([.. Bands], Increments.Length == 0 ? long.MaxValue : IncrementAbove);

    private IEnumerable<Band> Bands => Increments.Select(band => new Band(band.Below, band.Step));
}

/// <summary>One band of the table of increments.</summary>
public sealed class IncrementBand
{
    /// <summary>Prices below this, in minor units.</summary>
    public long Below { get; set; }

    /// <summary>By how much they rise, in minor units.</summary>
    public long Step { get; set; }
}
