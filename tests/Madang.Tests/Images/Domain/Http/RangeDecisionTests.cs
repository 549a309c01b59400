using FsCheck;
using FsCheck.Fluent;
using Madang.Images.Domain.Http;
using Xunit;

namespace Madang.Tests.Images.Domain.Http;

public class RangeDecisionTests
{
    private const string Tag = "\"abc\"";

    [Theory]
    [InlineData(null, null, "Whole", 0, 100, null)]
    [InlineData("bytes=0-9", null, "Part", 0, 10, "bytes 0-9/100")]
    [InlineData("Bytes=90-", null, "Part", 90, 10, "bytes 90-99/100")]
    [InlineData("bytes=-5", null, "Part", 95, 5, "bytes 95-99/100")]
    [InlineData("bytes=-500", null, "Part", 0, 100, "bytes 0-99/100")]
    [InlineData("bytes=50-5000", null, "Part", 50, 50, "bytes 50-99/100")]
    [InlineData("bytes=100-", null, "Unsatisfiable", 0, 0, "bytes */100")]
    [InlineData("bytes=-0", null, "Unsatisfiable", 0, 0, "bytes */100")]
    [InlineData("bytes=0-1,5-6", null, "Whole", 0, 100, null)] // several: the whole
    [InlineData("bytes=9-3", null, "Whole", 0, 100, null)] // unreadable: ignored
    [InlineData("bytes=a-b", null, "Whole", 0, 100, null)]
    [InlineData("pages=1-2", null, "Whole", 0, 100, null)]
    [InlineData("bytes=0-99999999999999999999", null, "Whole", 0, 100, null)]
    [InlineData("bytes=0-9", "\"abc\"", "Part", 0, 10, "bytes 0-9/100")]
    [InlineData("bytes=0-9", "\"old\"", "Whole", 0, 100, null)]
    [InlineData("bytes=0-9", "W/\"abc\"", "Whole", 0, 100, null)] // weak tags do not do
    [InlineData("bytes=0-9", "Fri, 20 Nov 2026 09:00:00 GMT", "Whole", 0, 100, null)]
    public void Follows_RFC_9110(string? range, string? ifRange, string outcome, long start, long length, string? contentRange)
    {
        var decision = RangeDecision.For(range, ifRange, Tag, 100);
        Assert.Equal((outcome, start, length, contentRange), (decision.Outcome.ToString(), decision.Start, decision.Length, decision.ContentRange));
    }

    [Fact]
    public void An_empty_file_has_no_parts() => Assert.Equal(RangeOutcome.Unsatisfiable, RangeDecision.For("bytes=-1", null, Tag, 0).Outcome);

    [Fact]
    public void A_part_lies_inside() => Property.Holds(
        from total in Gen.Choose(0, 1000)
        from first in Gen.Choose(0, 1200)
        from last in Gen.Choose(0, 1200)
        from text in Gen.Elements($"bytes={first}-{last}", $"bytes={first}-", $"bytes=-{last}")
        select (total, text),
        it =>
        {
            var decision = RangeDecision.For(it.text, null, Tag, it.total);
            return decision.Start >= 0 && decision.Start + decision.Length <= it.total && (decision.Outcome != RangeOutcome.Part || decision.Length > 0);
        });
}
