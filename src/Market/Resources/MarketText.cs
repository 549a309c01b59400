namespace Madang.Market;

/// <summary>Names the resource files <c>MarketText.resx</c> and <c>MarketText.ko.resx</c>.</summary>
public sealed class MarketText;
