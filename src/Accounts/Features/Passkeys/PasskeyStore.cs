using Dapper;
using Madang.Accounts.Storage;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Madang.Accounts.Features.Passkeys;

/// <summary>What ASP.NET Core Identity's passkey handler needs to know of members. Members are changed elsewhere, so the rest of a user store is not there.</summary>
internal sealed class PasskeyStore(NpgsqlDataSource source, Members members, TimeProvider time) : IUserPasskeyStore<MemberRow>
{
    private const string Columns =
        """
        credential_id, member_id, name, public_key, sign_count, transports, is_user_verified, is_backup_eligible, is_backed_up,
        attestation_object, client_data_json, created_at, last_used_at
        """;

    public Task<string> GetUserIdAsync(MemberRow user, CancellationToken cancellationToken) => Task.FromResult(user.Id.ToString("N"));

    public Task<string?> GetUserNameAsync(MemberRow user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Nickname);

    public async Task<MemberRow?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        Guid.TryParseExact(userId, "N", out var id) ? await members.FindAsync(id, cancellationToken) : null;

    public async Task<MemberRow?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        await RowAsync(credentialId, cancellationToken) is { } row ? await members.FindAsync(row.MemberId, cancellationToken) : null;

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(MemberRow user, byte[] credentialId, CancellationToken cancellationToken) =>
        await RowAsync(credentialId, cancellationToken) is { } row && row.MemberId == user.Id ? row.ToInfo() : null;

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(MemberRow user, CancellationToken cancellationToken) =>
        [.. (await ListAsync(user.Id, cancellationToken)).Select(row => row.ToInfo())];

    public async Task<IReadOnlyList<PasskeyRow>> ListAsync(Guid member, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<PasskeyRow>(
            new CommandDefinition($"select {Columns} from accounts.passkey where member_id = @member order by created_at", new { member }, cancellationToken: cancellation))).AsList();
    }

    /// <summary>Adds a passkey; false when that one is known already.</summary>
    public static async Task<bool> AddAsync(NpgsqlTransaction transaction, Guid member, string name, UserPasskeyInfo key, DateTimeOffset now) =>
        await transaction.Connection!.ExecuteAsync(
            $"""
            insert into accounts.passkey ({Columns})
            values (@CredentialId, @member, @name, @PublicKey, @SignCount, @Transports, @IsUserVerified, @IsBackupEligible, @IsBackedUp,
              @AttestationObject, @ClientDataJson, @now, null)
            on conflict do nothing
            """,
            new
            {
                key.CredentialId,
                member,
                name,
                key.PublicKey,
                SignCount = (long)key.SignCount,
                Transports = key.Transports ?? [],
                key.IsUserVerified,
                key.IsBackupEligible,
                key.IsBackedUp,
                key.AttestationObject,
                key.ClientDataJson,
                now,
            },
            transaction) == 1;

    /// <summary>Notes a use. The counter of a key only grows; most keys have none.</summary>
    public Task UsedAsync(NpgsqlTransaction transaction, UserPasskeyInfo key) => transaction.Connection!.ExecuteAsync(
        """
        update accounts.passkey set last_used_at = @Now, sign_count = greatest(sign_count, @SignCount), is_backed_up = @IsBackedUp
        where credential_id = @CredentialId
        """,
        new { key.CredentialId, SignCount = (long)key.SignCount, key.IsBackedUp, Now = time.GetUtcNow() }, transaction);

    private async Task<PasskeyRow?> RowAsync(byte[] credentialId, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<PasskeyRow?>(
            new CommandDefinition($"select {Columns} from accounts.passkey where credential_id = @credentialId", new { credentialId }, cancellationToken: cancellation));
    }

    public void Dispose()
    {
    }

    private static NotSupportedException Elsewhere => new("Members and their passkeys are changed by the features of this module.");

    public Task AddOrUpdatePasskeyAsync(MemberRow user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw Elsewhere;

    public Task RemovePasskeyAsync(MemberRow user, byte[] credentialId, CancellationToken cancellationToken) => throw Elsewhere;

    public Task<IdentityResult> CreateAsync(MemberRow user, CancellationToken cancellationToken) => throw Elsewhere;

    public Task<IdentityResult> UpdateAsync(MemberRow user, CancellationToken cancellationToken) => throw Elsewhere;

    public Task<IdentityResult> DeleteAsync(MemberRow user, CancellationToken cancellationToken) => throw Elsewhere;

    public Task<MemberRow?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw Elsewhere;

    public Task<string?> GetNormalizedUserNameAsync(MemberRow user, CancellationToken cancellationToken) => throw Elsewhere;

    public Task SetNormalizedUserNameAsync(MemberRow user, string? normalizedName, CancellationToken cancellationToken) => throw Elsewhere;

    public Task SetUserNameAsync(MemberRow user, string? userName, CancellationToken cancellationToken) => throw Elsewhere;
}

/// <summary>A passkey.</summary>
internal sealed class PasskeyRow
{
    public required byte[] CredentialId { get; init; }

    public required Guid MemberId { get; init; }

    public required string Name { get; init; }

    public required byte[] PublicKey { get; init; }

    public required long SignCount { get; init; }

    public required string[] Transports { get; init; }

    public required bool IsUserVerified { get; init; }

    public required bool IsBackupEligible { get; init; }

    public required bool IsBackedUp { get; init; }

    public required byte[] AttestationObject { get; init; }

    public required byte[] ClientDataJson { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public UserPasskeyInfo ToInfo() => new(
        CredentialId, PublicKey, CreatedAt, (uint)SignCount, Transports, IsUserVerified, IsBackupEligible, IsBackedUp, AttestationObject, ClientDataJson)
    {
        Name = Name,
    };
}
