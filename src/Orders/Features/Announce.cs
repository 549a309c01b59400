using System.Globalization;
using Madang.Notifications;
using Madang.Orders.Domain;
using Madang.Wallet;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Madang.Orders.Features;

/// <summary>Tells buyer and seller what happened to their order and what they must do next, in the transaction in which it happened.</summary>
internal sealed class Announce(INotifications notifications, WalletZone zone, IOptions<OrdersOptions> options)
{
    public const string Bought = "orders.bought", Won = "orders.won", Sold = "orders.sold", SoldWaiting = "orders.sold_waiting", DeliveryChosen = "orders.delivery_chosen", Choose = "orders.choose",
        Late = "orders.late", Overdue = "orders.overdue", Shipped = "orders.shipped", Delivered = "orders.delivered", Completed = "orders.completed", PaidOut = "orders.paid_out",
        Complaint = "orders.complaint", Answered = "orders.answered", Resolved = "orders.resolved", Cancelled = "orders.cancelled", ReviewAsked = "orders.review_asked", ReviewsShown = "orders.reviews_shown";

    public static readonly IReadOnlyList<string> Kinds =
        [Bought, Won, Sold, SoldWaiting, DeliveryChosen, Choose, Late, Overdue, Shipped, Delivered, Completed, PaidOut, Complaint, Answered, Resolved, Cancelled, ReviewAsked, ReviewsShown];

    /// <summary>A new order. Who won an auction still says where to send it.</summary>
    public async Task BegunAsync(NpgsqlTransaction tx, Order order)
    {
        await Tell(tx, order, order.Buyer, order.Delivery is null ? Won : Bought);
        await Tell(tx, order, order.Seller, order.Delivery is null ? SoldWaiting : Sold);
    }

    public async Task TellAsync(NpgsqlTransaction tx, Order order, IReadOnlyList<OrderEvent> events)
    {
        foreach (var happened in events)
        {
            switch (happened.Kind)
            {
                case EventKind.DeliveryChosen:
                    await Tell(tx, order, order.Seller, DeliveryChosen);
                    break;
                case EventKind.ChooseReminded:
                    await Tell(tx, order, order.Buyer, Choose);
                    break;
                case EventKind.Late:
                    await Tell(tx, order, order.Buyer, Late);
                    await Tell(tx, order, order.Seller, Overdue);
                    break;
                case EventKind.Shipped or EventKind.ShipmentCorrected:
                    await Tell(tx, order, order.Buyer, Shipped);
                    break;
                case EventKind.Delivered or EventKind.PresumedDelivered:
                    await Tell(tx, order, happened.By is Actor.Buyer ? order.Seller : order.Buyer, Delivered);
                    break;
                case EventKind.Disputed:
                    await Tell(tx, order, order.Seller, Complaint);
                    break;
                case EventKind.Resolved:
                    await Tell(tx, order, order.Buyer, Resolved);
                    await Tell(tx, order, order.Seller, Resolved);
                    break;
                case EventKind.Cancelled:
                    await Tell(tx, order, order.Buyer, Cancelled);
                    await Tell(tx, order, order.Seller, Cancelled);
                    break;
                case EventKind.Confirmed or EventKind.AutoConfirmed or EventKind.HandedOver:
                    await Tell(tx, order, order.Buyer, Completed);
                    break;
                case EventKind.Released:
                    await Tell(tx, order, order.Seller, PaidOut);
                    break;
                default:
                    break;
            }
        }
        if (order.State is OrderState.Released or OrderState.Refunded)
        {
            await Tell(tx, order, order.Buyer, ReviewAsked);
            await Tell(tx, order, order.Seller, ReviewAsked);
        }
    }

    public Task Tell(NpgsqlTransaction tx, Order order, Guid member, string kind) => notifications.Notify(
        tx, member, kind,
        new
        {
            Order = order.Id.ToString(),
            order.Title,
            order.Price,
            Paid = order.PaidOut,
            Back = order.Refunded,
            Carrier = order.Shipment?.Carrier ?? "",
            options.Value.ConfirmDays,
            options.Value.ReviewDays,
            // The deadline is the midnight that ends the day.
            By = order.ActBy is { } actBy ? zone.Day(actBy.AddTicks(-1)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "",
        },
        order.Id.ToString());
}
