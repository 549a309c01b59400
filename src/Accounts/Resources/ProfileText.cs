namespace Madang.Accounts;

/// <summary>Names the resource files <c>ProfileText.resx</c> and <c>ProfileText.ko.resx</c>: what members do about their own account, and what they are told about it.</summary>
public sealed class ProfileText;
