using Dapper;
using Madang.Accounts.Domain;
using Madang.Accounts.Storage;
using Madang.Platform.Web;
using Npgsql;

namespace Madang.Accounts.Features;

/// <summary>A member as the operator sees one in the list.</summary>
/// <param name="Id">The member's id.</param>
/// <param name="Nickname">What others see.</param>
/// <param name="LoginId">Null for one who came by a provider.</param>
/// <param name="Email">Confirmed.</param>
/// <param name="Role"><c>member</c> or <c>operator</c>.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="SuspendedAt">Set while suspended.</param>
/// <param name="SuspendedUntil">Null: until the operator reinstates.</param>
/// <param name="SuspendedReason">What the member was told.</param>
public sealed record MemberEntry(
    Guid Id, string Nickname, string? LoginId, string Email, string Role, DateTimeOffset CreatedAt, DateTimeOffset? SuspendedAt, DateTimeOffset? SuspendedUntil, string? SuspendedReason);

/// <summary>A page of members, the newest first.</summary>
/// <param name="Items">The members.</param>
/// <param name="Next">Give it as <c>after</c> for the next page; null on the last.</param>
public sealed record MemberList(IReadOnlyList<MemberEntry> Items, string? Next);

/// <summary>The operator's list of members.</summary>
internal sealed class MemberDirectory(NpgsqlDataSource source, TimeProvider time)
{
    private const int OnAPage = 50;

    // A suspension that has run out is none.
    private const string Columns =
        """
        id, nickname, login_id, email, role, created_at,
        case when suspended_until <= @Now then null else suspended_at end as suspended_at,
        case when suspended_until <= @Now then null else suspended_until end as suspended_until,
        case when suspended_until <= @Now then null else suspended_reason end as suspended_reason
        """;

    /// <summary>Members whose nickname, login id or e-mail address begins like this, or who have this id; all for no text.</summary>
    /// <param name="search">As it was typed.</param>
    /// <param name="show"><c>suspended</c> or <c>operators</c>; anything else: all.</param>
    /// <param name="after">Where the page before ended.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<MemberList> ListAsync(string? search, string? show, Cursor? after, CancellationToken cancellation)
    {
        var text = search?.Trim() ?? "";
        if (text.Length > 254 || !TypedText.IsWhole(text))
            return new MemberList([], null);
        // Alternatives by union, as each has an index of its own.
        var matching = text.Length == 0 ? "select id from accounts.member" :
            """
            select id from accounts.member where lower(nickname) like @Like and deleted_at is null
            union select id from accounts.member where login_id like @Like and deleted_at is null
            union select id from accounts.member where lower(email) like @Like and deleted_at is null
            union select id from accounts.member where id = @Id
            """;
        var filter = show switch
        {
            "suspended" => "and suspended_at is not null and (suspended_until is null or suspended_until > @Now)",
            "operators" => "and role = 'operator'",
            _ => "",
        };
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var rows = (await connection.QueryAsync<MemberEntry>(new(
            $"""
            select {Columns} from accounts.member
            where deleted_at is null and id in ({matching}) {filter} {(after is null ? "" : "and (created_at, id) < (@At, @Last)")}
            order by created_at desc, id desc limit {OnAPage + 1}
            """,
            new
            {
                Like = Escaped(text.Normalize(System.Text.NormalizationForm.FormC).ToLowerInvariant()) + "%",
                Id = Guid.TryParse(text, out var id) ? id : Guid.Empty,
                Now = time.GetUtcNow(),
                after?.At,
                Last = after?.Id,
            },
            cancellationToken: cancellation))).AsList();
        return rows.Count <= OnAPage
            ? new MemberList(rows, null)
            : new MemberList(rows[..OnAPage], new Cursor(rows[OnAPage - 1].CreatedAt, rows[OnAPage - 1].Id).ToString());
    }

    public async Task<Result<MemberEntry>> FindAsync(Guid id, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<MemberEntry?>(new(
            $"select {Columns} from accounts.member where id = @id and deleted_at is null", new { id, Now = time.GetUtcNow() }, cancellationToken: cancellation)) is { } found
            ? found
            : Unknown;
    }

    public static Failure Unknown => new("member.unknown", "There is no such member.", 404);

    private static string Escaped(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);
}
