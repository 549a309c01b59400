namespace Madang.Auctions;

/// <summary>Names the resource files <c>AuctionsText.resx</c> and <c>AuctionsText.ko.resx</c>.</summary>
public sealed class AuctionsText;
