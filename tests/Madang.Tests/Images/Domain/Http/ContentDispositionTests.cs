using Madang.Images.Domain.Http;
using Microsoft.Net.Http.Headers;
using Xunit;

namespace Madang.Tests.Images.Domain.Http;

public class ContentDispositionTests
{
    [Theory]
    [InlineData("a_b_c.jpg", "attachment; filename=\"a_b_c.jpg\"")]
    [InlineData("여름_휴가.jpg", "attachment; filename=\"_____.jpg\"; filename*=UTF-8''%EC%97%AC%EB%A6%84_%ED%9C%B4%EA%B0%80.jpg")]
    [InlineData("50% \"off\".png", "attachment; filename=\"50_ _off_.png\"; filename*=UTF-8''50%25%20%22off%22.png")]
    [InlineData("😀.png", "attachment; filename=\"_.png\"; filename*=UTF-8''%F0%9F%98%80.png")]
    public void Names_survive(string name, string expected)
    {
        var header = ContentDisposition.Attachment(name);
        Assert.Equal(expected, header);

        var parsed = ContentDispositionHeaderValue.Parse(header);
        Assert.Equal(name, parsed.FileNameStar.HasValue ? parsed.FileNameStar.Value : HeaderUtilities.RemoveQuotes(parsed.FileName).Value);
    }

    [Fact]
    public void Inline_is_the_other_kind() => Assert.Equal("inline; filename=\"a.jpg\"", ContentDisposition.Inline("a.jpg"));
}
