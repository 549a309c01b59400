using System.Globalization;
using Madang.Orders.Domain;
using Xunit;
using static Madang.Tests.Orders.Domain.OrderSituation;

namespace Madang.Tests.Orders.Domain;

/// <summary>Every step of an order: by whom, when, and what money moves.</summary>
public sealed class OrderRulesTests
{
    [Fact]
    public void Shipped_delivered_confirmed_the_seller_is_paid_less_the_fee() =>
        Paid().Is(OrderState.Paid).Seller(SomeShipment).Is(OrderState.Shipped).Seller(new SayDelivered()).Is(OrderState.Delivered).Buyer(new Confirm()).Is(OrderState.Released, toSeller: 9_500, fee: 500);

    [Fact]
    public void The_history_says_all_of_it() => Assert.Equal(
        [EventKind.Shipped, EventKind.Delivered, EventKind.Confirmed, EventKind.Released], Delivered().Buyer(new Confirm()).Events.Select(happened => happened.Kind));

    [Fact]
    public void Who_has_it_in_his_hands_confirms_without_saying_that_it_arrived() => Shipped().Buyer(new Confirm()).Is(OrderState.Released, toSeller: 9_500, fee: 500);

    [Fact]
    public void Nobody_confirms_what_was_not_sent() => Paid().Refused(Actor.Buyer, new Confirm(), "order.state");

    [Theory]
    [InlineData(1, 500, 0)]
    [InlineData(19, 500, 0)]
    [InlineData(20, 500, 1)]
    [InlineData(39, 500, 1)]
    [InlineData(10_001, 333, 333)]
    [InlineData(1_000_000_000_000, 5_000, 500_000_000_000)]
    [InlineData(12_345, 0, 0)]
    public void The_fee_is_rounded_down_to_a_whole_won(long price, int rate, long fee) =>
        Paid(price, fee: rate).Seller(SomeShipment).Buyer(new Confirm()).Is(OrderState.Released, toSeller: price - fee, fee: fee);

    [Fact]
    public void Seven_days_after_delivery_it_confirms_itself_and_not_a_moment_before()
    {
        var order = Delivered();
        order.At(Start.AddDays(7).AddTicks(-1)).Refused(Actor.House, new PassTime(), "order.not_due");
        order.At(Start.AddDays(7)).House().Is(OrderState.Released, toSeller: 9_500, fee: 500);
        Assert.Equal(Ending.AutoConfirmed, order.Order.Ending);
    }

    [Fact]
    public void Ten_days_after_shipping_it_counts_as_delivered_and_then_the_seven_days_run()
    {
        var order = Shipped();
        order.At(Start.AddDays(10).AddTicks(-1)).Refused(Actor.House, new PassTime(), "order.not_due");
        order.At(Start.AddDays(10)).House().Is(OrderState.Delivered);
        order.At(Start.AddDays(17)).House().Is(OrderState.Released, toSeller: 9_500, fee: 500);
    }

    [Fact]
    public void After_a_long_stop_of_the_house_the_buyer_still_has_all_his_days() =>
        Shipped().At(Start.AddDays(40)).House().Is(OrderState.Delivered).Refused(Actor.House, new PassTime(), "order.not_due").Buyer(new Complain()).Is(OrderState.Disputed);

    [Fact]
    public void A_complaint_stops_the_clock_for_ever() => Disputed().At(Start.AddYears(3)).Refused(Actor.House, new PassTime(), "order.not_due").Is(OrderState.Disputed);

    [Fact]
    public void Complaints_come_after_shipping_and_before_the_end()
    {
        Paid().Refused(Actor.Buyer, new Complain(), "order.state");
        Shipped().Buyer(new Complain()).Is(OrderState.Disputed).Refused(Actor.Buyer, new Complain(), "order.state");
        Delivered().Buyer(new Confirm()).Refused(Actor.Buyer, new Complain(), "order.ended");
    }

    [Fact]
    public void The_operator_gives_all_back() => Disputed().Operator(new Resolve(10_000)).Is(OrderState.Refunded, toBuyer: 10_000);

    [Fact]
    public void The_operator_gives_a_part_back_and_the_fee_is_of_the_rest() => Disputed().Operator(new Resolve(3_333)).Is(OrderState.Released, toSeller: 6_334, fee: 333, toBuyer: 3_333);

    [Fact]
    public void The_operator_releases() => Disputed().Operator(new Resolve(0)).Is(OrderState.Released, toSeller: 9_500, fee: 500);

