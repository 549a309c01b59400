namespace Madang.Market;

/// <summary>What members are known for. The module that keeps reviews implements this.</summary>
public interface IReputations
{
    /// <summary>Each of these members has an entry in the answer.</summary>
    /// <param name="members">Whose.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<IReadOnlyDictionary<Guid, Reputation>> Of(IReadOnlyCollection<Guid> members, CancellationToken cancellation = default);
}

/// <summary>What a member is known for.</summary>
/// <param name="Trust">The trust score in degrees: starts at 36.5 and lies between 0 and 99.9.</param>
/// <param name="Reviews">How many reviews of the member are to be seen.</param>
/// <param name="Sales">How many sales of the member's went through.</param>
public sealed record Reputation(decimal Trust, int Reviews, int Sales)
{
    /// <summary>Of somebody of whom nothing is known yet.</summary>
    public static Reputation Newcomer { get; } = new(36.5m, 0, 0);
}
