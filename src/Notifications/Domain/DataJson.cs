using System.Text.Json;
using System.Text.Json.Serialization;

namespace Madang.Notifications.Domain;

/// <summary>Data as it is kept. jsonb takes every letter but NUL, and what somebody typed must not break the transaction that tells of it.</summary>
internal static class DataJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerOptions.Web) { Converters = { new WithoutNul() } };

    public static string Write(object data) => JsonSerializer.Serialize(data, data.GetType(), Options);

    private sealed class WithoutNul : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Replace("\0", "", StringComparison.Ordinal));
    }
}
