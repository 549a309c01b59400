using FsCheck;
using FsCheck.Fluent;
using Madang.Orders.Domain;
using Madang.Tests.Images;
using Xunit;

namespace Madang.Tests.Orders.Domain;

/// <summary>Whatever anybody tries, in whatever order: what came in is paid out, kept as fee or given back, and the end is the end.</summary>
public sealed class OrderPropertyTests
{
    private static readonly OrderState[] Final = [OrderState.Released, OrderState.Refunded, OrderState.Cancelled];

    [Fact]
    public void Escrow_in_is_paid_out_plus_fee_plus_refunded_and_a_final_order_never_moves() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2_000),
        Prop.ForAll(Arb.From(Trials()), trial =>
        {
            var (price, fee, delivery, steps) = trial;
            var order = OrderSituation.Paid(price, delivery, fee).Order;
            var now = OrderSituation.Start;
            foreach (var (actor, command, wait) in steps)
            {
                now += wait;
                var before = order;
                if (!OrderRules.Decide(order, command, actor, now, OrderSituation.Rules).Succeeded(out var decision, out _))
                    continue;
                Assert.False(before.IsFinal, "a final order moved");
                order = decision.Order;
                Assert.NotEmpty(decision.Events);
                Assert.Equal(order.IsFinal ? price : 0, (Int128)order.PaidOut + order.Fee + order.Refunded);
                Assert.True(order is { PaidOut: >= 0, Fee: >= 0, Refunded: >= 0 });
                Assert.Equal(order.IsFinal, Final.Contains(order.State));
                Assert.Equal(order.State is OrderState.Refunded or OrderState.Cancelled, order.Refunded == price);
                // Time moves what it moves, and nothing waits for ever but a complaint.
                Assert.Equal(order.IsFinal || order.State is OrderState.Disputed, OrderSituation.Rules.Due(order) is null);
                Assert.True(order.Code is null || order is { State: OrderState.Paid, Delivery: Delivery.InPerson });
            }
        }));

    [Fact]
    public void Left_alone_every_order_without_a_complaint_ends_by_itself() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(Arb.From(Trials()), trial =>
        {
            var (price, fee, delivery, steps) = trial;
            var order = OrderSituation.Paid(price, delivery, fee).Order;
            var now = OrderSituation.Start;
            foreach (var (actor, command, wait) in steps)
                order = OrderRules.Decide(order, command, actor, now += wait, OrderSituation.Rules).Succeeded(out var decision, out _) ? decision.Order : order;
            for (var rounds = 0; OrderSituation.Rules.Due(order) is { } due; rounds++)
            {
                Assert.True(rounds < 4, "time goes in circles");
                order = OrderRules.Decide(order, new PassTime(), Actor.House, now = due > now ? due : now, OrderSituation.Rules).Value.Order;
            }
            Assert.True(order.IsFinal || order.State is OrderState.Disputed);
        }));

    private static Gen<(long Price, int Fee, Delivery? Delivery, (Actor, OrderCommand, TimeSpan)[] Steps)> Trials() =>
        from price in Gen.Elements<long>(1, 2, 19, 20, 999, 10_000, 123_457, 1_000_000_000_000)
        from fee in Gen.Choose(0, 5_000)
        from delivery in Gen.Elements<Delivery?>(null, Delivery.Shipping, Delivery.InPerson)
        from steps in (from actor in Gen.Elements(Enum.GetValues<Actor>())
                       from command in Commands(price)
                       from hours in Gen.Choose(0, 24 * 8)
                       select (actor, command, TimeSpan.FromHours(hours))).ArrayOf()
        select (price, fee, delivery, steps);

    private static Gen<OrderCommand> Commands(long price) => Gen.OneOf(
        Gen.Elements<OrderCommand>(
            new ChooseDelivery(Delivery.Shipping), new ChooseDelivery(Delivery.InPerson), OrderSituation.SomeShipment, new SayDelivered(), new Confirm(), new Complain(), OrderSituation.SomeCode,
            new HandOver(OrderSituation.Code), new HandOver("111111"), new Cancel(), new PassTime(), new PassTime()),
        Gen.Elements(-1, 0, 1, price / 3, price - 1, price, price + 1).Select(OrderCommand (refund) => new Resolve(refund)));
}
