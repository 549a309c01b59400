namespace Madang.Orders.Domain;

/// <summary>What a side may do, and what of it is the one next thing.</summary>
internal static class NextStep
{
    private static readonly (string Name, OrderCommand Command)[] Steps =
    [
        ("choose_delivery", new ChooseDelivery(Delivery.Shipping)),
        ("ship", new Ship(new Shipment("-", "-"))),
        ("say_delivered", new SayDelivered()),
        ("confirm", new Confirm()),
        ("complain", new Complain()),
        ("show_code", new ShowCode(new HandOverCode([], [], HandOverCode.Tries))),
        ("cancel", new Cancel()),
        ("resolve", new Resolve(0)),
    ];

    /// <summary>Everything that is allowed now.</summary>
    public static IReadOnlyList<string> All(Order order, Actor actor, bool mayReview, bool mayAnswer, DateTimeOffset now, Terms terms)
    {
        var may = Steps.Where(step => OrderRules.May(order, step.Command, actor, now, terms)).Select(step => step.Name).ToList();
        if (actor is Actor.Seller && order is { State: OrderState.Paid, Delivery: Delivery.InPerson })
            may.Add("hand_over");
        if (mayAnswer)
            may.Add("answer");
        if (mayReview)
            may.Add("review");
        return may;
    }

    /// <summary>What the page's one big button does; null when it is the other's turn.</summary>
    public static string? Of(Order order, Actor actor, bool mayReview, bool mayAnswer) => (actor, order) switch
    {
        _ when mayReview => "review",
        _ when mayAnswer => "answer",
        (Actor.Buyer, { State: OrderState.Paid, Delivery: null }) => "choose_delivery",
        (Actor.Buyer, { State: OrderState.Paid, Delivery: Delivery.InPerson }) => "show_code",
        (Actor.Buyer, { State: OrderState.Paid, RemindedAt: not null, Delivery: not null }) => "cancel",
        (Actor.Buyer, { State: OrderState.Shipped or OrderState.Delivered }) => "confirm",
        (Actor.Seller, { State: OrderState.Paid, Delivery: Delivery.Shipping }) => "ship",
        (Actor.Seller, { State: OrderState.Paid, Delivery: Delivery.InPerson }) => "hand_over",
        (Actor.Operator, { State: OrderState.Disputed }) => "resolve",
        _ => null,
    };
}
