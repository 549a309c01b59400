using System.CommandLine;
using Madang.Accounts;
using Madang.Demo;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Spectre.Console;

namespace Madang.Commands;

/// <summary><c>madang [serve] [--demo] [--key=value ...]</c>: runs the server until Ctrl-C.</summary>
internal static class ServeCommand
{
    /// <summary>On the root command, too.</summary>
    public static Option<bool> Demo { get; } = new("--demo") { Description = "Fill an empty market with people, art and goods, and keep bidding on it" };

    public static Command Create()
    {
        var command = new Command("serve", "Run the server (what happens without a command, too)") { TreatUnmatchedTokensAsErrors = false };
        command.Options.Add(Demo);
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
        if (line.GetValue(Demo))
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, app.Lifetime.ApplicationStopping);
            await ShowAsync(app, end.Token);
        }
        await app.WaitForShutdownAsync(cancellation);
        return 0;
    }

    private static async Task ShowAsync(WebApplication app, CancellationToken end)
    {
        using var town = new DemoTown(new Uri(AddressOf(app)), app.Services, Catalogue.Offers);
        try
        {
            await AnsiConsole.Progress().Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn()).StartAsync(async progress =>
            {
                var task = progress.AddTask("The demonstration", maxValue: town.Steps);
                await town.Fill(step => task.Description(Markup.Escape(step)).Increment(1), end);
                task.Description("The demonstration").Value(town.Steps);
            });
            AnsiConsole.MarkupLineInterpolated($"Sign in as [bold]{DemoPeople}[/] or another of the demonstration's people; everybody's password is [bold]{DemoTown.Password}[/]");
            await new DemoBidders(town, app.Services.GetRequiredService<TimeProvider>(), app.Logger).Run(end);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Ctrl-C while it was filled: the next start goes on without what is missing.
        }
        catch (Exception error) when (error is InvalidOperationException or HttpRequestException)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]The demonstration stops here, the server goes on:[/] {error.Message}");
        }
    }

    private static string DemoPeople => string.Join(", ", Catalogue.People.Take(3).Select(person => person.LoginId));

    private static string AddressOf(WebApplication app) => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";

    // To the terminal and not to the log: the link opens the house.
    private static async Task GreetAsync(WebApplication app, CancellationToken cancellation)
    {
        var address = AddressOf(app);
        var link = await app.Services.GetRequiredService<IOperatorAccess>().NewSignInPath(cancellation);
        AnsiConsole.MarkupLineInterpolated($"[bold green]마당 Madang[/] runs at [bold]{address}[/]");
        AnsiConsole.MarkupLineInterpolated($"Sign in as the operator (once, within an hour):");
        Console.WriteLine($"  {address}{link}");
        AnsiConsole.MarkupLineInterpolated($"[dim]Ctrl-C stops everything.[/]");
    }
}
