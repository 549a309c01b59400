using Madang.Auctions.Domain;
using Madang.Auctions.Storage;
using Madang.Platform.Live;
using Npgsql;

namespace Madang.Auctions.Features;

/// <summary>What everybody may watch of an auction. It has no maximum, no reserve and nobody's id in it. Amounts in minor units.</summary>
/// <param name="State"><c>scheduled</c>, <c>live</c>, <c>sold</c>, <c>unsold</c>, <c>withdrawn</c>, or <c>cancelled</c>: sold, and the sale called off. A scheduled auction is open from <paramref name="StartsAt"/> on, whatever this says.</param>
/// <param name="Price">What it would be sold for now, or was.</param>
/// <param name="Minimum">The least that somebody else may bid now; null when it is over.</param>
/// <param name="Leader">Who leads, masked, such as <c>k***m</c>; null: nobody.</param>
/// <param name="Bids">How many bids stand.</param>
/// <param name="StartsAt">The first moment of a bid.</param>
/// <param name="EndsAt">The first moment that is too late, as things are.</param>
/// <param name="Extensions">How often a bid in the last minutes moved the end.</param>
/// <param name="Outages">How often the end was moved because nobody could bid.</param>
/// <param name="Reserve"><c>none</c>, <c>met</c> or <c>not_met</c>.</param>
/// <param name="BuyNow">At this price it is sold at once; null when that is not offered, or not any more.</param>
public sealed record LiveAuction(
    string State, long Price, long? Minimum, string? Leader, int Bids, DateTimeOffset StartsAt, DateTimeOffset EndsAt, int Extensions, int Outages, string Reserve, long? BuyNow)
{
    /// <summary>Where somebody else than the leader bought, by a second chance, nobody leads.</summary>
    internal static LiveAuction Of(AuctionRow row, AuctionRules rules, DateTimeOffset now, Guid? buyer = null) => new(
        row.State.Phase == Phase.Live && now < row.State.StartsAt ? "scheduled" : row.State.Phase.ToString().ToLowerInvariant(),
        row.State.Price, row.State.Phase == Phase.Live ? row.State.Minimum(rules.Increments) : null, buyer is null || buyer == row.State.Lead?.Bidder ? row.State.Lead?.Mask : null, row.State.Bids, row.State.StartsAt, row.State.EndsAt,
        row.State.Extensions, row.Outages, row.State.Reserve is null ? "none" : row.State.ReserveMet ? "met" : "not_met", row.State.OffersBuyNow ? row.State.BuyNow : null);
}

/// <summary>Tells everybody who watches. The last thing of a transaction: the topic stays locked until its end.</summary>
internal sealed class Announce(LiveTopics live, AuctionRules rules, TimeProvider time)
{
    public static string Topic(Guid auction) => $"auctions/{auction}";

    public Task PublishAsync(NpgsqlTransaction tx, AuctionRow row, CancellationToken cancellation = default) => PublishAsync(tx, row, buyer: null, cancellation);

    /// <summary>The same as the last of several statements that make one round trip.</summary>
    public void Publish(NpgsqlBatch statements, AuctionRow row) => live.Publish(statements, Topic(row.Id), LiveAuction.Of(row, rules, time.GetUtcNow()));

    public Task PublishAsync(NpgsqlTransaction tx, AuctionRow row, Guid? buyer, CancellationToken cancellation) =>
        live.Publish(Topic(row.Id), LiveAuction.Of(row, rules, time.GetUtcNow(), buyer), tx, cancellation);
}
