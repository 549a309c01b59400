using System.Globalization;
using System.Text;
using System.Text.Json;
using Madang.Platform.Data;

namespace Madang.Platform.Live;

/// <summary>What nodes tell each other of a publication: with the state when it fits, otherwise the row is to be read.</summary>
internal sealed record LiveNotice(string Topic, long Version, JsonElement? State)
{
    private const string Head = "{\"version\":";

    public static string Write(string topic, long version, string json) => Head + version.ToString(CultureInfo.InvariantCulture) + Rest(topic, json);

    /// <summary>SQL that writes a notice of a version which the database alone knows yet.</summary>
    public static string Sql(string version, string rest) => $"'{Head}' || {version} || {rest}";

    /// <summary>What follows the version, whose digits have to fit as well.</summary>
    public static string Rest(string topic, string json)
    {
        var name = $",\"topic\":{JsonSerializer.Serialize(topic)}";
        var whole = $"{name},\"state\":{json}}}";
        return Head.Length + 20 + Encoding.UTF8.GetByteCount(whole) <= Broadcast.MaxPayloadBytes ? whole : name + "}";
    }

    // Read by hand: a state that is the JSON null must not look like a state that is missing.
    public static LiveNotice Read(string payload)
    {
        using var document = JsonDocument.Parse(payload);
        var root = document.RootElement;
        return new(
            root.GetProperty("topic").GetString()!,
            root.GetProperty("version").GetInt64(),
            root.TryGetProperty("state", out var state) ? state.Clone() : null);
    }
}
