namespace Madang.Images.Domain.Iiif;

/// <summary>
/// The content type of <c>info.json</c> (section 5.1). JSON-LD when there is no Accept header or it names JSON-LD at least as
/// dearly as JSON; else plain JSON, also for browsers (<c>*/*</c>), which then show the document instead of saving it. The answer varies by Accept.
/// </summary>
internal static class IiifInfoType
{
    public const string Json = "application/json";
    public const string JsonLd = $"application/ld+json;profile=\"{IiifInfo.ContextUri}\"";

    public static string Choose(string? accept)
    {
        if (string.IsNullOrWhiteSpace(accept))
            return JsonLd;

        var linked = AcceptHeader.QualityOf(accept, "application/ld+json") ?? 0;
        var plain = AcceptHeader.QualityOf(accept, Json) ?? 0;
        return linked > 0 && linked >= plain ? JsonLd : Json;
    }
}
