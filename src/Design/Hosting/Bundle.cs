using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Madang.Design.Hosting;

/// <summary>
/// Scripts, styles and fonts, bundled by esbuild and carried inside this assembly. Their names hold a hash of their
/// content, so that a browser asks for each only once.
/// </summary>
internal sealed class Bundle
{
    private const string Folder = "bundle/";
    private static readonly Assembly Home = typeof(Bundle).Assembly;

    private readonly FrozenSet<string> files = Home.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
        .Select(name => name[Folder.Length..])
        .ToFrozenSet();

    private readonly ConcurrentDictionary<string, byte[]> contents = new();
    private readonly FrozenDictionary<string, string> names;

    public Bundle() => names = JsonSerializer.Deserialize<Dictionary<string, string>>(Read("manifest.json"))!.ToFrozenDictionary();

    /// <summary>The address of a file by its plain name, such as <c>app.css</c>.</summary>
    public string Url(string name) => names.TryGetValue(name, out var hashed)
        ? $"/design/{hashed}"
        : throw new ArgumentException($"The bundle has no '{name}'.", nameof(name));

    public bool Has(string file) => files.Contains(file);

    public byte[] Read(string file) => contents.GetOrAdd(file, static name =>
    {
        using var stream = Home.GetManifestResourceStream(Folder + name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    });
}

internal static class BundleEndpoint
{
    public static void MapBundle(this IEndpointRouteBuilder routes) =>
        routes.MapMethods("/design/{file}", [HttpMethods.Get, HttpMethods.Head], Serve).ExcludeFromDescription();

    private static IResult Serve(string file, Bundle bundle, HttpContext context)
    {
        var type = Path.GetExtension(file) switch
        {
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".woff2" => "font/woff2",
            _ => null,
        };
        if (type is null || !bundle.Has(file)) return Results.NotFound();

        var headers = context.Response.Headers;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.XContentTypeOptions = "nosniff";
        if (!bundle.Has(file + ".br")) return Results.Bytes(bundle.Read(file), type);

        headers.Vary = "Accept-Encoding";
        if (!AcceptsBrotli(context.Request)) return Results.Bytes(bundle.Read(file), type);
        headers.ContentEncoding = "br";
        return Results.Bytes(bundle.Read(file + ".br"), type);
    }

    private static bool AcceptsBrotli(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(coding => coding.Value == "br" && coding.Quality is null or > 0);
}
