namespace Madang.Orders;

/// <summary>Names the resource files <c>OrdersText.resx</c> and <c>OrdersText.ko.resx</c>.</summary>
public sealed class OrdersText;
