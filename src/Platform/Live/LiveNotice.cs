using System.Text;
using System.Text.Json;
using Madang.Platform.Data;

namespace Madang.Platform.Live;

/// <summary>What nodes tell each other of a publication: with the state when it fits, otherwise the row is to be read.</summary>
internal sealed record LiveNotice(string Topic, long Version, JsonElement? State)
{
    public static string Write(string topic, long version, string json)
    {
        var head = $$"""{"topic":{{JsonSerializer.Serialize(topic)}},"version":{{version}}""";
        var whole = $$"""{{head}},"state":{{json}}}""";
        return Encoding.UTF8.GetByteCount(whole) <= Broadcast.MaxPayloadBytes ? whole : head + "}";
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
