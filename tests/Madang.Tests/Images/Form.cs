using System.Net.Http.Headers;
using System.Text;

namespace Madang.Tests.Images;

/// <summary>
/// A multipart form, byte for byte as browsers and curl write it (file names in raw UTF-8), so that a test may also write what no
/// well-behaved client would.
/// </summary>
internal sealed class Form
{
    private const string Boundary = "----madang-test-form";

    private readonly MemoryStream _bytes = new();

    public static string ContentType => $"multipart/form-data; boundary={Boundary}";

    public Form Field(string name, string value) => Add(Encoding.UTF8.GetBytes(value), $"form-data; name=\"{name}\"", null);

    public Form File(byte[] content, string name = "photo.jpg", string type = "image/jpeg") => Add(content, $"form-data; name=\"file\"; filename=\"{name}\"", type);

    /// <summary>A file whose name is also sent in its encoded form.</summary>
    public Form FileStar(byte[] content, string encoded) => Add(content, $"form-data; name=\"file\"; filename=\"x.jpg\"; filename*=UTF-8''{encoded}", "image/jpeg");

    /// <summary>The form up to here, without its end.</summary>
    public byte[] Unfinished() => _bytes.ToArray();

    public byte[] Finished() => [.. _bytes.ToArray(), .. Encoding.ASCII.GetBytes($"--{Boundary}--\r\n")];

    public ByteArrayContent Content() => Content(Finished());

    public ByteArrayContent Broken() => Content(Unfinished());

    private static ByteArrayContent Content(byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentType);
        return content;
    }

    private Form Add(byte[] body, string disposition, string? type)
    {
        _bytes.Write(Encoding.UTF8.GetBytes($"--{Boundary}\r\nContent-Disposition: {disposition}\r\n{(type is null ? "" : $"Content-Type: {type}\r\n")}\r\n"));
        _bytes.Write(body);
        _bytes.Write("\r\n"u8);
        return this;
    }
}
