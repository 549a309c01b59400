using System.Globalization;

namespace Madang.Images.Domain;

/// <summary>
/// How much an Accept header wants a media type that it names: 0 to 1, or null when it does not name it. Wildcards do not count: a
/// client that sends <c>*/*</c> or <c>image/*</c> has not said that it can show AVIF (old Safari and curl send just that).
/// Written by hand since it runs with every picture: no allocation.
/// </summary>
internal static class AcceptHeader
{
    public static double? QualityOf(ReadOnlySpan<char> accept, ReadOnlySpan<char> mediaType)
    {
        double? best = null;
        foreach (var range in accept.Split(','))
        {
            var item = accept[range];
            var semicolon = item.IndexOf(';');
            var type = (semicolon < 0 ? item : item[..semicolon]).Trim();
            if (!type.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
                continue;

            var quality = semicolon < 0 ? 1 : Quality(item[(semicolon + 1)..]);
            best = Math.Max(best ?? 0, quality);
        }

        return best;
    }

    private static double Quality(ReadOnlySpan<char> parameters)
    {
        foreach (var range in parameters.Split(';'))
        {
            var parameter = parameters[range].Trim();
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase))
            {
                // What cannot be read is not wanted: the fallback can be shown by all.
                return double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var quality)
                    && quality is >= 0 and <= 1
                    ? quality
                    : 0;
            }
        }

        return 1;
    }
}