    [Fact]
    public void The_operator_gives_no_more_back_than_there_is_and_decides_complaints_only()
    {
        Disputed().Refused(Actor.Operator, new Resolve(10_001), "order.refund").Refused(Actor.Operator, new Resolve(-1), "order.refund");
        Delivered().Refused(Actor.Operator, new Resolve(0), "order.state");
        Disputed().Operator(new Resolve(1)).Refused(Actor.Operator, new Resolve(1), "order.ended");
    }

    [Fact]
    public void A_buyer_who_came_to_terms_with_the_seller_confirms_in_spite_of_his_complaint() => Disputed().Buyer(new Confirm()).Is(OrderState.Released, toSeller: 9_500, fee: 500);

    [Fact]
    public void The_seller_calls_it_off_before_he_ships()
    {
        Paid().Seller(new Cancel()).Is(OrderState.Cancelled, toBuyer: 10_000);
        Won().Seller(new Cancel()).Is(OrderState.Cancelled, toBuyer: 10_000);
        Meeting().Seller(new Cancel()).Is(OrderState.Cancelled, toBuyer: 10_000);
        Shipped().Refused(Actor.Seller, new Cancel(), "order.state");
    }

    [Fact]
    public void Three_business_days_skip_the_weekend_and_a_holiday()
    {
        // Wednesday the 18th; Thursday, Friday, Tuesday; the midnight that ends Tuesday the 24th in Seoul.
        var end = DateTimeOffset.Parse("2026-11-24T15:00:00Z", CultureInfo.InvariantCulture);
        var order = Paid();
        Assert.Equal(end, order.Order.ActBy);
        order.At(end.AddTicks(-1)).Refused(Actor.Buyer, new Cancel(), "order.too_early");
        order.At(end).Buyer(new Cancel()).Is(OrderState.Cancelled, toBuyer: 10_000);
        Assert.Equal(Ending.CancelledLate, order.Order.Ending);
    }

