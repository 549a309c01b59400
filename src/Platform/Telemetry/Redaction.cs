using System.Text;
using Microsoft.AspNetCore.Routing;

namespace Madang.Platform.Telemetry;

/// <summary>
/// Takes secrets out of a request's address before it is logged or traced: by the names of query and route parameters, and,
/// for addresses that no route knows, by their looks.
/// </summary>
internal static class Redaction
{
    internal const string Hidden = "***";

    // 32 random bytes are 43 letters; our ids are UUIDs, which are told apart.
    private const int TokenLength = 32;

    private static readonly HashSet<string> SecretNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "s", "sig", "key", "api_key", "apikey", "code", "state", "ticket", "otp", "auth", "return_url", "returnUrl", "redirect_uri",
    };

    private static readonly string[] SecretParts = ["token", "secret", "password", "signature", "credential"];

    /// <summary>The path, escaped as on the wire.</summary>
    public static string Path(string escaped, RouteValueDictionary? route)
    {
        if (!Segments(escaped, route).Any(segment => segment.IsSecret))
            return escaped;

        return string.Join('/', Segments(escaped, route).Select(segment => segment.IsSecret ? Hidden : segment.Text));
    }

    /// <summary>The query with its question mark, or nothing.</summary>
    public static string Query(string query)
    {
        if (query.Length <= 1)
            return "";

        var shown = new StringBuilder("?");
        foreach (var pair in query[1..].Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (pair, "") : (pair[..equals], pair[(equals + 1)..]);
            if (shown.Length > 1)
                shown.Append('&');
            shown.Append(LooksLikeToken(name) ? Hidden : name);
            if (equals >= 0)
                shown.Append('=').Append(IsSecretName(Uri.UnescapeDataString(name)) || LooksLikeToken(value) ? Hidden : value);
        }

        return shown.ToString();
    }

    private static IEnumerable<(string Text, bool IsSecret)> Segments(string path, RouteValueDictionary? route)
    {
        var afterSignIn = false;
        foreach (var segment in path.Split('/'))
        {
            yield return (segment, afterSignIn || LooksLikeToken(segment) || IsSecretValue(segment, route));
            afterSignIn = segment.Equals("sign-in", StringComparison.OrdinalIgnoreCase);
        }
    }

    private static bool IsSecretValue(string segment, RouteValueDictionary? route)
    {
        if (route is null || segment.Length == 0)
            return false;
        foreach (var (name, value) in route)
        {
            if (IsSecretName(name) && value is string text && text == Uri.UnescapeDataString(segment))
                return true;
        }

        return false;
    }

    private static bool IsSecretName(string name) =>
        SecretNames.Contains(name) || SecretParts.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase));

    private static bool LooksLikeToken(string text)
    {
        if (text.Length < TokenLength || Guid.TryParse(text, out _))
            return false;
        foreach (var letter in text)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_' or '.' or '~' or '+' or '='))
                return false;
        }

        return true;
    }
}
