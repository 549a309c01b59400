namespace Madang.Accounts;

/// <summary>Names the resource files <c>WaysText.resx</c> and <c>WaysText.ko.resx</c>: signing in by provider and passkey.</summary>
public sealed class WaysText;
