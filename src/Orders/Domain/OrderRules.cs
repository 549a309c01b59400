using Madang.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Madang.Orders.Domain;

/// <summary>What was decided: the order as it is then, what goes into its history, and what the one who asked is told.</summary>
/// <param name="Order">The order afterwards.</param>
/// <param name="Events">What happened.</param>
/// <param name="Refusal">Set where something is written though the wish is refused: a wrong code costs a try.</param>
internal sealed record Decision(Order Order, IReadOnlyList<OrderEvent> Events, Failure? Refusal = null);

/// <summary>The one state machine of all orders: who may do what, when, and what money moves. Docs/decisions/0016 says why.</summary>
internal static class OrderRules
{
    public static Result<Decision> Decide(Order order, OrderCommand command, Actor actor, DateTimeOffset now, Terms terms) =>
        order.IsFinal ? Ended : command switch
        {
            ChooseDelivery wish => OnlyBuyer(actor) ?? Chosen(order, wish, now, terms),
            Ship wish => OnlySeller(actor) ?? Shipped(order, wish, now),
            SayDelivered => SaidDelivered(order, actor, now),
            Confirm => OnlyBuyer(actor) ?? Confirmed(order, now),
            Complain => OnlyBuyer(actor) ?? Disputed(order, now),
            ShowCode wish => OnlyBuyer(actor) ?? CodeShown(order, wish),
            HandOver wish => OnlySeller(actor) ?? CodeEntered(order, wish, now),
            Cancel => Cancelled(order, actor, now),
            Resolve wish => Resolved(order, wish, actor, now),
            PassTime => Passed(order, actor, now, terms),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType().Name, "not a command"),
        };

    /// <summary>Whether somebody may do something now, for buttons; the command's own content is taken as right.</summary>
    public static bool May(Order order, OrderCommand command, Actor actor, DateTimeOffset now, Terms terms) => Decide(order, command, actor, now, terms).Failure is null;

    public static Failure Ended => new("order.ended", "This order has ended.", StatusCodes.Status409Conflict);

    private static Result<Decision> Chosen(Order order, ChooseDelivery wish, DateTimeOffset now, Terms terms) => order.State is not OrderState.Paid
        ? WrongState(order)
        // The seller's days begin when he first knows where to send it; a buyer who changes his mind gives him new ones.
        : new Decision(
            order with { Delivery = wish.Delivery, ActBy = order.Delivery == wish.Delivery ? order.ActBy : terms.ActBy(wish.Delivery, now), RemindedAt = order.Delivery == wish.Delivery ? order.RemindedAt : null, Code = null },
            [new(EventKind.DeliveryChosen, Actor.Buyer)]);

    private static Result<Decision> Shipped(Order order, Ship wish, DateTimeOffset now) => order switch
    {
        { State: OrderState.Paid, Delivery: Delivery.Shipping } => new Decision(order with { State = OrderState.Shipped, Shipment = wish.Shipment, ShippedAt = now }, [new(EventKind.Shipped, Actor.Seller)]),
        { State: OrderState.Shipped } => new Decision(order with { Shipment = wish.Shipment }, [new(EventKind.ShipmentCorrected, Actor.Seller)]),
        { State: OrderState.Paid, Delivery: null } => new Failure("order.no_delivery", "The buyer has not said yet where to send it.", StatusCodes.Status409Conflict),
        _ => WrongState(order),
    };

    private static Result<Decision> SaidDelivered(Order order, Actor actor, DateTimeOffset now) =>
        actor is not (Actor.Buyer or Actor.Seller) ? new Failure("order.not_yours", "Only buyer and seller may say so.", StatusCodes.Status403Forbidden)
        : order.State is not OrderState.Shipped ? WrongState(order)
        : new Decision(order with { State = OrderState.Delivered, DeliveredAt = now }, [new(EventKind.Delivered, actor)]);

    // Whoever has it in his hands need not say first that it has arrived.
    private static Result<Decision> Confirmed(Order order, DateTimeOffset now) => order.State is OrderState.Shipped or OrderState.Delivered or OrderState.Disputed
        ? End(order, refund: 0, OrderState.Released, Ending.Confirmed, now, new(EventKind.Confirmed, Actor.Buyer))
        : WrongState(order);

    private static Result<Decision> Disputed(Order order, DateTimeOffset now) => order.State is OrderState.Shipped or OrderState.Delivered
        ? new Decision(order with { State = OrderState.Disputed, DisputedAt = now }, [new(EventKind.Disputed, Actor.Buyer)])
        : WrongState(order);

    private static Result<Decision> CodeShown(Order order, ShowCode wish) => order is { State: OrderState.Paid, Delivery: Delivery.InPerson }
        ? new Decision(order with { Code = wish.Code }, [new(EventKind.CodeShown, Actor.Buyer)])
        : WrongState(order);

    private static Result<Decision> CodeEntered(Order order, HandOver wish, DateTimeOffset now)
    {
        if (order is not { State: OrderState.Paid, Delivery: Delivery.InPerson })
            return WrongState(order);
        if (!HandOverCode.IsCode(wish.Typed))
            return new Failure("order.code", "A code has six digits.");
        if (order.Code is not { TriesLeft: > 0 } code)
            return new Failure("order.code_spent", "There is no code that counts: let the buyer show a new one on the order's page.", StatusCodes.Status409Conflict);
        if (code.Matches(wish.Typed))
            return End(order, refund: 0, OrderState.Released, Ending.HandedOver, now, new(EventKind.HandedOver, Actor.Seller));
        var left = code.TriesLeft - 1;
        return new Decision(
            order with { Code = code with { TriesLeft = left } },
            [new(EventKind.CodeWrong, Actor.Seller)],
            new Failure("order.code_wrong", $"This is not the code. {left} tries are left.") { Extra = new Dictionary<string, object?>(StringComparer.Ordinal) { ["triesLeft"] = left } });
    }

    private static Result<Decision> Cancelled(Order order, Actor actor, DateTimeOffset now) => (actor, order) switch
    {
        (not (Actor.Buyer or Actor.Seller), _) => new Failure("order.not_yours", "Only buyer and seller may call it off.", StatusCodes.Status403Forbidden),
        (_, { State: not OrderState.Paid }) => WrongState(order),
        (Actor.Seller, _) => End(order, order.Price, OrderState.Cancelled, Ending.CancelledBySeller, now, new(EventKind.Cancelled, actor)),
        (_, { ActBy: { } actBy }) when now >= actBy => End(order, order.Price, OrderState.Cancelled, Ending.CancelledLate, now, new(EventKind.Cancelled, actor)),
        _ => new Failure("order.too_early", "You may cancel when the seller has not sent it in time.")
        {
            Extra = new Dictionary<string, object?>(StringComparer.Ordinal) { ["from"] = order.ActBy },
        },
    };

    private static Result<Decision> Resolved(Order order, Resolve wish, Actor actor, DateTimeOffset now) =>
        actor is not Actor.Operator ? new Failure("order.not_operator", "Only the operator decides a complaint.", StatusCodes.Status403Forbidden)
        : order.State is not OrderState.Disputed ? WrongState(order)
        : wish.Refund < 0 || wish.Refund > order.Price ? new Failure("order.refund", $"What goes back is from 0 to {order.Price}.")
        : End(order, wish.Refund, wish.Refund == order.Price ? OrderState.Refunded : OrderState.Released, Ending.Resolved, now, new(EventKind.Resolved, Actor.Operator));

    private static Result<Decision> Passed(Order order, Actor actor, DateTimeOffset now, Terms terms) =>
        actor is not Actor.House || terms.Due(order) is not { } due || now < due
            ? new Failure("order.not_due", "It is not time yet.", StatusCodes.Status409Conflict)
            : order switch
            {
                { State: OrderState.Paid, RemindedAt: null } => new Decision(
                    order with { RemindedAt = now }, [new(order.Delivery is null ? EventKind.ChooseReminded : EventKind.Late, Actor.House)]),
                { State: OrderState.Paid } => End(
                    order, order.Price, OrderState.Cancelled, order.Delivery is null ? Ending.NeverChosen : Ending.CancelledLate, now, new(EventKind.Cancelled, Actor.House)),
                // From now, and not from when it was due: after a long stop the buyer still has all his days.
                { State: OrderState.Shipped } => new Decision(order with { State = OrderState.Delivered, DeliveredAt = now }, [new(EventKind.PresumedDelivered, Actor.House)]),
                _ => End(order, refund: 0, OrderState.Released, Ending.AutoConfirmed, now, new(EventKind.AutoConfirmed, Actor.House)),
            };

    /// <summary>The only place where escrow is emptied, and it is emptied whole.</summary>
    private static Decision End(Order order, long refund, OrderState state, Ending ending, DateTimeOffset now, OrderEvent why)
    {
        var gross = order.Price - refund;
        var fee = order.FeeOf(gross);
        var ended = order with { State = state, Ending = ending, EndedAt = now, Refunded = refund, Fee = fee, PaidOut = gross - fee, Code = null };
        var events = new List<OrderEvent> { why };
        if (refund > 0)
            events.Add(new(EventKind.Refunded, Actor.House, refund));
        if (ended.PaidOut > 0)
            events.Add(new(EventKind.Released, Actor.House, ended.PaidOut));
        return new Decision(ended, events);
    }

    private static Result<Decision>? OnlyBuyer(Actor actor) => actor is Actor.Buyer ? (Result<Decision>?)null : new Failure("order.not_buyer", "Only the buyer may do this.", StatusCodes.Status403Forbidden);

    private static Result<Decision>? OnlySeller(Actor actor) => actor is Actor.Seller ? (Result<Decision>?)null : new Failure("order.not_seller", "Only the seller may do this.", StatusCodes.Status403Forbidden);

    private static Failure WrongState(Order order) => new("order.state", "The order is not where this could be done.", StatusCodes.Status409Conflict)
    {
        Extra = new Dictionary<string, object?>(StringComparer.Ordinal) { ["state"] = order.State.ToString().ToLowerInvariant() },
    };
}
