using System.CommandLine;
using Madang.Commands;

var root = new RootCommand("Madang: images, market, spaces, league and what keeps them running, in one server.")
{
    ServeCommand.Create(),
    KeysCommand.Create(),
    SignInLinkCommand.Create(),
    MigrateCommand.Create(),
};
// Without a command it serves, and everything else on the line is configuration, such as --urls or --Images:RequireSignature=true.
root.TreatUnmatchedTokensAsErrors = false;
root.Options.Add(ServeCommand.Demo);
root.SetAction(ServeCommand.RunAsync);

return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

/// <summary>The program; tests start the same host through it.</summary>
internal sealed partial class Program;
