using Madang.Accounts;

namespace Madang.Orders.Features;

/// <summary>An order, as far as who asks may know of it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Listing">What was sold.</param>
/// <param name="Title">What it was called then.</param>
/// <param name="PictureUrl">Its first picture, from the root.</param>
/// <param name="Role">Who asks: <c>buyer</c>, <c>seller</c> or <c>operator</c>.</param>
/// <param name="Seller">Who sold it.</param>
/// <param name="Buyer">Who bought it.</param>
/// <param name="Source"><c>fixed_price</c>, <c>auction_win</c>, <c>buy_now</c> or <c>second_chance</c>.</param>
/// <param name="State"><c>paid</c>, <c>shipped</c>, <c>delivered</c>, <c>disputed</c>, <c>released</c>, <c>refunded</c> or <c>cancelled</c>; the last three are final.</param>
/// <param name="Ending">How it ended: <c>confirmed</c>, <c>auto_confirmed</c>, <c>handed_over</c>, <c>resolved</c>, <c>cancelled_by_seller</c>, <c>cancelled_late</c>, <c>never_chosen</c>.</param>
/// <param name="Delivery"><c>shipping</c> or <c>in_person</c>; absent until the winner of an auction has said.</param>
/// <param name="Money">Where the points are.</param>
/// <param name="PaidAt">When it began.</param>
/// <param name="ActBy">Until when the seller ships or hands over; from then on the buyer may cancel.</param>
/// <param name="DueAt">When time itself moves it on: a reminder, counted as delivered, confirmed by itself, or called off.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Shipment">The parcel.</param>
/// <param name="Address">Where to send it: for the buyer, and for the seller until the order ends.</param>
/// <param name="Complaint">The buyer's complaint.</param>
/// <param name="Reviews">What both say of each other.</param>
/// <param name="Can">What who asks may do now.</param>
/// <param name="Next">What of it is next; absent when the other side, or time, is.</param>
/// <param name="Events">What happened, oldest first.</param>
public sealed record OrderResource(
    Guid Id, Guid Listing, string Title, string? PictureUrl, string Role, PersonResource Seller, PersonResource Buyer, string Source, string State, string? Ending, string? Delivery, MoneyResource Money,
    DateTimeOffset PaidAt, DateTimeOffset? ActBy, DateTimeOffset? DueAt, DateTimeOffset? EndedAt, ShipmentResource? Shipment, PostalAddress? Address, ComplaintResource? Complaint,
    ReviewsOfOrder Reviews, IReadOnlyList<string> Can, string? Next, IReadOnlyList<EventResource> Events);

/// <summary>One of the two sides.</summary>
/// <param name="Id">The member's id.</param>
/// <param name="Nickname">Absent when the member has left.</param>
/// <param name="PictureUrl">A square picture, from the root.</param>
public sealed record PersonResource(Guid Id, string? Nickname, string? PictureUrl);

/// <summary>Where the points of an order are, in minor units.</summary>
/// <param name="Price">What it costs.</param>
/// <param name="InEscrow">What still waits: all of it until the order ends, nothing afterwards.</param>
/// <param name="Refunded">What the buyer got back.</param>
/// <param name="PaidOut">What the seller got; for the seller and the operator.</param>
/// <param name="Fee">What the house got; for the seller and the operator.</param>
/// <param name="Payout">What the seller will get when all goes well; for the seller and the operator.</param>
public sealed record MoneyResource(long Price, long InEscrow, long Refunded, long? PaidOut, long? Fee, long? Payout);

/// <summary>A parcel on its way.</summary>
/// <param name="Carrier">Who brings it.</param>
/// <param name="TrackingNumber">By what it is found there.</param>
public sealed record ShipmentResource(string Carrier, string TrackingNumber);

/// <summary>A complaint.</summary>
/// <param name="Reason"><c>not_arrived</c>, <c>not_as_described</c>, <c>damaged</c>, <c>fake</c> or <c>other</c>.</param>
/// <param name="Text">In the buyer's words.</param>
/// <param name="PictureUrls">From the root; for buyer, seller and operator alone.</param>
/// <param name="MadeAt">When.</param>
/// <param name="Answer">The seller's words.</param>
/// <param name="AnsweredAt">When he answered.</param>
/// <param name="ResolvedAt">When the operator decided, or the buyer was content.</param>
/// <param name="Note">The operator's reasons.</param>
public sealed record ComplaintResource(
    string Reason, string Text, IReadOnlyList<string> PictureUrls, DateTimeOffset MadeAt, string? Answer, DateTimeOffset? AnsweredAt, DateTimeOffset? ResolvedAt, string? Note);

/// <summary>The reviews of one order.</summary>
/// <param name="Mine">What who asks has written.</param>
/// <param name="Theirs">What the other has written; absent until both have, or the time is over.</param>
/// <param name="ShownAt">Since when both are to be seen.</param>
/// <param name="Until">Until when they are written.</param>
public sealed record ReviewsOfOrder(ReviewResource? Mine, ReviewResource? Theirs, DateTimeOffset? ShownAt, DateTimeOffset? Until);

/// <summary>One line of an order's history.</summary>
/// <param name="Kind">Such as <c>shipped</c>.</param>
/// <param name="By"><c>buyer</c>, <c>seller</c>, <c>operator</c>, or <c>house</c> for time itself.</param>
/// <param name="At">When.</param>
/// <param name="Amount">Points that moved, in minor units; what the seller got is not told to the buyer.</param>
public sealed record EventResource(string Kind, string By, DateTimeOffset At, long? Amount);

/// <summary>An order in a list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Listing">What was sold.</param>
/// <param name="Title">What it was called then.</param>
/// <param name="PictureUrl">Its first picture, from the root.</param>
/// <param name="Role"><c>buyer</c>, <c>seller</c> or <c>operator</c>.</param>
/// <param name="Other">The other side; for the operator the buyer.</param>
/// <param name="State">As of the order.</param>
/// <param name="Ending">As of the order.</param>
/// <param name="Delivery">As of the order.</param>
/// <param name="Price">In minor units.</param>
/// <param name="PaidAt">When it began.</param>
/// <param name="ActBy">Until when the seller acts.</param>
/// <param name="DueAt">When time itself moves it on.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Next">What who asks must do next; absent when nothing.</param>
public sealed record OrderSummary(
    Guid Id, Guid Listing, string Title, string? PictureUrl, string Role, PersonResource Other, string State, string? Ending, string? Delivery, long Price, DateTimeOffset PaidAt,
    DateTimeOffset? ActBy, DateTimeOffset? DueAt, DateTimeOffset? EndedAt, string? Next);

/// <summary>A page of orders, newest first.</summary>
/// <param name="Items">The orders.</param>
/// <param name="Next">What to send as <c>after</c> for the next page; absent on the last.</param>
public sealed record PageOfOrders(IReadOnlyList<OrderSummary> Items, string? Next);

/// <summary>What one says of the other.</summary>
/// <param name="Order">The order.</param>
/// <param name="By">Who wrote it.</param>
/// <param name="Side"><c>buyer</c> or <c>seller</c>: as whom he wrote it.</param>
/// <param name="Stars">1 to 5.</param>
/// <param name="Text">In his words; may be empty.</param>
/// <param name="Tags">Said often: <c>as_described</c>.</param>
/// <param name="WrittenAt">When.</param>
public sealed record ReviewResource(Guid Order, PersonResource By, string Side, int Stars, string Text, IReadOnlyList<string> Tags, DateTimeOffset WrittenAt);
