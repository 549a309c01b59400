using Madang.Images.Domain.Http;
using Xunit;

namespace Madang.Tests.Images.Domain.Http;

public class PreconditionTests
{
    private const string Tag = "\"abc\"";

    [Theory]
    [InlineData(null, null, "Proceed")]
    [InlineData(null, "\"abc\"", "NotModified")]
    [InlineData(null, "\"x\", \"abc\"", "NotModified")]
    [InlineData(null, "W/\"abc\"", "NotModified")] // a proxy weakened it by compressing
    [InlineData(null, "*", "NotModified")]
    [InlineData(null, "\"x\"", "Proceed")]
    [InlineData(null, "abc", "Proceed")] // not a tag: ignored
    [InlineData("\"abc\"", null, "Proceed")]
    [InlineData("\"x\", \"abc\"", null, "Proceed")]
    [InlineData("*", null, "Proceed")]
    [InlineData("W/\"abc\"", null, "Failed")] // If-Match compares strongly
    [InlineData("\"x\"", null, "Failed")]
    [InlineData("\"x\"", "\"abc\"", "Failed")] // If-Match comes first
    public void Follows_RFC_9110(string? ifMatch, string? ifNoneMatch, string expected) =>
        Assert.Equal(expected, Precondition.Evaluate(ifMatch, ifNoneMatch, Tag).ToString());
}
