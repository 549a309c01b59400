using System.Globalization;
using System.Resources;
using Madang.Accounts;
using Madang.Design;
using Madang.Images;
using Madang.Market;
using Madang.Notifications;
using Madang.Wallet;
using Xunit;

namespace Madang.Tests.Design;

/// <summary>Both languages say the same things.</summary>
public sealed class TextTests
{
    public static readonly TheoryData<Type> Texts = [typeof(DesignText), typeof(NotificationsText), typeof(AccountsText), typeof(ProfileText), typeof(OperatorText), typeof(WaysText), typeof(ImagesText), typeof(WalletText), typeof(MarketText), typeof(Madang.Auctions.AuctionsText), typeof(Madang.Orders.OrdersText)];

    [Theory, MemberData(nameof(Texts))]
    public void Every_text_is_there_in_Korean_and_in_English_with_the_same_places_to_fill_in(Type texts)
    {
        var english = Read(texts, CultureInfo.InvariantCulture);
        var korean = Read(texts, CultureInfo.GetCultureInfo("ko"));

        Assert.NotEmpty(english);
        Assert.Equal(english.Keys.Order(), korean.Keys.Order());
        foreach (var (key, value) in english)
        {
            Assert.False(string.IsNullOrWhiteSpace(value), key);
            Assert.True(Places(value).SetEquals(Places(korean[key])), $"{key}: {value} / {korean[key]}");
        }
    }

    [Theory]
    [InlineData(999, "999 B")]
    [InlineData(1_500, "1.5 kB")]
    [InlineData(23_400, "23 kB")]
    [InlineData(2_345_678, "2.3 MB")]
    [InlineData(5_200_000_000, "5.2 GB")]
    public void Bytes_are_shown_as_people_read_them(long count, string expected)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("en");
        try
        {
            Assert.Equal(expected, Quantity.Bytes(count));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static Dictionary<string, string> Read(Type texts, CultureInfo culture)
    {
        var set = new ResourceManager(texts.FullName!, texts.Assembly).GetResourceSet(culture, createIfNotExists: true, tryParents: false);
        Assert.NotNull(set);
        return set.Cast<System.Collections.DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);
    }

    private static HashSet<int> Places(string value) => [.. Enumerable.Range(0, 10).Where(place => value.Contains($"{{{place}}}", StringComparison.Ordinal))];
}
