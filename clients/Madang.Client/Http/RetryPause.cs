namespace Madang.Client.Http;

/// <summary>How long to wait before the next attempt, if there is to be one.</summary>
/// <param name="options">How often and how long at most.</param>
/// <param name="random">From 0 to 1: spreads clients that failed together.</param>
internal sealed class RetryPause(MadangOptions options, Func<double> random)
{
    /// <param name="attempt">Which one failed, from 1.</param>
    /// <param name="error">Why.</param>
    /// <returns>Null: give up.</returns>
    public TimeSpan? After(int attempt, MadangException error)
    {
        if (!error.IsTransient || attempt >= options.MaxAttempts || error.RetryAfter > options.MaxRetryDelay)
            return null;
        // Half of it is certain, half is chance.
        var doubled = options.RetryDelay * Math.Pow(2, Math.Min(attempt - 1, 20)) * (0.5 + (random() / 2));
        var grown = doubled < options.MaxRetryDelay ? doubled : options.MaxRetryDelay;
        return error.RetryAfter > grown ? error.RetryAfter : grown;
    }
}
