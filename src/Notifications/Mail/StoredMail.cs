using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Madang.Notifications.Mail;

/// <summary>A mail of the folder, read back. Knows the part of MIME that our own mails are made of: two alternatives in base64, words in UTF-8.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Headers">As they stand, unfolded and decoded; names in lower case.</param>
/// <param name="Text">The plain text.</param>
/// <param name="Html">The HTML.</param>
internal sealed partial record StoredMail(string Name, IReadOnlyDictionary<string, string> Headers, string Text, string Html)
{
    public string Subject => Headers.GetValueOrDefault("subject", "");

    public string To => Headers.GetValueOrDefault("to", "");

    public DateTimeOffset? Date => DateTimeOffset.TryParse(Headers.GetValueOrDefault("date"), CultureInfo.InvariantCulture, out var date) ? date : null;

    /// <summary>The newest first.</summary>
    public static IEnumerable<string> Names(string folder) => !Directory.Exists(folder)
        ? []
        : Directory.EnumerateFiles(folder, "*.eml").Select(file => Path.GetFileName(file)!).Where(IsName).OrderDescending(StringComparer.Ordinal);

    /// <summary>Reads one; null when there is none of that name, or the name is none that we give.</summary>
    public static async Task<StoredMail?> FindAsync(string folder, string name, CancellationToken ct)
    {
        try
        {
            return IsName(name) ? Read(name, await File.ReadAllTextAsync(Path.Join(folder, name), Encoding.UTF8, ct)) : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public static StoredMail Read(string name, string source)
    {
        var (headers, body) = Split(source);
        var boundary = Boundary().Match(headers.GetValueOrDefault("content-type", "")).Groups["name"].Value;
        var parts = boundary.Length == 0 ? [] : body.Split($"--{boundary}").Skip(1).Where(part => !part.StartsWith("--", StringComparison.Ordinal)).Select(Split).ToList();
        string Part(string type) => parts.Where(part => part.Headers.GetValueOrDefault("content-type", "").StartsWith(type, StringComparison.OrdinalIgnoreCase))
            .Select(part => Encoding.UTF8.GetString(Convert.FromBase64String(part.Body))).FirstOrDefault() ?? "";
        return new(name, headers, Part("text/plain"), Part("text/html"));
    }

    private static bool IsName(string name) => FileName().IsMatch(name);

    private static (Dictionary<string, string> Headers, string Body) Split(string source)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).TrimStart('\n');
        var end = source.IndexOf("\n\n", StringComparison.Ordinal);
        var head = end < 0 ? source : source[..end];
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Fold().Replace(head, " ").Split('\n'))
            if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
                headers[line[..colon].ToLowerInvariant()] = Decode(line[(colon + 1)..].Trim());
        return (headers, end < 0 ? "" : source[(end + 2)..]);
    }

    /// <summary>Words of RFC 2047; the space between two of them is no part of the text.</summary>
    private static string Decode(string value) => Word().Replace(Between().Replace(value, ""), match =>
        match.Groups["form"].Value is "B" or "b"
            ? Encoding.UTF8.GetString(Convert.FromBase64String(match.Groups["text"].Value))
            : Encoding.UTF8.GetString(Quoted(match.Groups["text"].Value)));

    private static byte[] Quoted(string text)
    {
        var bytes = new List<byte>();
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '=' && at + 2 < text.Length && byte.TryParse(text.AsSpan(at + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                at += 2;
            }
            else
            {
                bytes.Add((byte)(text[at] == '_' ? ' ' : text[at]));
            }
        }
        return [.. bytes];
    }

    [GeneratedRegex(@"\A[0-9]{8}T[0-9]{9}Z-[0-9a-f]{12}\.eml\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FileName();

    [GeneratedRegex(@"\n[ \t]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fold();

    [GeneratedRegex("boundary=\"?(?<name>[^\";]+)", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Boundary();

    [GeneratedRegex(@"=\?utf-8\?(?<form>[BQbq])\?(?<text>[^?]*)\?=", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"(?<=\?=)\s+(?==\?)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Between();
}
