using Dapper;
using Madang.Platform.Web;
using Npgsql;

namespace Madang.Accounts.Storage;

/// <summary>The table of people. What is found here is never a deleted member.</summary>
internal sealed class Members(NpgsqlDataSource source)
{
    private const string Columns =
        """
        id, login_id, email, nickname, name, phone, password_hash, language, picture, role, created_at,
        suspended_at, suspended_until, suspended_reason
        """;

    public Task<MemberRow?> FindAsync(Guid id, CancellationToken cancellation = default) =>
        FindWhereAsync("id = @id", new { id }, cancellation);

    /// <summary>By login id, or by e-mail address: a login id has no @.</summary>
    public Task<MemberRow?> FindByLoginAsync(string loginIdOrEmail, CancellationToken cancellation = default) =>
        loginIdOrEmail.Contains('@', StringComparison.Ordinal)
            ? FindByEmailAsync(loginIdOrEmail, cancellation)
            : FindWhereAsync("login_id = lower(@loginIdOrEmail)", new { loginIdOrEmail }, cancellation);

    public Task<MemberRow?> FindByEmailAsync(string email, CancellationToken cancellation = default) =>
        FindWhereAsync("lower(email) = lower(@email)", new { email }, cancellation);

    /// <summary>As <see cref="FindAsync"/>, within a transaction: a second connection inside one could wait for itself when all of the pool do the same.</summary>
    public static Task<MemberRow?> ReadAsync(NpgsqlTransaction transaction, Guid id) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<MemberRow?>(
            $"select {Columns} from accounts.member where id = @id and deleted_at is null", new { id }, transaction);

    /// <summary>As <see cref="LockAsync"/>, by e-mail address.</summary>
    public static Task<MemberRow?> LockByEmailAsync(NpgsqlTransaction transaction, string email) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<MemberRow?>(
            $"select {Columns} from accounts.member where lower(email) = lower(@email) and deleted_at is null for update", new { email }, transaction);

    /// <summary>The member, whose row stays locked until the transaction ends.</summary>
    public static Task<MemberRow?> LockAsync(NpgsqlTransaction transaction, Guid id) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<MemberRow?>(
            $"select {Columns} from accounts.member where id = @id and deleted_at is null for update", new { id }, transaction);

    /// <summary>
    /// Adds a member. Who lost a race for something that only one may have is told for what: <c>member.email_taken</c>,
    /// <c>member.login_id_taken</c>, <c>member.nickname_taken</c>, <c>member.phone_taken</c>, each 409; the transaction is good for more.
    /// </summary>
    public async Task<Result<MemberRow>> InsertAsync(NpgsqlTransaction transaction, NewMember member, DateTimeOffset now)
    {
        // Waits for whoever is inserting the same at this moment, and does nothing when that one commits.
        var inserted = await transaction.Connection!.QuerySingleOrDefaultAsync<MemberRow?>(
            $"""
            insert into accounts.member (id, login_id, email, nickname, name, phone, password_hash, language, role, created_at)
            values (@Id, lower(@LoginId), @Email, @Nickname, @Name, @Phone, @PasswordHash, @Language, @Role, @now)
            on conflict do nothing
            returning {Columns}
            """,
            new
            {
                Id = Guid.CreateVersion7(now),
                member.LoginId,
                member.Email,
                member.Nickname,
                member.Name,
                member.Phone,
                member.PasswordHash,
                member.Language,
                member.Role,
                now,
            },
            transaction);
        if (inserted is not null)
            return inserted;
        var taken = await TakenAsync(transaction.Connection!, new(member.LoginId, member.Email, member.Nickname, member.Phone), transaction);
        return taken.FirstOrDefault() ?? Taken("nickname");
    }

