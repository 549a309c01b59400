using Madang.Platform.Data;

namespace Madang.Commands;

/// <summary>Runs a short command on the same services, settings and database as the server, beside a running one or alone.</summary>
internal static class CommandHost
{
    public static async Task<int> RunAsync(IReadOnlyList<string> configuration, Func<IServiceProvider, Task<int>> work, CancellationToken cancellation)
    {
        await using var app = Server.Build([.. configuration, "--Logging:LogLevel:Default=Warning"], join: true);
        await app.Services.OpenDatabase(cancellation);
        return await work(app.Services);
    }
}
