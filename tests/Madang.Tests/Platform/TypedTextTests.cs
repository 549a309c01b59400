using System.Text;
using Madang.Platform.Web;
using Xunit;

namespace Madang.Tests.Platform;

/// <summary>What is text, and what only came in its place.</summary>
public class TypedTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("고요한 아침")]
    [InlineData("\u1112\u1161\u11AB")] // as a Mac sends it
    [InlineData("👩‍🎨\U0001F9D1")]
    [InlineData("두\n줄\t\u0007")]
    public void Whole_text_may_be_in_any_form(string text) => Assert.True(TypedText.IsWhole(text));

    [Theory]
    [InlineData("a\ud83d")]
    [InlineData("\udc69b")]
    [InlineData("\udc69\ud83d")]
    [InlineData("\uFFFD")]
    [InlineData("그림\uFFFE")]
    [InlineData("\uFFFF그림")]
    [InlineData("a\0b")]
    public void Half_letters_and_what_is_none_are_not_whole(string text)
    {
        Assert.False(TypedText.IsWhole(text));
        Assert.False(TypedText.IsLine(text));
    }

    [Theory]
    [InlineData("한 줄", true)]
    [InlineData("두\n줄", false)]
    [InlineData("종\u0007소리", false)]
    [InlineData("\u0085", false)]
    public void A_line_has_no_control_characters(string text, bool isLine) => Assert.Equal(isLine, TypedText.IsLine(text));

    /// <summary>Why there is this rule at all: whatever passes can be normalized.</summary>
    [Fact]
    public void Whatever_is_whole_can_be_normalized()
    {
        for (var letter = '\0'; ; letter++)
        {
            if (TypedText.IsWhole(letter.ToString()))
                Assert.NotNull(letter.ToString().Normalize(NormalizationForm.FormKC));
            if (letter is char.MaxValue)
                break;
        }
        Assert.Throws<ArgumentException>(() => "\uFFFE".Normalize());
        Assert.Throws<ArgumentException>(() => "\ud83d".Normalize());
    }
}
