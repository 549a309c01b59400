namespace Madang.Tests.Notifications;

/// <summary>Names the words of the tests' own kinds: <c>TestText.resx</c> and <c>TestText.ko.resx</c>.</summary>
public sealed class TestText;
