using Dapper;
using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>Makes, lists and revokes the keys by which programs sign in.</summary>
internal sealed class ApiKeys(NpgsqlDataSource source, SignedIn signedIn, IEnumerable<Scope> scopes, IAuditLog audit, TimeProvider time)
{
    public IReadOnlyList<Scope> KnownScopes { get; } = scopes.OrderBy(scope => scope.Name, StringComparer.Ordinal).ToList();

    /// <summary>Makes a key. Its text is in the answer and nowhere else.</summary>
    public async Task<Result<NewApiKey>> CreateAsync(string? name, IReadOnlyCollection<string>? asked, Caller? caller, CancellationToken cancellation)
    {
        name = name?.Trim();
        if (name is null or { Length: 0 or > 100 } || name.Any(char.IsControl))
            return new Failure("key.name", "Give the key a name of 1 to 100 letters, such as the program that will use it.");
        var known = string.Join(", ", KnownScopes.Select(scope => scope.Name));
        if (asked is null or { Count: 0 })
            return new Failure("key.scope_missing", $"Name at least one scope: {known}.");
        // Any, not FirstOrDefault: a null in the list is no scope either.
        if (asked.Any(scope => KnownScopes.All(one => one.Name != scope)))
            return new Failure("key.scope_unknown", $"There is no scope `{asked.First(scope => KnownScopes.All(one => one.Name != scope))}`. Scopes: {known}.");

        var key = Secret.NewKey();
        var row = new ApiKeyRow
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()),
            Name = name,
            Hint = key[..(Secret.KeyPrefix.Length + 4)],
            Scopes = [.. asked.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            CreatedAt = time.GetUtcNow(),
        };
        await source.InTransaction(
            async tx =>
            {
                await tx.Connection!.ExecuteAsync(
                    """
                    insert into accounts.api_key (id, name, hash, hint, scopes, created_at)
                    values (@Id, @Name, @Hash, @Hint, @Scopes, @CreatedAt)
                    """,
                    new { row.Id, row.Name, Hash = Secret.Hash(key), row.Hint, row.Scopes, row.CreatedAt }, tx);
                await audit.Write(tx, caller, "key.create", row.Id, new { row.Scopes });
            },
            cancellation);
        return new NewApiKey(row.Id, row.Name, row.Scopes, key);
    }

    public async Task<IReadOnlyList<ApiKeyRow>> ListAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<ApiKeyRow>(
            "select id, name, hint, scopes, created_at, last_used_at, revoked_at from accounts.api_key order by revoked_at is not null, id desc limit 1000"))
            .AsList();
    }

    /// <summary>Ends a key on every node within a second. Repeating it does nothing.</summary>
    public async Task<Failure?> RevokeAsync(Guid id, Caller? caller, CancellationToken cancellation)
    {
        var revoked = await source.InTransaction(async tx =>
        {
            var hash = await tx.Connection!.QuerySingleOrDefaultAsync<byte[]?>(
                "update accounts.api_key set revoked_at = coalesce(revoked_at, @Now) where id = @id returning hash", new { id, Now = time.GetUtcNow() }, tx);
            if (hash is not null)
            {
                await signedIn.ForgetAsync(tx, [hash]);
                await audit.Write(tx, caller, "key.revoke", id);
            }
            return hash is not null;
        }, cancellation);
        return !revoked ? new Failure("key.unknown", "There is no such key.", 404) : null;
    }
}

/// <summary>A key that was just made.</summary>
/// <param name="Id">To revoke it by.</param>
/// <param name="Name">What it is called in lists.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Key">The key itself, shown this once.</param>
public sealed record NewApiKey(Guid Id, string Name, IReadOnlyList<string> Scopes, string Key);
