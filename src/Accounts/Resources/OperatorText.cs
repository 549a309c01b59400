namespace Madang.Accounts;

/// <summary>Names the resource files <c>OperatorText.resx</c> and <c>OperatorText.ko.resx</c>: what the operator does about members.</summary>
public sealed class OperatorText;
