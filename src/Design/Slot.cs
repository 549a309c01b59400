namespace Madang.Design;

/// <summary>
/// A piece of a page that a module above fills: <c>services.AddSingleton(new Slot("market.listing", typeof(AuctionPanel)))</c>. The page says
/// <c>&lt;SlotContent Name="market.listing" Parameters="..." /&gt;</c> and shows whatever was registered for it.
/// </summary>
/// <param name="Name">The place, module first; the page's module lists its places and their parameters in its README.</param>
/// <param name="Component">A Razor component with the place's parameters. It decides itself whether it shows anything.</param>
/// <param name="Order">Smaller comes first.</param>
public sealed record Slot(string Name, Type Component, int Order = 0);
