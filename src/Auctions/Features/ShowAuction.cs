using Madang.Auctions.Domain;
using Madang.Auctions.Storage;
using Madang.Platform.Live;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Madang.Auctions.Features;

/// <summary>An auction, as far as the caller may see it. Amounts in minor units.</summary>
/// <param name="Id">The auction's id, which is the listing's.</param>
/// <param name="Seller">Who sells.</param>
/// <param name="StartPrice">The least first bid.</param>
/// <param name="Live">What changes.</param>
/// <param name="Now">The server's clock.</param>
/// <param name="Mine">For who has bid: his own standing; else null.</param>
/// <param name="Selling">For the seller; else null.</param>
public sealed record AuctionResource(Guid Id, Guid Seller, long StartPrice, LiveAuction Live, DateTimeOffset Now, OwnBidding? Mine, OwnSelling? Selling);

/// <summary>What a bidder sees of himself.</summary>
/// <param name="Leading">He leads, or bought it.</param>
/// <param name="Maximum">His highest bid that stands, in minor units; null when none does.</param>
/// <param name="Offer">What he is offered as the runner-up, in minor units; null: nothing.</param>
/// <param name="OfferUntil">Until when.</param>
/// <param name="Order">The order, when he bought; it stays when the sale is called off.</param>
public sealed record OwnBidding(bool Leading, long? Maximum, long? Offer, DateTimeOffset? OfferUntil, Guid? Order);

/// <summary>What a seller sees alone.</summary>
/// <param name="Reserve">His reserve, in minor units; null: none.</param>
/// <param name="CanEndEarly">There are no bids.</param>
/// <param name="CanOffer">There is a runner-up who was not asked yet.</param>
/// <param name="Offer">What became of the offer: <c>open</c>, <c>accepted</c>, <c>declined</c>, <c>expired</c>, <c>withdrawn</c> (taken down); null: none was made.</param>
/// <param name="Order">The order, when it sold; it stays when the sale is called off.</param>
public sealed record OwnSelling(long? Reserve, bool CanEndEarly, bool CanOffer, string? Offer, Guid? Order);

/// <summary>An auction as it stands, and its live feed.</summary>
internal sealed class ShowAuction(AuctionStore auctions, BidStore bids, OfferStore offers, SecondChance chance, AuctionRules rules, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/auctions/{id:guid}").WithTags("Auctions");
        group.MapGet("", async Task<Results<Ok<AuctionResource>, ProblemHttpResult>> (Guid id, ShowAuction show, HttpContext context) =>
                await show.HandleAsync(id, context.Caller()?.MemberId, context.RequestAborted) is { } shown ? TypedResults.Ok(shown) : Refusals.Unknown.ToProblem())
            .WithSummary("An auction as it stands, and the server's clock");
        group.MapGet("/live", async Task<Results<ServerSentEventsResult<System.Text.Json.JsonElement>, ProblemHttpResult>> (
                Guid id, AuctionStore auctions, LiveTopics live, HttpContext context) =>
                await auctions.FindAsync(id, context.RequestAborted) is null ? Refusals.Unknown.ToProblem() : live.ToServerSentEvents(context, Announce.Topic(id)))
            .WithSummary("Watch an auction: server-sent events, now and at every change");
    }

    public async Task<AuctionResource?> HandleAsync(Guid id, Guid? member, CancellationToken cancellation)
    {
        if (await auctions.FindAsync(id, cancellation) is not { } row)
            return null;
        var now = time.GetUtcNow();
        var (mine, selling) = ((OwnBidding?)null, (OwnSelling?)null);
        var offer = member is null && row.State.Phase != Phase.Sold ? null : await offers.FindAsync(id, cancellation);
        var buyer = BuyerOf(row, offer);
        if (member is { } caller)
        {
            if (caller == row.State.Seller)
                selling = new(row.State.Reserve, row.State is { Phase: Phase.Live, Bids: 0 }, offer is null && await chance.CanOfferAsync(row, cancellation), StateOf(offer, now), row.Order);
            else if (await bids.MaximumOfAsync(id, caller, cancellation) is { } maximum)
                mine = new(
                    (row.State.Phase switch { Phase.Live => row.State.Lead?.Bidder, Phase.Sold => buyer, _ => null }) == caller, maximum, offer?.BidderId == caller && offer.IsOpenAt(now) ? offer.Price : null,
                    offer?.BidderId == caller && offer.IsOpenAt(now) ? offer.Until : null, buyer == caller ? row.Order : null);
        }
        return new(row.Id, row.State.Seller, row.State.StartPrice, LiveAuction.Of(row, rules, now, row.State.Phase == Phase.Sold ? buyer : null), now, mine, selling);
    }

    /// <summary>Who bought, also when that was called off; null while nobody did.</summary>
    public static Guid? BuyerOf(AuctionRow row, OfferRow? offer) =>
        row.State.Phase is not (Phase.Sold or Phase.Cancelled) ? null : offer is { State: "accepted" } ? offer.BidderId : row.State.Lead?.Bidder;

    // An offer that ran out is so whether or not its job came by.
    private static string? StateOf(OfferRow? offer, DateTimeOffset now) => offer is { State: "open" } && !offer.IsOpenAt(now) ? "expired" : offer?.State;
}
