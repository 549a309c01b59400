using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Madang.Demo;

/// <summary>A person of the demonstration, who does everything through the API, as anybody would.</summary>
internal sealed class DemoPerson(HttpClient http, string loginId, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan SignInAgain = TimeSpan.FromMinutes(100);

    private DateTimeOffset _signedInAt = DateTimeOffset.MinValue;

    public string LoginId => loginId;

    /// <summary>Sends, and answers with what came; throws what was refused, so that the demonstration says so.</summary>
    public async Task<JsonElement> Send(HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        var (answer, refusal) = await Try(method, path, body, cancellation);
        return refusal is null ? answer : throw new InvalidOperationException($"{method} {path} for {loginId}: {refusal}");
    }

    /// <summary>As <see cref="Send"/>; a refusal is given back.</summary>
    public async Task<(JsonElement Answer, string? Refusal)> Try(HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        await SignIn(cancellation);
        using var request = new HttpRequestMessage(method, path) { Content = body as HttpContent ?? (body is null ? null : JsonContent.Create(body)) };
        if (method == HttpMethod.Post)
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        using var response = await http.SendAsync(request, cancellation);
        var text = await response.Content.ReadAsStringAsync(cancellation);
        var answer = text.Length == 0 || response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) != true ? default : JsonElement.Parse(text);
        if (response.IsSuccessStatusCode)
            return (answer, null);
        return (default, $"{(int)response.StatusCode} {text}");
    }

    /// <summary>Sends a picture and answers with its id.</summary>
    public async Task<Guid> Upload(byte[] png, CancellationToken cancellation)
    {
        using var form = Form(png);
        return (await Send(HttpMethod.Post, "/api/listings/pictures", form, cancellation)).GetProperty("id").GetGuid();
    }

    /// <summary>A form with a picture in `file`.</summary>
    public static MultipartFormDataContent Form(byte[] png)
    {
        var file = new ByteArrayContent(png);
        file.Headers.ContentType = new("image/png");
        return new MultipartFormDataContent { { file, "file", "picture.png" } };
    }

    private async Task SignIn(CancellationToken cancellation)
    {
        if (time.GetUtcNow() - _signedInAt < SignInAgain)
            return;
        using var response = await http.PostAsJsonAsync("/api/tokens", new { login = loginId, password = DemoTown.Password }, cancellation);
        response.EnsureSuccessStatusCode();
        var pair = await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", pair.GetProperty("accessToken").GetString());
        _signedInAt = time.GetUtcNow();
    }

    public void Dispose() => http.Dispose();
}
