using FsCheck.Fluent;
using Madang.Images.Domain;
using Madang.Platform.Web;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace Madang.Tests.Images.Domain;

public class TransformParserTests
{
    [Theory]
    [InlineData("w=0", "transform.invalid_width")]
    [InlineData("w=-5", "transform.invalid_width")]
    [InlineData("w=99999999999999999999", "transform.invalid_width")]
    [InlineData("w=16384", "transform.invalid_width")]
    [InlineData("w=NaN", "transform.invalid_width")]
    [InlineData("w=1e3", "transform.invalid_width")]
    [InlineData("w=+10", "transform.invalid_width")]
    [InlineData("w=%2010", "transform.invalid_width")]
    [InlineData("w=", "transform.invalid_width")]
    [InlineData("w=١٠", "transform.invalid_width")]
    [InlineData("h=0", "transform.invalid_height")]
    [InlineData("h=12.5", "transform.invalid_height")]
    [InlineData("q=0", "transform.invalid_quality")]
    [InlineData("q=101", "transform.invalid_quality")]
    [InlineData("dpr=0", "transform.invalid_dpr")]
    [InlineData("dpr=NaN", "transform.invalid_dpr")]
    [InlineData("dpr=5.01", "transform.invalid_dpr")]
    [InlineData("dpr=1.234", "transform.invalid_dpr")]
    [InlineData("fit=contain", "transform.invalid_fit")]
    [InlineData("fit=crop&crop=left,right", "transform.invalid_crop")]
    [InlineData("crop=face", "transform.invalid_crop")]
    [InlineData("fm=tiff", "transform.invalid_format")]
    [InlineData("fm=JPG", "transform.invalid_format")]
    [InlineData("bg=%23fff", "transform.invalid_background")]
    [InlineData("bg=red", "transform.invalid_background")]
    [InlineData("enlarge=true", "transform.invalid_enlarge")]
    [InlineData("w=10&w=10", "transform.repeated_parameter")]
    [InlineData("width=10", "transform.unknown_parameter")]
    [InlineData("W=10", "transform.unknown_parameter")]
    [InlineData("preset=nobody", "transform.unknown_preset")]
    public void Junk_is_refused_with_a_code_and_400(string query, string code)
    {
        var failure = Parse(query).Failure;
        Assert.Equal((code, 400), (failure?.Code, failure?.Status));
    }

    [Fact]
    public void A_refusal_names_what_is_allowed()
    {
        Assert.Contains("1 to 16383", Parse("w=0").Failure!.Detail, StringComparison.Ordinal);
        Assert.Contains("w, h, dpr", Parse("size=1").Failure!.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("h=20&w=10", "h=20&w=10")]
    [InlineData("w=400&dpr=2", "w=800")]
    [InlineData("dpr=2", "")] // nothing to multiply
    [InlineData("w=101&dpr=1.5", "w=152")] // 151.5 rounds up
    [InlineData("w=16383&h=1000&dpr=5", "h=1000&w=16383")] // both sides stop together at the limit
    [InlineData("w=10&fit=clip&fm=auto&enlarge=0", "w=10")] // defaults
    [InlineData("w=10&fit=crop", "w=10")] // one side: all fits are the same
    [InlineData("w=10&h=10&fit=max&enlarge=1", "h=10&w=10")] // max never enlarges
    [InlineData("w=10&h=10&crop=top", "h=10&w=10")] // gravity without fit=crop
    [InlineData("w=10&h=10&fit=crop&crop=left,top", "crop=top,left&fit=crop&h=10&w=10")]
    [InlineData("w=10&h=10&fit=crop&crop=center", "fit=crop&h=10&w=10")]
    [InlineData("fm=webp&q=80", "fm=webp")] // the default quality
    [InlineData("fm=png&q=30", "fm=png")] // PNG has none
    [InlineData("q=30", "q=30")]
    [InlineData("bg=F80", "bg=ff8800")]
    [InlineData("enlarge=1", "")]
    [InlineData("w=5&s=abc&exp=1&v=7", "w=5")] // the signature and cache busters are not ours
    public void Equal_requests_have_one_canonical_form(string query, string canonical) => Assert.Equal(canonical, Parse(query).Value.ToQuery());

    [Fact]
    public void The_canonical_form_reads_back_as_itself() => Property.Holds(
        from query in SomeTransform.Query
        from limits in SomeTransform.Limits
        select (query, limits),
        it =>
        {
            if (!TransformParser.Parse(QueryHelpers.ParseQuery(it.query), it.limits).Succeeded(out var once, out _))
                return it.limits.MaxSide < 16383; // a side above these limits: refused, and rightly
            var again = SomeTransform.Read(once.ToQuery(), it.limits);
            return again == once && again.ToQuery() == once.ToQuery();
        },
        tests: 2000);

    [Fact]
    public void A_preset_takes_a_format_and_a_whole_dpr_and_nothing_else()
    {
        var presets = Presets.Read([new("thumb", "w=200&h=100&fit=crop")], OutputLimits.Default);

        Assert.Equal("fit=crop&h=100&w=200", Parse("preset=thumb", presets).Value.ToQuery());
        Assert.Equal("fit=crop&fm=avif&h=200&w=400", Parse("dpr=2&preset=thumb&fm=avif", presets).Value.ToQuery());
        Assert.Equal("transform.preset_stands_alone", Parse("preset=thumb&w=10", presets).Failure?.Code);
        Assert.Equal("transform.preset_stands_alone", Parse("preset=thumb&q=10", presets).Failure?.Code);
        Assert.Equal("transform.invalid_dpr", Parse("preset=thumb&dpr=1.5", presets).Failure?.Code);
        Assert.Contains("thumb", Parse("preset=x", presets).Failure!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_preset_that_cannot_be_read_stops_the_start_by_name()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Presets.Read([new("thumb", "w=zero")], OutputLimits.Default));
        Assert.Contains("Images:Presets:thumb", refused.Message, StringComparison.Ordinal);
    }

    private static Result<Transform> Parse(string query, Presets? presets = null) =>
        TransformParser.Parse(QueryHelpers.ParseQuery(query), OutputLimits.Default, presets);
}
