using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Madang.Notifications.Domain;

/// <summary>Fills <c>{Amount}</c> in a text with the data's member of that name, however it is capitalised.</summary>
internal static partial class Placeholders
{
    /// <summary>For people: whole numbers with separators of thousands; a placeholder that the data does not have becomes nothing.</summary>
    public static string Fill(string text, JsonElement data, CultureInfo culture) =>
        Name().Replace(text, match => Find(data, match.Groups["name"].Value) is { } value ? Write(value, culture) : "");

    /// <summary>For an address: every value is escaped, so that it stays one segment or one value of the query.</summary>
    public static string FillAddress(string address, JsonElement data) =>
        Name().Replace(address, match => Find(data, match.Groups["name"].Value) is { } value ? Uri.EscapeDataString(Plain(value)) : "");

    /// <summary>The data's member as text; null when it has none of that name.</summary>
    public static string? Value(JsonElement data, string name) => Find(data, name) is { } value ? Plain(value) : null;

    private static JsonElement? Find(JsonElement data, string name)
    {
        if (data.ValueKind == JsonValueKind.Object)
            foreach (var member in data.EnumerateObject())
                if (string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase) && member.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
                    return member.Value;
        return null;
    }

    private static string Write(JsonElement value, CultureInfo culture) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number.ToString("N0", culture) : Plain(value);

    private static string Plain(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    [GeneratedRegex(@"\{(?<name>[A-Za-z][A-Za-z0-9]*)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
