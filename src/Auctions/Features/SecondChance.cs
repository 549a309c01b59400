using Madang.Auctions.Domain;
using Madang.Auctions.Storage;
using Madang.Market;
using Madang.Notifications;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Madang.Wallet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Auctions.Features;

/// <summary>A runner-up's answer.</summary>
/// <param name="Accept">True: buys at the price of the offer.</param>
public sealed record AnswerOfferRequest(bool Accept);

/// <summary>What came of an answer.</summary>
/// <param name="Order">The order; null when the offer was declined.</param>
public sealed record OfferAnswer(Guid? Order);

/// <summary>
/// What was not sold (below its reserve, or its sale was called off) the seller may offer to the runner-up: at that one's own highest bid, once, for 48 hours. The seller
/// does not see how much that is before it is accepted. The offer is a promise: while it stands it is not listed again, and once it was there is nothing to offer.
/// </summary>
internal sealed class SecondChance(
    NpgsqlDataSource source, AuctionStore auctions, OfferStore offers, IListings listings, IWallet wallet, WorkQueue queue, INotifications notifications, SellAuction sell, Announce announce,
    AuctionRules rules, TimeProvider time) : IWorkHandler<SecondChance.Job>
{
    public const string Kind = "auctions.second_chance";
    public const string ExpireKind = "auctions.expire_offer";
    public const string DeclinedKind = "auctions.offer_declined";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/auctions/{id:guid}/second-chance").RequireMember().WithTags("Auctions");
        group.MapPost("", async Task<Results<Created, ProblemHttpResult>> (Guid id, SecondChance chance, HttpContext context) =>
                await chance.OfferAsync(id, context.Caller()!.MemberId!.Value, context.RequestAborted) is { } failure
                    ? failure.ToProblem() : TypedResults.Created($"/api/auctions/{id}"))
            .WithSummary("Offer what was not sold to the runner-up, at his own highest bid; once, for 48 hours");
        group.MapPut("/answer", async Task<Results<Ok<OfferAnswer>, ProblemHttpResult>> (Guid id, AnswerOfferRequest request, SecondChance chance, HttpContext context) =>
                (await chance.AnswerAsync(id, context.Caller()!.MemberId!.Value, request.Accept, context.RequestAborted)).Succeeded(out var answer, out var failure)
                    ? TypedResults.Ok(answer) : failure.ToProblem())
            .WithSummary("Take an offer made to you, or decline it");
    }

    /// <summary>Offers that wait for a member's answer.</summary>
    public async Task<IReadOnlyList<(OfferRow Offer, AuctionRow Auction)>> OpenToAsync(Guid member, CancellationToken cancellation)
    {
        var open = await offers.OpenToAsync(member, time.GetUtcNow(), cancellation);
        var rows = await auctions.FindManyAsync([.. open.Select(offer => offer.AuctionId)], cancellation);
        return [.. open.Select(offer => (offer, rows[offer.AuctionId]))];
    }

    /// <summary>For the page: whether there is somebody to ask. What decides is <see cref="OfferAsync"/>.</summary>
    public async Task<bool> CanOfferAsync(AuctionRow row, CancellationToken cancellation) =>
        row.State.Phase is Phase.Unsold or Phase.Cancelled
        && await listings.Find(row.Id, cancellation) is { State: ListingState.Unsold, IsRelisted: false }
        && await source.InTransaction(async tx => await RunnerUpAsync(tx, row) is not null, cancellation);

    public Task<Failure?> OfferAsync(Guid auction, Guid seller, CancellationToken cancellation) => source.InTransaction<Failure?>(async tx =>
    {
        if (await AuctionStore.LockAsync(tx, auction) is not { } row)
            return Refusals.Unknown;
        if (row.State.Seller != seller)
            return Refusals.NotSeller;
        if (row.State.Phase is not (Phase.Unsold or Phase.Cancelled) || await listings.Lock(tx, auction) is not { State: ListingState.Unsold, IsRelisted: false } listing
            || await OfferStore.ReadAsync(tx, auction) is not null || await RunnerUpAsync(tx, row) is not { } runnerUp)
            return Refusals.NoOffer;
        var now = time.GetUtcNow();
        var until = now + rules.OfferStands;
        await OfferStore.InsertAsync(tx, auction, runnerUp, now, until);
        await queue.Enqueue(tx, ExpireKind, new Job(auction), auction.ToString(), until);
        await notifications.Notify(tx, runnerUp.Bidder, Kind, new { listing.Title, Price = runnerUp.Maximum, Auction = auction }, auction.ToString());
        return null;
    }, cancellation);

    public Task<Result<OfferAnswer>> AnswerAsync(Guid auction, Guid member, bool accept, CancellationToken cancellation)
    {
        var askedAt = time.GetUtcNow();
        return source.InTransaction<Result<OfferAnswer>>(async tx =>
        {
            if (await AuctionStore.LockAsync(tx, auction) is not { } row)
                return Refusals.Unknown;
            if (await OfferStore.ReadAsync(tx, auction) is not { } offer || offer.BidderId != member)
                return Refusals.NoOffer;
            if (accept && offer.State == "accepted")
                return new OfferAnswer(row.Order);
            if (!offer.IsOpenAt(askedAt))
                return Refusals.NoOffer;
            if (!accept)
            {
                await EndAsync(tx, row, "declined");
                return new OfferAnswer(null);
            }
            return await SellAsync(tx, row, offer, cancellation);
        }, cancellation);
    }

    /// <summary>The job at the end of an offer's time.</summary>
    public Task Handle(Job payload, WorkContext context, CancellationToken ct) => source.InTransaction(async tx =>
    {
        if (await AuctionStore.LockAsync(tx, payload.Auction) is { } row && await OfferStore.ReadAsync(tx, payload.Auction) is { State: "open" })
            await EndAsync(tx, row, "expired");
        await context.Complete(tx, ct);
    }, ct);

    private async Task<Result<OfferAnswer>> SellAsync(NpgsqlTransaction tx, AuctionRow row, OfferRow offer, CancellationToken cancellation)
    {
        if (await listings.Lock(tx, row.Id) is not { State: ListingState.Unsold, IsRelisted: false } || (await listings.BlockedBy(tx, row.State.Seller, [offer.BidderId])).Count > 0)
            return Refusals.NoOffer;
        var batch = await wallet.Open(tx, new WalletScope([offer.BidderId], [], [], Escrow: true), cancellation);
        if (!batch.Try(new HoldPoints($"auction:{row.Id}:second-chance", Holds.For(row), offer.BidderId, offer.Price)).Succeeded(out var held, out var refusal))
            return refusal;
        await batch.Write(cancellation);
        await OfferStore.EndAsync(tx, row.Id, "accepted", time.GetUtcNow());
        var sold = await sell.HandleAsync(tx, row, SoldBy.SecondChance, offer.BidderId, offer.Price, held.Hold!.Value);
        await announce.PublishAsync(tx, sold, offer.BidderId, cancellation);
        return new OfferAnswer(sold.Order);
    }

    private async Task EndAsync(NpgsqlTransaction tx, AuctionRow row, string how)
    {
        await OfferStore.EndAsync(tx, row.Id, how, time.GetUtcNow());
        await notifications.Notify(tx, row.State.Seller, DeclinedKind, new { row.Title, Auction = row.Id }, row.Id.ToString());
    }

    private async Task<StandingBid?> RunnerUpAsync(NpgsqlTransaction tx, AuctionRow row)
    {
        var standing = await BidStore.StandingAsync(tx, row.Id);
        var blocked = await listings.BlockedBy(tx, row.State.Seller, [.. standing.Select(bid => bid.Bidder).Distinct()]);
        return RunnerUp.Of(standing, row.State.Phase == Phase.Cancelled ? row.State.Lead?.Bidder : null, blocked);
    }

    internal sealed record Job(Guid Auction);
}
