using System.Globalization;

namespace Madang.Images.Domain.Iiif;

/// <summary>
/// The numbers of section 4.7: digits and at most one point. No sign, no exponent, no space. At most 9 digits before the point, so that
/// nothing overflows later; a number that long is far outside every image anyway.
/// </summary>
internal static class IiifNumbers
{
    private const int MostDigits = 9;

    public static int? Whole(ReadOnlySpan<char> text) =>
        text.TrimStart('0').Length <= MostDigits && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static decimal? Decimal(ReadOnlySpan<char> text)
    {
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        return whole.Length <= MostDigits && text.Length <= 2 * MostDigits && !text.EndsWith(".")
            && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }

    public static int[]? Wholes(ReadOnlySpan<char> text, int count) => All<int>(text, count, Whole);

    public static decimal[]? Decimals(ReadOnlySpan<char> text, int count) => All<decimal>(text, count, Decimal);

    private delegate T? Reader<T>(ReadOnlySpan<char> text) where T : struct;

    private static T[]? All<T>(ReadOnlySpan<char> text, int count, Reader<T> read) where T : struct
    {
        var numbers = new T[count];
        var found = 0;
        foreach (var range in text.Split(','))
        {
            if (found == count || read(text[range]) is not { } number)
                return null;
            numbers[found++] = number;
        }

        return found == count ? numbers : null;
    }
}
