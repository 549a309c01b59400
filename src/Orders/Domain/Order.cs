namespace Madang.Orders.Domain;

/// <summary>Where an order stands. The last three are final.</summary>
internal enum OrderState
{
    Paid,
    Shipped,
    Delivered,
    Disputed,
    Released,
    Refunded,
    Cancelled,
}

/// <summary>How a sale came about.</summary>
internal enum OrderSource
{
    FixedPrice,
    AuctionWin,
    BuyNow,
    SecondChance,
}

/// <summary>How a thing gets to its buyer.</summary>
internal enum Delivery
{
    Shipping,
    InPerson,
}

/// <summary>Who does something to an order; the house is the clock.</summary>
internal enum Actor
{
    Buyer,
    Seller,
    Operator,
    House,
}

/// <summary>How an order ended, which says whose failing it was, where it was one.</summary>
internal enum Ending
{
    Confirmed,
    AutoConfirmed,
    HandedOver,
    Resolved,
    CancelledBySeller,
    CancelledLate,
    NeverChosen,
}

/// <summary>One sale from its payment to its end. The price is in escrow until then, all of it.</summary>
internal sealed record Order
{
    public required Guid Id { get; init; }

    public required Guid Listing { get; init; }

    public required string Title { get; init; }

    public required Guid Seller { get; init; }

    public required Guid Buyer { get; init; }

    public required OrderSource Source { get; init; }

    /// <summary>In minor units.</summary>
    public required long Price { get; init; }

    /// <summary>In basis points, as it was when the order began.</summary>
    public required int FeeRate { get; init; }

    /// <summary>The buyer's captured hold, which is the escrow.</summary>
    public required Guid Hold { get; init; }

    public required DateTimeOffset PaidAt { get; init; }

    public OrderState State { get; init; } = OrderState.Paid;

    /// <summary>Null until the winner of an auction has said.</summary>
    public Delivery? Delivery { get; init; }

    /// <summary>Until when the seller ships or hands over; then the buyer may cancel. Null until the delivery is known.</summary>
    public DateTimeOffset? ActBy { get; init; }

    /// <summary>When the one who lets the other wait was reminded.</summary>
    public DateTimeOffset? RemindedAt { get; init; }

    public Shipment? Shipment { get; init; }

    public DateTimeOffset? ShippedAt { get; init; }

    public DateTimeOffset? DeliveredAt { get; init; }

    public DateTimeOffset? DisputedAt { get; init; }

    public HandOverCode? Code { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public Ending? Ending { get; init; }

    /// <summary>What the seller got.</summary>
    public long PaidOut { get; init; }

    /// <summary>What the house got.</summary>
    public long Fee { get; init; }

    /// <summary>What the buyer got back.</summary>
    public long Refunded { get; init; }

    public bool IsFinal => State is OrderState.Released or OrderState.Refunded or OrderState.Cancelled;

    /// <summary>What still waits.</summary>
    public long InEscrow => Price - PaidOut - Fee - Refunded;

    /// <summary>The fee of an amount that is paid out: rounded down to a whole minor unit, in the seller's favour.</summary>
    public long FeeOf(long amount) => (long)((Int128)amount * FeeRate / 10_000);
}

/// <summary>A parcel on its way.</summary>
internal sealed record Shipment(string Carrier, string TrackingNumber);

/// <summary>Something that happened to an order, for its history. Nothing personal is in it.</summary>
internal sealed record OrderEvent(EventKind Kind, Actor By, long? Amount = null);

/// <summary>What can happen to an order.</summary>
internal enum EventKind
{
    Paid,
    DeliveryChosen,
    ChooseReminded,
    Late,
    Shipped,
    ShipmentCorrected,
    Delivered,
    PresumedDelivered,
    CodeShown,
    CodeWrong,
    HandedOver,
    Confirmed,
    AutoConfirmed,
    Disputed,
    Resolved,
    Cancelled,
    Released,
    Refunded,
}