    [Theory]
    [InlineData("2026-11-20T14:59:59Z", "2026-11-26")] // Friday, one second before midnight in Seoul; Monday is off
    [InlineData("2026-11-20T15:00:00Z", "2026-11-26")] // Saturday
    [InlineData("2026-11-22T14:00:00Z", "2026-11-26")] // Sunday
    [InlineData("2026-11-23T00:00:00Z", "2026-11-26")] // the holiday itself
    [InlineData("2026-12-29T00:00:00Z", "2027-01-01")] // over the year's end
    public void The_days_begin_with_the_one_after_the_sale(string paid, string last) => Assert.Equal(
        DateOnly.ParseExact(last, "yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateOnly.FromDateTime(Rules.ActBy(Delivery.Shipping, DateTimeOffset.Parse(paid, CultureInfo.InvariantCulture)).AddTicks(-1).ToOffset(TimeSpan.FromHours(9)).DateTime));

    [Fact]
    public void A_seller_who_is_late_may_still_ship_until_the_buyer_cancels() =>
        Paid().WhenDue().Is(OrderState.Paid).After(TimeSpan.FromDays(2)).Seller(SomeShipment).Is(OrderState.Shipped).Refused(Actor.Buyer, new Cancel(), "order.state");

    [Fact]
    public void Lateness_is_told_once_and_two_weeks_later_the_house_calls_it_off()
    {
        var order = Paid().WhenDue();
        Assert.Equal([EventKind.Late], order.Events.Select(happened => happened.Kind));
        order.Refused(Actor.House, new PassTime(), "order.not_due");
        order.At(order.Order.ActBy!.Value.AddDays(14)).House().Is(OrderState.Cancelled, toBuyer: 10_000);
    }

    [Fact]
    public void A_winner_says_where_to_send_it_and_the_days_of_the_seller_begin_then()
    {
        var order = Won();
        order.Refused(Actor.Seller, SomeShipment, "order.no_delivery").Refused(Actor.Buyer, new Cancel(), "order.too_early").Refused(Actor.Buyer, SomeCode, "order.state");
        order.After(TimeSpan.FromDays(5)).Buyer(new ChooseDelivery(Delivery.Shipping));
        Assert.Equal(Rules.ActBy(Delivery.Shipping, Start.AddDays(5)), order.Order.ActBy);
        order.Seller(SomeShipment).Is(OrderState.Shipped);
    }

    [Fact]
    public void A_winner_who_never_says_is_reminded_and_then_the_sale_is_off()
    {
        var order = Won().WhenDue();
        Assert.Equal(Start.AddDays(3), order.Now);
        Assert.Equal([EventKind.ChooseReminded], order.Events.Select(happened => happened.Kind));
        order.WhenDue().Is(OrderState.Cancelled, toBuyer: 10_000);
        Assert.Equal((Start.AddDays(14), Ending.NeverChosen), (order.Now, order.Order.Ending!.Value));
    }

    [Fact]
    public void A_buyer_changes_his_mind_until_it_is_shipped()
    {
        var order = Paid().After(TimeSpan.FromDays(1)).Buyer(new ChooseDelivery(Delivery.Shipping));
        Assert.Equal(Rules.ActBy(Delivery.Shipping, Start), order.Order.ActBy); // the same way: no new days
        order.Buyer(new ChooseDelivery(Delivery.InPerson)).Buyer(SomeCode).Buyer(new ChooseDelivery(Delivery.Shipping));
        Assert.Null(order.Order.Code);
        order.Seller(SomeShipment).Refused(Actor.Buyer, new ChooseDelivery(Delivery.InPerson), "order.state");
    }

    [Fact]
    public void The_tracking_number_may_be_corrected_and_the_clock_does_not_start_anew()
    {
        var order = Shipped().After(TimeSpan.FromDays(2)).Seller(new Ship(new Shipment("우체국", "9")));
        Assert.Equal((Start, "9"), (order.Order.ShippedAt!.Value, order.Order.Shipment!.TrackingNumber));
    }

    [Fact]
    public void In_person_the_buyers_code_pays_the_seller() =>
        Meeting().Buyer(SomeCode).Seller(new HandOver("048 217")).Is(OrderState.Released, toSeller: 9_500, fee: 500);

    [Fact]
    public void Without_a_code_there_is_nothing_to_enter() => Meeting().Refused(Actor.Seller, new HandOver(Code), "order.code_spent");

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("12345a")]
    [InlineData("٠٤٨٢١٧")]
    [InlineData("000000000000000000000000000000000000000000")]
    public void What_is_no_code_costs_no_try(string typed) => Assert.Equal(HandOverCode.Tries, Meeting().Buyer(SomeCode).Refused(Actor.Seller, new HandOver(typed), "order.code").Order.Code!.TriesLeft);

    [Fact]
    public void Five_wrong_codes_and_the_right_one_is_void_until_the_buyer_shows_another()
    {
        var order = Meeting().Buyer(SomeCode);
        for (var tries = 0; tries < 5; tries++)
            order.Noted(Actor.Seller, new HandOver("111111"), "order.code_wrong").Is(OrderState.Paid);
        order.Refused(Actor.Seller, new HandOver(Code), "order.code_spent");
        order.Buyer(SomeCode).Seller(new HandOver(Code)).Is(OrderState.Released, toSeller: 9_500, fee: 500);
    }

    [Fact]
    public void A_newer_code_makes_the_older_one_void()
    {
        var order = Meeting().Buyer(SomeCode).Buyer(new ShowCode(HandOverCode.Of(7, new byte[16]).Code));
        order.Noted(Actor.Seller, new HandOver(Code), "order.code_wrong").Seller(new HandOver("000007")).Is(OrderState.Released, toSeller: 9_500, fee: 500);
    }

    [Fact]
    public void Nothing_of_a_code_stays_when_the_order_has_ended() => Assert.Null(Meeting().Buyer(SomeCode).Seller(new HandOver(Code)).Order.Code);

    [Fact]
    public void Who_meets_ships_nothing_and_who_ships_has_no_code()
    {
        Meeting().Refused(Actor.Seller, SomeShipment, "order.state");
        Paid().Refused(Actor.Buyer, SomeCode, "order.state").Refused(Actor.Seller, new HandOver(Code), "order.state");
    }

    [Fact]
    public void Everybody_does_only_what_is_his()
    {
        OrderCommand[] buyers = [new ChooseDelivery(Delivery.Shipping), new Confirm(), new Complain(), SomeCode];
        OrderCommand[] sellers = [SomeShipment, new HandOver(Code)];
        foreach (var order in new[] { Paid(), Won(), Meeting(), Shipped(), Delivered(), Disputed() })
        {
            foreach (var command in buyers)
                order.Refused(Actor.Seller, command, "order.not_buyer").Refused(Actor.Operator, command, "order.not_buyer").Refused(Actor.House, command, "order.not_buyer");
            foreach (var command in sellers)
                order.Refused(Actor.Buyer, command, "order.not_seller").Refused(Actor.Operator, command, "order.not_seller").Refused(Actor.House, command, "order.not_seller");
            order.Refused(Actor.Buyer, new Resolve(0), "order.not_operator").Refused(Actor.Seller, new Resolve(0), "order.not_operator").Refused(Actor.House, new Resolve(0), "order.not_operator");
            order.Refused(Actor.Operator, new Cancel(), "order.not_yours").Refused(Actor.House, new SayDelivered(), "order.not_yours");
            order.At(Start.AddYears(1)).Refused(Actor.Buyer, new PassTime(), "order.not_due").Refused(Actor.Seller, new PassTime(), "order.not_due");
        }
    }
}
