using System.Text.Json;

namespace Madang.Market.Domain;

/// <summary>How enumerations are written in the database and in forms: <c>taken_down</c>.</summary>
internal static class Codes
{
    public static string Code<T>(this T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>A field's name as a code: <c>startPrice</c> is <c>start_price</c>.</summary>
    public static string Name(string field) => JsonNamingPolicy.SnakeCaseLower.ConvertName(field);

    /// <summary>Reads what <see cref="Code{T}"/> wrote, and nothing else: no numbers, no other spelling.</summary>
    public static bool TryRead<T>(string? code, out T value)
        where T : struct, Enum
    {
        foreach (var known in Enum.GetValues<T>())
        {
            if (!string.Equals(known.Code(), code, StringComparison.Ordinal))
                continue;
            value = known;
            return true;
        }
        value = default;
        return false;
    }

    public static T Read<T>(string code)
        where T : struct, Enum => TryRead<T>(code, out var value) ? value : throw new ArgumentOutOfRangeException(nameof(code), code, message: null);
}
