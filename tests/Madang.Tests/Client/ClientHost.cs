using Madang.Client;
using Madang.Tests.Host;

namespace Madang.Tests.Client;

/// <summary>The real host on a real port, and clients of it.</summary>
public sealed class ClientHost(TestDatabase database) : MadangHost(database)
{
    public const string SigningKey = "a secret of sixteen bytes or more";

    protected override int? Port => 0;

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new("Images:SigningKeys:0", SigningKey),
        new("Images:Presets:thumb", "w=64&h=64&fit=crop"),
        new("Images:MaxBytes", "1000000"),
    ];

    /// <summary>A client with a key of its own.</summary>
    /// <param name="network">What lies between; by default nothing.</param>
    /// <param name="configure">Changes the options.</param>
    /// <param name="node">Another node than the first.</param>
    public async Task<ImagesClient> ImagesAsync(HttpMessageHandler? network = null, Action<MadangOptions>? configure = null, Node? node = null)
    {
        var options = new MadangOptions
        {
            Address = (node ?? First).Address,
            ApiKey = await (node ?? First).NewKeyAsync(["images:read", "images:write"]),
            SigningKey = SigningKey,
            RetryDelay = TimeSpan.FromMilliseconds(5),
        };
        configure?.Invoke(options);
        return new MadangClient(new HttpClient(network ?? new SocketsHttpHandler()), options).Images;
    }

    public Task<long> CountAsync() => ScalarAsync<long>("select count(*) from images.image");
}
