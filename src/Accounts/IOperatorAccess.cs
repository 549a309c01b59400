using Madang.Accounts.Features;
using Madang.Platform.Web;

namespace Madang.Accounts;

/// <summary>What the command line does for the operator.</summary>
public interface IOperatorAccess
{
    /// <summary>The path of a link that signs the operator in once, within an hour.</summary>
    /// <param name="cancellation">Gives up.</param>
    Task<string> NewSignInPath(CancellationToken cancellation);

    /// <summary>Makes an API key; its text is in the answer and nowhere else.</summary>
    /// <param name="name">1 to 100 letters.</param>
    /// <param name="scopes">Known scopes.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<Result<NewApiKey>> CreateKey(string name, IReadOnlyCollection<string> scopes, CancellationToken cancellation);

    /// <summary>All keys, those in use first.</summary>
    /// <param name="cancellation">Gives up.</param>
    Task<IReadOnlyList<ApiKeyResource>> ListKeys(CancellationToken cancellation);

    /// <summary>Ends a key everywhere; the failure is <c>key.unknown</c>.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<Failure?> RevokeKey(Guid id, CancellationToken cancellation);
}

internal sealed class OperatorAccess(ApiKeys keys, SignInLinks links) : IOperatorAccess
{
    public async Task<string> NewSignInPath(CancellationToken cancellation) => $"/sign-in/{await links.NewAsync(cancellation)}";

    public Task<Result<NewApiKey>> CreateKey(string name, IReadOnlyCollection<string> scopes, CancellationToken cancellation) =>
        keys.CreateAsync(name, scopes, caller: null, cancellation);

    public async Task<IReadOnlyList<ApiKeyResource>> ListKeys(CancellationToken cancellation) =>
        (await keys.ListAsync(cancellation)).Select(KeyEndpoints.Resource).ToList();

    public Task<Failure?> RevokeKey(Guid id, CancellationToken cancellation) => keys.RevokeAsync(id, caller: null, cancellation);
}
