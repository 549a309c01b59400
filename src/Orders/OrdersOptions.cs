using System.ComponentModel.DataAnnotations;

namespace Madang.Orders;

/// <summary>Settings of orders: the section <c>Orders</c>. What an order began with stays with it where it says so.</summary>
public sealed class OrdersOptions
{
    /// <summary>The house's fee of what a seller is paid, in basis points (hundredths of a percent), rounded down to a whole minor unit. An order keeps the fee of its first day. Default 500: 5 %.</summary>
    [Range(0, 5_000)]
    public int FeeBasisPoints { get; set; } = 500;

    /// <summary>The highest fixed price, in minor units. Default 1,000,000,000.</summary>
    [Range(1, 1_000_000_000_000)]
    public long MostPrice { get; set; } = 1_000_000_000;

    /// <summary>Business days in which a seller ships; then the buyer may cancel. Default 3.</summary>
    [Range(1, 60)]
    public int ShipBusinessDays { get; set; } = 3;

    /// <summary>Business days in which buyer and seller meet, where it is handed over in person; then the buyer may cancel. Default 7.</summary>
    [Range(1, 60)]
    public int MeetBusinessDays { get; set; } = 7;

    /// <summary>Days that are no business days beside Saturdays and Sundays, in the wallet's time zone.</summary>
    public DateOnly[] Holidays { get; set; } = [];

    /// <summary>Days after which a sale that was neither shipped in time nor cancelled is called off by the house. Default 14.</summary>
    [Range(1, 365)]
    public int LateDays { get; set; } = 14;

    /// <summary>Days after which the winner of an auction, who has not said where to send it, is reminded. Default 3.</summary>
    [Range(1, 365)]
    public int RemindDays { get; set; } = 3;

    /// <summary>Days after which the sale to a winner who never said where to send it is called off. Default 14.</summary>
    [Range(1, 365)]
    public int ChooseDays { get; set; } = 14;

    /// <summary>Days after shipping when a parcel counts as delivered, though nobody said so. Default 10.</summary>
    [Range(1, 365)]
    public int PresumeDays { get; set; } = 10;

    /// <summary>Days after delivery when a purchase confirms itself, unless there is a complaint. Default 7.</summary>
    [Range(1, 365)]
    public int ConfirmDays { get; set; } = 7;

    /// <summary>Days after its end in which an order is reviewed, and after which a single review is shown. Default 14.</summary>
    [Range(1, 365)]
    public int ReviewDays { get; set; } = 14;

    /// <summary>Days after its end when an order's address, tracking number and complaint pictures are deleted. Default 30.</summary>
    [Range(1, 3650)]
    public int ForgetDays { get; set; } = 30;
}
