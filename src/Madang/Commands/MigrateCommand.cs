using System.CommandLine;

namespace Madang.Commands;

/// <summary><c>madang migrate</c>: brings the database up to date and ends. Serving does the same at its start.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command("migrate", "Bring the database up to date and end") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction((line, cancellation) => CommandHost.RunAsync(
            line.UnmatchedTokens,
            _ =>
            {
                Console.WriteLine("The database is up to date.");
                return Task.FromResult(0);
            },
            cancellation));
        return command;
    }
}