    /// <summary>Which of these belong to a member already; what is null is not looked for.</summary>
    public async Task<IReadOnlyList<Failure>> TakenAsync(UniqueFields fields, CancellationToken cancellation = default)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await TakenAsync(connection, fields, transaction: null);
    }

    public static Task SetPasswordAsync(NpgsqlTransaction transaction, Guid id, string hash) =>
        transaction.Connection!.ExecuteAsync("update accounts.member set password_hash = @hash where id = @id and deleted_at is null", new { id, hash }, transaction);

    /// <summary>Why this member may not come in at this time; null when nothing is against it. Told only to who has proved to be that member.</summary>
    public static Failure? MayNotSignIn(MemberRow member, DateTimeOffset now)
    {
        if (member.SuspendedAt is null || member.SuspendedUntil <= now)
            return null;
        var end = member.SuspendedUntil is { } until ? $" until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : "";
        return new Failure("member.suspended", $"This account is suspended{end}: {member.SuspendedReason}", 403)
        {
            Extra = new Dictionary<string, object?>(StringComparer.Ordinal) { ["reason"] = member.SuspendedReason, ["until"] = member.SuspendedUntil },
        };
    }

    /// <summary>The refusal of a value that somebody else has: 409.</summary>
    public static Failure Taken(string field) => field switch
    {
        "email" => new("member.email_taken", "This e-mail address belongs to a member already.", 409),
        "login_id" => new("member.login_id_taken", "This login id is taken.", 409),
        "phone" => new("member.phone_taken", "This phone number belongs to a member already.", 409),
        _ => new("member.nickname_taken", "This nickname is taken.", 409),
    };

    private static async Task<IReadOnlyList<Failure>> TakenAsync(NpgsqlConnection connection, UniqueFields fields, NpgsqlTransaction? transaction) =>
        (await connection.QueryAsync<string>(
            """
            select 'email' where exists (select from accounts.member where lower(email) = lower(@Email))
            union all select 'login_id' where exists (select from accounts.member where login_id = lower(@LoginId))
            union all select 'nickname' where exists (select from accounts.member where lower(nickname) = lower(@Nickname) and deleted_at is null)
            union all select 'phone' where exists (select from accounts.member where phone = @Phone)
            """,
            fields, transaction)).Select(Taken).ToList();

    private async Task<MemberRow?> FindWhereAsync(string condition, object arguments, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<MemberRow?>(
            new CommandDefinition($"select {Columns} from accounts.member where {condition} and deleted_at is null", arguments, cancellationToken: cancellation));
    }
}

/// <summary>What only one member may have.</summary>
internal sealed record UniqueFields(string? LoginId = null, string? Email = null, string? Nickname = null, string? Phone = null);

/// <summary>What a member begins with. The e-mail address was confirmed, by a code or by the provider that sent the person.</summary>
/// <param name="Email">As it was typed.</param>
/// <param name="Nickname">What others see.</param>
/// <param name="LoginId">Null for one who comes by a provider or a passkey.</param>
/// <param name="Name">The person's own name.</param>
/// <param name="Phone">Digits only.</param>
/// <param name="PasswordHash">From <c>Passwords</c>.</param>
/// <param name="Language"><c>ko</c> or <c>en</c>.</param>
/// <param name="Role"><c>member</c> or <c>operator</c>.</param>
internal sealed record NewMember(
    string Email,
    string Nickname,
    string? LoginId = null,
    string? Name = null,
    string? Phone = null,
    string? PasswordHash = null,
    string Language = "ko",
    string Role = "member");

/// <summary>A member.</summary>
internal sealed class MemberRow
{
    public required Guid Id { get; init; }

    public string? LoginId { get; init; }

    public required string Email { get; init; }

    public required string Nickname { get; init; }

    public string? Name { get; init; }

    public string? Phone { get; init; }

    public string? PasswordHash { get; init; }

    public required string Language { get; init; }

    public Guid? Picture { get; init; }

    public required string Role { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? SuspendedAt { get; init; }

    public DateTimeOffset? SuspendedUntil { get; init; }

    public string? SuspendedReason { get; init; }
}
