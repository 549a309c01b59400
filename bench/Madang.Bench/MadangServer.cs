using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Madang.Bench;

/// <summary>The real program on a data folder of its own, used over HTTP like anybody would.</summary>
internal sealed class MadangServer : IAsyncDisposable
{
    private readonly Server _server;
    private readonly DirectoryInfo _folder;
    private readonly string[] _data;

    private MadangServer(Server server, DirectoryInfo folder, string[] data, HttpClient client) => (_server, _folder, _data, Client) = (server, folder, data, client);

    public HttpClient Client { get; }

    public Server Process => _server;

    /// <summary>Its data folder.</summary>
    public string DataFolder => _folder.FullName;

    public static async Task<MadangServer> StartAsync(int? core = null, params string[] settings)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "madang.dll");
        var folder = Directory.CreateTempSubdirectory("madang-bench-");
        // The database's own user has to get in.
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
        string[] data = [$"--Data:Folder={folder.FullName}", "--Logging:LogLevel:Default=Warning", .. settings];
        var port = Server.FreePort();
        var server = await Server.StartAsync(
            core, port, new Dictionary<string, string> { ["MALLOC_ARENA_MAX"] = "2" }, ["dotnet", program, $"--urls=http://127.0.0.1:{port}", .. data]);
        string key;
        try
        {
            key = await KeyAsync(program, data);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
        var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256 }) { BaseAddress = new Uri(server.Address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return new MadangServer(server, folder, data, client);
    }

    /// <summary>Uploads and waits until it is ready.</summary>
    public async Task<string> UploadAsync(byte[] picture, string? sizes = null)
    {
        using var form = new MultipartFormDataContent();
        if (sizes is not null)
            form.Add(new StringContent(sizes), "sizes");
        form.Add(new ByteArrayContent(picture), "file", "photo.jpg");
        using var answer = await Client.PostAsync("/api/images", form);
        answer.EnsureSuccessStatusCode();
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        await ReadyAsync(id);
        return id;
    }

    /// <summary>Told by the server: asking again and again would cost it a good part of the time that is measured.</summary>
    private async Task ReadyAsync(string id)
    {
        await using var events = await Client.GetStreamAsync($"/api/images/{id}/events");
        using var lines = new StreamReader(events);
        while (await lines.ReadLineAsync() is { } line)
            if (line.StartsWith("data:", StringComparison.Ordinal) && line.Contains("\"status\":\"ready\"", StringComparison.Ordinal))
                return;
        throw new InvalidOperationException($"The image {id} did not become ready.");
    }

    public async Task PurgeAsync(string id) => (await Client.PostAsync($"/api/images/{id}/purge", null)).EnsureSuccessStatusCode();

    /// <summary>The sum of a metric over its labels.</summary>
    public async Task<double> MetricAsync(string name) =>
        (await Client.GetStringAsync("/metrics")).Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && (line[name.Length] is ' ' or '{'))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Runs a command of the program beside the server; the answer is what it says.</summary>
    public Task<string> CommandAsync(params string[] command) => CommandAsync(Path.Combine(AppContext.BaseDirectory, "madang.dll"), _data, command);

    private static Task<string> KeyAsync(string program, string[] data) =>
        CommandAsync(program, data, "keys", "create", "--name", "bench", "--scope", "images:write", "--scope", "images:read", "--scope", "metrics:read");

    private static async Task<string> CommandAsync(string program, string[] data, params string[] command)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. command, .. data]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = System.Diagnostics.Process.Start(start)!;
        var said = (await process.StandardOutput.ReadToEndAsync()).Trim();
        await process.WaitForExitAsync();
        return said.Length > 0 ? said : throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());
    }
}
