using System.CommandLine;
using Madang.Accounts;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Spectre.Console;

namespace Madang.Commands;

/// <summary><c>madang [serve] [--key=value ...]</c>: runs the server until Ctrl-C.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", "Run the server (what happens without a command, too)") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(RunAsync);
        return command;
    }

    public static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        if (line.UnmatchedTokens.FirstOrDefault() is { } first && !first.StartsWith("--", StringComparison.Ordinal))
        {
            await Console.Error.WriteLineAsync($"There is no command `{first}`. See --help.");
            return 2;
        }
        await using var app = Server.Build([.. line.UnmatchedTokens]);
        await app.StartAsync(cancellation);
        await GreetAsync(app, cancellation);
        await app.WaitForShutdownAsync(cancellation);
        return 0;
    }

    // To the terminal and not to the log: the link opens the house.
    private static async Task GreetAsync(WebApplication app, CancellationToken cancellation)
    {
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";
        var link = await app.Services.GetRequiredService<IOperatorAccess>().NewSignInPath(cancellation);
        AnsiConsole.MarkupLineInterpolated($"[bold green]마당 Madang[/] runs at [bold]{address}[/]");
        AnsiConsole.MarkupLineInterpolated($"Sign in as the operator (once, within an hour):");
        Console.WriteLine($"  {address}{link}");
        AnsiConsole.MarkupLineInterpolated($"[dim]Ctrl-C stops everything.[/]");
    }
}
