using System.CommandLine;
using Madang.Accounts;

namespace Madang.Commands;

/// <summary><c>madang sign-in-link</c>: a new link that signs the operator in once.</summary>
internal static class SignInLinkCommand
{
    public static Command Create()
    {
        var address = new Option<string?>("--address") { Description = "Where browsers reach the server; by default where it listens" };
        var command = new Command("sign-in-link", "Print a link that signs the operator in once, within an hour") { address };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((line, cancellation) => CommandHost.RunAsync(
            line.UnmatchedTokens,
            async services =>
            {
                var path = await services.GetRequiredService<IOperatorAccess>().NewSignInPath(cancellation);
                var server = line.GetValue(address) ?? services.GetRequiredService<IConfiguration>()["urls"]?.Split(';')[0] ?? "";
                Console.WriteLine(server.TrimEnd('/') + path);
                return 0;
            },
            cancellation));
        return command;
    }
}
