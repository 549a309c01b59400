namespace Madang.Orders.Domain;

/// <summary>The house's rules about time.</summary>
/// <param name="Options">How many days for what.</param>
/// <param name="Calendar">Which days count.</param>
internal sealed record Terms(OrdersOptions Options, BusinessCalendar Calendar)
{
    /// <summary>Until when a seller ships or meets the buyer.</summary>
    public DateTimeOffset ActBy(Delivery delivery, DateTimeOffset from) =>
        Calendar.EndOf(from, delivery is Delivery.Shipping ? Options.ShipBusinessDays : Options.MeetBusinessDays);

    /// <summary>When time itself does something to an order; null: never, as it is.</summary>
    public DateTimeOffset? Due(Order order) => order switch
    {
        { State: OrderState.Paid, Delivery: null, RemindedAt: null } => order.PaidAt.AddDays(Math.Min(Options.RemindDays, Options.ChooseDays)),
        { State: OrderState.Paid, Delivery: null } => order.PaidAt.AddDays(Options.ChooseDays),
        { State: OrderState.Paid, RemindedAt: null } => order.ActBy!.Value,
        { State: OrderState.Paid } => order.ActBy!.Value.AddDays(Options.LateDays),
        { State: OrderState.Shipped } => order.ShippedAt!.Value.AddDays(Options.PresumeDays),
        { State: OrderState.Delivered } => order.DeliveredAt!.Value.AddDays(Options.ConfirmDays),
        _ => null,
    };
}

/// <summary>Business days: Monday to Friday but for holidays, by the clock on the wall.</summary>
/// <param name="day">Which day it is at a time.</param>
/// <param name="start">When a day begins.</param>
/// <param name="holidays">Days off.</param>
internal sealed class BusinessCalendar(Func<DateTimeOffset, DateOnly> day, Func<DateOnly, DateTimeOffset> start, IReadOnlySet<DateOnly> holidays)
{
    /// <summary>The midnight that ends the last of so many business days, the first of which is the one after the day it is.</summary>
    public DateTimeOffset EndOf(DateTimeOffset from, int businessDays)
    {
        var last = day(from);
        for (var left = businessDays; left > 0;)
        {
            last = last.AddDays(1);
            if (IsBusinessDay(last))
                left--;
        }
        return start(last.AddDays(1));
    }

    private bool IsBusinessDay(DateOnly date) => date.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !holidays.Contains(date);
}
