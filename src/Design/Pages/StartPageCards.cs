using Microsoft.Extensions.Logging;

namespace Madang.Design.Pages;

/// <summary>Asks all modules for their cards at once; one that breaks or is slow does not hold up the page.</summary>
internal sealed partial class StartPageCards(IEnumerable<IStartPageCard> modules, TimeProvider time, ILogger<StartPageCards> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<IReadOnlyList<DescribedModule>> Describe(CancellationToken cancellationToken) =>
        await Task.WhenAll(modules.OrderBy(module => module.Order).Select(module => Describe(module, cancellationToken)));

    private async Task<DescribedModule> Describe(IStartPageCard module, CancellationToken cancellationToken)
    {
        // "ImagesCard" of Madang.Images is called "Images" when it cannot say its own name.
        var name = module.GetType().Namespace?.Split('.') is [_, var second, ..] ? second : module.GetType().Name;
        try
        {
            return new(name, await module.Describe(cancellationToken).WaitAsync(Patience, time, cancellationToken));
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogSilent(log, error, name);
            return new(name, null);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The start page's card of {Module} did not answer")]
    private static partial void LogSilent(ILogger log, Exception error, string module);
}

/// <param name="Name">The module's name in code.</param>
/// <param name="Card">Null when it did not answer.</param>
internal sealed record DescribedModule(string Name, StartPageCard? Card);
