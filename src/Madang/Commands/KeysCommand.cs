using System.CommandLine;
using System.Globalization;
using Madang.Accounts;
using Spectre.Console;

namespace Madang.Commands;

/// <summary><c>madang keys create|list|revoke</c>: the keys by which programs sign in.</summary>
internal static class KeysCommand
{
    public static Command Create() => new("keys", "Make, list and revoke API keys") { CreateKey(), ListKeys(), RevokeKey() };

    private static Command CreateKey()
    {
        var name = new Option<string>("--name") { Description = "What will use the key, such as shop", Required = true };
        var scopes = new Option<string[]>("--scope")
        {
            Description = "What it may do, such as images:write; several with commas between, or given several times",
            Required = true,
        };
        return Command("create", "Make a key and show it, this once", (line, access, cancellation) => CreateAsync(access, line.GetValue(name)!, [.. line.GetValue(scopes)!.SelectMany(scope => scope.Split(','))], cancellation), name, scopes);
    }

    private static Command ListKeys() => Command("list", "List the keys, those in use first", async (_, access, cancellation) =>
    {
        var table = new Table().AddColumns("id", "name", "starts with", "scopes", "made", "last used", "state").Border(TableBorder.Rounded);
        foreach (var key in await access.ListKeys(cancellation))
            table.AddRow(
                key.Id.ToString(), Markup.Escape(key.Name), key.Hint, string.Join(' ', key.Scopes), Time(key.CreatedAt),
                key.LastUsedAt is { } used ? Time(used) : "never", key.RevokedAt is { } revoked ? $"[red]revoked {Time(revoked)}[/]" : "[green]works[/]");
        AnsiConsole.Write(table);
        return 0;
    });

    private static Command RevokeKey()
    {
        var id = new Argument<Guid>("id") { Description = "The key's id, from `keys list`" };
        return Command("revoke", "End a key on every node within a second", async (line, access, cancellation) =>
        {
            if (await access.RevokeKey(line.GetValue(id), cancellation) is { } failure)
                return await RefusedAsync(failure.Detail);
            Console.WriteLine("Revoked.");
            return 0;
        }, id);
    }

    private static async Task<int> CreateAsync(IOperatorAccess access, string name, string[] scopes, CancellationToken cancellation)
    {
        var created = await access.CreateKey(name, scopes, cancellation);
        if (!created.Succeeded(out var key, out var failure))
            return await RefusedAsync(failure.Detail);
        await Console.Error.WriteLineAsync($"Key `{key.Name}` may: {string.Join(", ", key.Scopes)}. Keep it now, it is not shown again:");
        // The key alone on standard output: KEY=$(./run keys create ...) works.
        Console.WriteLine(key.Key);
        return 0;
    }

    private static Command Command(
        string name, string description, Func<ParseResult, IOperatorAccess, CancellationToken, Task<int>> work, params Symbol[] symbols)
    {
        var command = new Command(name, description) { TreatUnmatchedTokensAsErrors = false };
        foreach (var symbol in symbols)
        {
            if (symbol is Option option)
                command.Add(option);
            else if (symbol is Argument argument)
                command.Add(argument);
        }
        command.SetAction((line, cancellation) => CommandHost.RunAsync(
            line.UnmatchedTokens, services => work(line, services.GetRequiredService<IOperatorAccess>(), cancellation), cancellation));
        return command;
    }

    private static string Time(DateTimeOffset instant) => instant.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    private static async Task<int> RefusedAsync(string detail)
    {
        await Console.Error.WriteLineAsync(detail);
        return 1;
    }
}
