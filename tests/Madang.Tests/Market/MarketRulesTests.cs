using System.Globalization;
using System.Resources;
using Madang.Market;
using Madang.Market.Domain;
using Xunit;

namespace Madang.Tests.Market;

/// <summary>The rules of listings and searches, without a database.</summary>
public sealed class MarketRulesTests
{
    [Theory]
    [InlineData("#수채화", "수채화")]
    [InlineData("＃ＡＢＣ", "abc")]
    [InlineData("Oil_Painting", "oil_painting")]
    [InlineData("  #2024 ", "2024")]
    [InlineData("한글과English", "한글과english")]
    public void A_hashtag_is_kept_in_one_form(string typed, string kept) => Assert.Equal(kept, Hashtags.Read(typed));

    [Theory]
    [InlineData("")]
    [InlineData("#")]
    [InlineData("두 낱말")]
    [InlineData("느낌표!")]
    [InlineData("<b>")]
    [InlineData("가나다라마바사아자차카타파하가나다라마바사")]
    [InlineData("뒤\u202e집")]
    [InlineData("\ud800")]
    [InlineData(null)]
    public void What_is_no_hashtag_is_none(string? typed) => Assert.Null(Hashtags.Read(typed));

    [Fact]
    public void Hashtags_of_one_field_are_parted_by_spaces_commas_and_signs() =>
        Assert.Equal(["수채화", "풍경", "강", "oil"], Hashtags.Split("#수채화#풍경, 강　oil"));

    [Fact]
    public void Every_category_stands_below_one_and_has_a_name_in_both_languages()
    {
        var names = new ResourceManager(typeof(MarketText));
        foreach (var category in Categories.All)
        {
            Assert.True(category.Parent is null || Categories.Find(category.Parent) is not null, category.Code);
            Assert.InRange(category.Depth, 0, 2);
            foreach (var culture in new[] { CultureInfo.InvariantCulture, CultureInfo.GetCultureInfo("ko") })
                Assert.False(string.IsNullOrEmpty(names.GetString($"Category.{category.Code}", culture)), category.Code);
        }
        Assert.Equal(Categories.All.Count, Categories.All.Select(category => category.Code).Distinct().Count());
        Assert.Equal(["art", "goods"], Categories.Below(null).Select(category => category.Code));
    }

    [Theory]
    [InlineData("그림", "그림")]
    [InlineData("뷁", "뷁")]
    [InlineData("ab", "ab")]
    [InlineData("q", "q")]
    [InlineData("!", "!")]
    [InlineData("...!", "..", ".!")]
    [InlineData("그.림", "그.", ".림")]
    public void Words_too_short_for_trigrams_are_looked_for_by_their_pairs(string keyword, params string[] terms) =>
        Assert.Equal(terms.Order(), Query(keyword).Terms.Distinct().Order());

    [Theory]
    [InlineData("달항아리")]
    [InlineData("abc")]
    [InlineData("...abc")]
    public void Words_with_trigrams_ask_nothing_of_the_pairs(string keyword) => Assert.Empty(Query(keyword).Terms);

    [Fact]
    public void Hashtags_categories_and_ways_are_never_taken_for_pairs_of_letters()
    {
        var query = SearchQuery.Read(null, "a", "art", null, "auction", null, null, null, null).Value;
        Assert.Equal(["##a", "c:art", "w:auction"], query.Terms);
        Assert.All(query.Terms, term => Assert.True(term.Length > 2));
    }

    [Theory]
    [InlineData(" 그림   그림 ", 1)]
    [InlineData("a b c", 3)]
    [InlineData("\t\n", 0)]
    public void A_keyword_is_its_words_each_once(string keyword, int words) => Assert.Equal(words, Query(keyword).Words.Count);

    [Fact]
    public void A_cursor_is_read_back_and_only_in_its_own_order()
    {
        var cursor = new SearchCursor(SearchSort.Likes, 12, Guid.CreateVersion7());
        Assert.Equal(cursor, SearchCursor.Read(cursor.ToString(), SearchSort.Likes).Value);
        Assert.Equal("cursor.invalid", SearchCursor.Read(cursor.ToString(), SearchSort.Views).Failure?.Code);
        Assert.Null(SearchCursor.Read(null, SearchSort.Views).Value);
    }

    [Fact]
    public void Times_are_kept_as_the_database_keeps_them_so_that_nothing_seems_changed()
    {
        var at = new DateTimeOffset(2031, 1, 1, 9, 0, 0, TimeSpan.FromHours(9)).AddTicks(1234567);
        var kept = new DraftTerms(1, null, null, null, at).Kept();
        Assert.Equal(0, kept.EndsAt!.Value.Ticks % 10);
        Assert.Equal(TimeSpan.Zero, kept.EndsAt.Value.Offset);
        Assert.Equal(kept, kept.Kept());
    }

    private static SearchQuery Query(string keyword) => SearchQuery.Read(keyword, null, null, null, null, null, null, null, null).Value;
}
