using Dapper;
using Madang.Images;
using Madang.Notifications;
using Npgsql;

namespace Madang.Accounts;

/// <summary>What other modules may know of members, and show to everybody. Nothing else of a member is public.</summary>
public interface IMembers
{
    /// <summary>A member; null when there is none, or one who left.</summary>
    /// <param name="id">The member's id.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<MemberProfile?> Find(Guid id, CancellationToken cancellation = default);

    /// <summary>Many at once, such as those of a list; who is not there, or left, is not in the answer.</summary>
    /// <param name="ids">Their ids; the same may come twice.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<IReadOnlyDictionary<Guid, MemberProfile>> FindMany(IReadOnlyCollection<Guid> ids, CancellationToken cancellation = default);
}

/// <summary>A member as others see one.</summary>
/// <param name="Id">Stable.</param>
/// <param name="Nickname">Unique among the members of the day; a member may change it.</param>
/// <param name="PictureUrl">A square picture of 96 pixels, from the root; null when the member has none.</param>
public sealed record MemberProfile(Guid Id, string Nickname, string? PictureUrl);

internal sealed class MemberProfiles(NpgsqlDataSource source, IPictures pictures) : IMembers, IRecipients
{
    private const int Side = 96;

    public async Task<MemberProfile?> Find(Guid id, CancellationToken cancellation = default) =>
        (await FindMany([id], cancellation)).GetValueOrDefault(id);

    public async Task<IReadOnlyDictionary<Guid, MemberProfile>> FindMany(IReadOnlyCollection<Guid> ids, CancellationToken cancellation = default)
    {
        if (ids.Count == 0)
            return new Dictionary<Guid, MemberProfile>();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var found = await connection.QueryAsync<(Guid Id, string Nickname, Guid? Picture)>(new(
            "select id, nickname, picture from accounts.member where id = any(@Ids) and deleted_at is null", new { Ids = ids.Distinct().ToArray() }, cancellationToken: cancellation));
        return found.ToDictionary(member => member.Id, member => new MemberProfile(member.Id, member.Nickname, member.Picture is { } picture ? pictures.SquareUrl(picture, Side) : null));
    }

    async Task<Recipient?> IRecipients.Find(Guid member, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<(string Nickname, string Email, string Language)?>(new(
            "select nickname, email, language from accounts.member where id = @member and deleted_at is null", new { member }, cancellationToken: cancellation)) is var (nickname, email, language)
            ? new Recipient(member, nickname, email, language)
            : null;
    }
}
