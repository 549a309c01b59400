using Madang.Accounts;
using Madang.Market;
using Madang.Orders.Domain;
using Madang.Orders.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Madang.Orders.Features;

/// <summary>One order, as far as who asks may know of it: each side sees its own, the operator what a complaint needs.</summary>
internal sealed class ShowOrder(
    OrderStore orders, ComplaintStore complaints, ReviewStore reviews, AddressStore addresses, IMembers members, IListings listings, Terms terms, IOptions<OrdersOptions> options, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/orders/{id:guid}", async Task<Results<Ok<OrderResource>, ProblemHttpResult>> (Guid id, ShowOrder show, HttpContext context) =>
            (await show.ForMemberAsync(context.Caller()!.MemberId!.Value, id, context.RequestAborted)).Succeeded(out var order, out var failure) ? TypedResults.Ok(order) : failure.ToProblem(context))
        .RequireMember().WithTags("Orders").WithSummary("Show one of your orders");

    public async Task<Result<OrderResource>> ForMemberAsync(Guid member, Guid id, CancellationToken cancellation) => await orders.FindAsync(id, cancellation) switch
    {
        { } row when row.BuyerId == member => await ReadAsync(row, Actor.Buyer, cancellation),
        { } row when row.SellerId == member => await ReadAsync(row, Actor.Seller, cancellation),
        _ => MoveOrder.Unknown,
    };

    public async Task<Result<OrderResource>> ForOperatorAsync(Guid id, CancellationToken cancellation) =>
        await orders.FindAsync(id, cancellation) is { } row ? await ReadAsync(row, Actor.Operator, cancellation) : MoveOrder.Unknown;

    private async Task<OrderResource> ReadAsync(OrderRow row, Actor actor, CancellationToken cancellation)
    {
        var (order, now) = (row.ToDomain(), time.GetUtcNow());
        var people = await members.FindMany([row.BuyerId, row.SellerId], cancellation);
        var listing = await listings.Find(row.ListingId, cancellation);
        var complaint = await complaints.FindAsync(row.Id, cancellation);
        var written = await reviews.OfOrderAsync(row.Id, cancellation);
        // The seller needs it to send the thing, and to argue about it; not for ever.
        var address = actor is Actor.Buyer || (actor is Actor.Seller && order is { IsFinal: false, Delivery: Delivery.Shipping }) ? await addresses.FindAsync(row.Id, cancellation) : null;
        var side = Names.Of(actor);
        var mine = written.FirstOrDefault(review => review.Side == side);
        var mayReview = actor is not Actor.Operator && ReviewRules.MayWrite(order, mine is not null, row.ForgottenAt is not null, now, options.Value.ReviewDays) is null;
        var mayAnswer = actor is Actor.Seller && order.State is OrderState.Disputed && complaint is { Answer: null };
        return new OrderResource(
            row.Id, row.ListingId, row.Title, listing?.PictureUrl, side, PersonOf(row.SellerId, people), PersonOf(row.BuyerId, people), row.Source, row.State, row.Ending, row.Delivery,
            MoneyOf(order, actor), row.PaidAt, row.ActBy, row.DueAt, row.EndedAt, order.Shipment is { } parcel ? new(parcel.Carrier, parcel.TrackingNumber) : null, address, ComplaintOf(complaint, actor),
            new ReviewsOfOrder(
                mine is null ? null : ReviewOf(mine, people),
                written.FirstOrDefault(review => review.Side != side && (review.ShownAt is not null)) is { } theirs ? ReviewOf(theirs, people) : null,
                row.ReviewsShownAt, order.State is OrderState.Released or OrderState.Refunded ? row.EndedAt!.Value.AddDays(options.Value.ReviewDays) : null),
            NextStep.All(order, actor, mayReview, mayAnswer, now, terms), NextStep.Of(order, actor, mayReview, mayAnswer),
            [.. (await orders.EventsAsync(row.Id, cancellation)).Where(happened => IsFor(happened, actor)).Select(happened => new EventResource(happened.Kind, happened.By, happened.At, AmountFor(happened, actor)))]);
    }

    public static PersonResource PersonOf(Guid id, IReadOnlyDictionary<Guid, MemberProfile> people) =>
        people.GetValueOrDefault(id) is { } person ? new(id, person.Nickname, person.PictureUrl) : new(id, null, null);

    public static ReviewResource ReviewOf(ReviewRow review, IReadOnlyDictionary<Guid, MemberProfile> people) =>
        new(review.OrderId, PersonOf(review.AuthorId, people), review.Side, review.Stars, review.Text, review.Tags, review.WrittenAt);

    // What the house keeps is between it and the seller.
    private static MoneyResource MoneyOf(Order order, Actor actor) => actor is Actor.Buyer
        ? new(order.Price, order.InEscrow, order.Refunded, null, null, null)
        : new(order.Price, order.InEscrow, order.Refunded, order.PaidOut, order.Fee, order.IsFinal ? null : order.Price - order.FeeOf(order.Price));

    private static ComplaintResource? ComplaintOf(ComplaintRow? row, Actor actor) => row is null
        ? null
        : new(row.Reason, row.Text, [.. row.Pictures.Select((_, index) => Complaints.PictureUrl(row.OrderId, index + 1, actor))], row.MadeAt, row.Answer, row.AnsweredAt, row.ResolvedAt, row.Note);

    private static bool IsFor(EventRow happened, Actor actor) => happened.Kind is not "code_shown" || actor is Actor.Buyer;

    private static long? AmountFor(EventRow happened, Actor actor) => happened.Kind == "released" && actor is Actor.Buyer ? null : happened.Amount;
}
