using System.Text.Json;
using System.Text.Json.Serialization;

namespace Madang.Client.Http;

/// <summary>The API's JSON, without reflection: the client may be trimmed and compiled ahead of time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImageResource))]
[JsonSerializable(typeof(ImagePage))]
[JsonSerializable(typeof(ImageState))]
[JsonSerializable(typeof(ImageChange))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ClientJson : JsonSerializerContext;

/// <summary>What to change of an image; null stays as it is.</summary>
internal sealed record ImageChange(string? Name, int? CacheSeconds);

/// <summary>An event of an image's status.</summary>
internal sealed record ImageState(ImageStatus Status);
