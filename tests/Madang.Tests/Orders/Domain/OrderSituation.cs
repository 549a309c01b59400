using System.Globalization;
using Madang.Orders;
using Madang.Orders.Domain;
using Xunit;

namespace Madang.Tests.Orders.Domain;

/// <summary>Given an order, when somebody does something, then this: what the tests of the state machine say.</summary>
internal sealed class OrderSituation
{
    /// <summary>A Wednesday, noon in Seoul.</summary>
    public static readonly DateTimeOffset Start = DateTimeOffset.Parse("2026-11-18T03:00:00Z", CultureInfo.InvariantCulture);

    /// <summary>The Monday after that Wednesday's three business days is a holiday: Thursday, Friday, Tuesday.</summary>
    public static readonly DateOnly Holiday = new(2026, 11, 23);

    public static readonly Terms Rules = new(new OrdersOptions(), Calendar([Holiday]));

    private OrderSituation(Order order) => Order = order;

    public Order Order { get; private set; }

    public DateTimeOffset Now { get; private set; } = Start;

    public List<OrderEvent> Events { get; } = [];

    /// <summary>The code that the buyer sees.</summary>
    public const string Code = "048217";

    public static OrderSituation Paid(long price = 10_000, Delivery? delivery = Delivery.Shipping, int fee = 500, OrderSource source = OrderSource.FixedPrice) => new(new Order
    {
        Id = Guid.CreateVersion7(),
        Listing = Guid.CreateVersion7(),
        Title = "달항아리",
        Seller = Guid.CreateVersion7(),
        Buyer = Guid.CreateVersion7(),
        Source = source,
        Price = price,
        FeeRate = fee,
        Hold = Guid.CreateVersion7(),
        PaidAt = Start,
        Delivery = delivery,
        ActBy = delivery is { } known ? Rules.ActBy(known, Start) : null,
    });

    public static OrderSituation Won() => Paid(delivery: null, source: OrderSource.AuctionWin);

    public static OrderSituation Shipped(long price = 10_000) => Paid(price).Seller(SomeShipment);

    public static OrderSituation Delivered(long price = 10_000) => Shipped(price).Buyer(new SayDelivered());

    public static OrderSituation Disputed(long price = 10_000) => Delivered(price).Buyer(new Complain());

    public static OrderSituation Meeting() => Paid(delivery: Delivery.InPerson);

    public static Ship SomeShipment => new(new Shipment("한진택배", "1234-5678"));

    public static ShowCode SomeCode => new(HandOverCode.Of(48_217, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]).Code);

    public static BusinessCalendar Calendar(IReadOnlyCollection<DateOnly> holidays)
    {
        var seoul = TimeSpan.FromHours(9);
        return new BusinessCalendar(
            at => DateOnly.FromDateTime(at.ToOffset(seoul).DateTime), day => new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), seoul).ToUniversalTime(), holidays.ToHashSet());
    }

    public OrderSituation After(TimeSpan wait)
    {
        Now += wait;
        return this;
    }

    public OrderSituation At(DateTimeOffset now)
    {
        Now = now;
        return this;
    }

    public OrderSituation Buyer(OrderCommand command) => Do(Actor.Buyer, command);

    public OrderSituation Seller(OrderCommand command) => Do(Actor.Seller, command);

    public OrderSituation Operator(OrderCommand command) => Do(Actor.Operator, command);

    public OrderSituation House() => Do(Actor.House, new PassTime());

    /// <summary>Lets time do what is due, at the moment it is.</summary>
    public OrderSituation WhenDue() => At(Rules.Due(Order)!.Value).House();

    public OrderSituation Refused(Actor actor, OrderCommand command, string code)
    {
        var refusal = OrderRules.Decide(Order, command, actor, Now, Rules).Failure;
        Assert.Equal(code, refusal?.Code);
        return this;
    }

    /// <summary>Refused, and yet something is written down.</summary>
    public OrderSituation Noted(Actor actor, OrderCommand command, string code)
    {
        var decision = OrderRules.Decide(Order, command, actor, Now, Rules).Value;
        Assert.Equal(code, decision.Refusal?.Code);
        Order = decision.Order;
        return this;
    }

    public OrderSituation Is(OrderState state, long toSeller = 0, long fee = 0, long toBuyer = 0)
    {
        Assert.Equal((state, toSeller, fee, toBuyer), (Order.State, Order.PaidOut, Order.Fee, Order.Refunded));
        Assert.Equal(Order.IsFinal ? 0 : Order.Price, Order.InEscrow);
        Assert.Equal(Order.IsFinal, Order.EndedAt is not null && Order.Ending is not null);
        return this;
    }

    private OrderSituation Do(Actor actor, OrderCommand command)
    {
        var decision = OrderRules.Decide(Order, command, actor, Now, Rules).Value;
        Assert.Null(decision.Refusal);
        Order = decision.Order;
        Events.AddRange(decision.Events);
        return this;
    }
}
