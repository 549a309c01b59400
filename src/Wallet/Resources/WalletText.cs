namespace Madang.Wallet;

/// <summary>Names the resource files <c>WalletText.resx</c> and <c>WalletText.ko.resx</c>.</summary>
public sealed class WalletText;
