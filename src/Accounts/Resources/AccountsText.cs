namespace Madang.Accounts;

/// <summary>Names the resource files <c>AccountsText.resx</c> and <c>AccountsText.ko.resx</c>.</summary>
public sealed class AccountsText;
