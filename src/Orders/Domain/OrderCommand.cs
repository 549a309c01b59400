namespace Madang.Orders.Domain;

/// <summary>What somebody wishes to do to an order.</summary>
internal abstract record OrderCommand;

/// <summary>The buyer says how it gets to him; while nothing was shipped he may change it.</summary>
internal sealed record ChooseDelivery(Delivery Delivery) : OrderCommand;

/// <summary>The seller gave it to a carrier, or corrects what he wrote.</summary>
internal sealed record Ship(Shipment Shipment) : OrderCommand;

/// <summary>It has arrived: said by the seller, who reads it from the carrier, or by the buyer.</summary>
internal sealed record SayDelivered : OrderCommand;

/// <summary>The buyer is content; also ends his own complaint.</summary>
internal sealed record Confirm : OrderCommand;

/// <summary>The buyer is not: it did not come, or is not what was sold.</summary>
internal sealed record Complain : OrderCommand;

/// <summary>The buyer wants to see the code that he gives to the seller when they meet. The last one is void.</summary>
internal sealed record ShowCode(HandOverCode Code) : OrderCommand;

/// <summary>The seller enters the code that the buyer gave him.</summary>
internal sealed record HandOver(string Typed) : OrderCommand;

/// <summary>Calls the sale off before anything was sent.</summary>
internal sealed record Cancel : OrderCommand;

/// <summary>The operator decides a complaint: so much goes back to the buyer, the rest to the seller.</summary>
internal sealed record Resolve(long Refund) : OrderCommand;

/// <summary>Time went on.</summary>
internal sealed record PassTime : OrderCommand;
