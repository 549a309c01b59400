namespace Madang.Accounts.Storage;

/// <summary>An API key as it is listed; the key itself is not kept.</summary>
internal sealed class ApiKeyRow
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    /// <summary>The first letters of the key, to tell keys apart.</summary>
    public required string Hint { get; init; }

    public required string[] Scopes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }
}

/// <summary>A browser, program or phone that is signed in.</summary>
internal sealed class SessionRow
{
    public required Guid Id { get; init; }

    /// <summary>True: by tokens; false: a browser by its cookie.</summary>
    public required bool IsProgram { get; init; }

    public required string Device { get; init; }

    public required string Address { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset LastUsedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}
