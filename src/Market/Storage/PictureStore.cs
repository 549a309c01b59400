using Dapper;
using Madang.Images;
using Madang.Platform.Web;
using Npgsql;

namespace Madang.Market.Storage;

/// <summary>Which pictures members sent, and which listings show them.</summary>
internal sealed class PictureStore(IPictures pictures)
{
    public const int MostUnused = 60;

    private static Failure Gone => new("listing.pictures", "One of the pictures is not there any more. Send it again.")
    {
        Extra = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["errors"] = new Dictionary<string, Domain.FieldError>(StringComparer.Ordinal) { ["pictures"] = new("listing.pictures", "One of the pictures is not there any more. Send it again.") },
        },
    };

    /// <summary>How many pictures a member sent lately that no listing shows.</summary>
    public static Task<int> CountUnusedAsync(NpgsqlConnection connection, Guid owner) => connection.ExecuteScalarAsync<int>(
        "select count(*)::int from market.picture p where p.owner_id = @owner and not exists (select from market.listing_picture u where u.picture_id = p.id)", new { owner });

    public static Task InsertAsync(NpgsqlConnection connection, Guid id, Guid owner, DateTimeOffset now) =>
        connection.ExecuteAsync("insert into market.picture (id, owner_id, uploaded_at) values (@id, @owner, @now)", new { id, owner, now });

    /// <summary>
    /// Gives a locked listing its pictures in order. They must be its seller's own, and be there still; what it showed before and nothing shows any more is deleted
    /// with the commit.
    /// </summary>
    public async Task<Failure?> SetAsync(NpgsqlTransaction tx, Guid listing, Guid seller, IReadOnlyList<Guid> before, IReadOnlyList<Guid> wished)
    {
        if (before.SequenceEqual(wished))
            return null;
        var touched = before.Union(wished).Order().ToArray();
        // In the order of their ids, as a relisted copy shares them.
        var known = (await tx.Connection!.QueryAsync<(Guid Id, bool Used)>(
            """
            select p.id, exists (select from market.listing_picture u where u.picture_id = p.id) as used
            from market.picture p where p.id = any(@touched) and p.owner_id = @seller order by p.id for update of p
            """, new { touched, seller }, tx)).ToDictionary(row => row.Id, row => row.Used);
        foreach (var added in wished.Except(before))
        {
            if (!known.TryGetValue(added, out var used) || (!used && !await pictures.Keep(tx, added)))
                return Gone;
        }
        await tx.Connection!.ExecuteAsync(
            """
            delete from market.listing_picture where listing_id = @listing;
            insert into market.listing_picture (listing_id, position, picture_id) select @listing, place, id from unnest(@wished) with ordinality as wished (id, place);
            """, new { listing, wished = wished.ToArray() }, tx);
        await DropAsync(tx, [.. before.Except(wished)]);
        return null;
    }

    /// <summary>Deletes those that no listing shows any more. A statement of its own, so that it sees what whoever held the locks has done.</summary>
    public async Task DropAsync(NpgsqlTransaction tx, IReadOnlyCollection<Guid> ids)
    {
        if (ids.Count == 0)
            return;
        await tx.Connection!.ExecuteAsync("select from market.picture where id = any(@ids) order by id for update", new { ids = ids.ToArray() }, tx);
        var unused = await tx.Connection!.QueryAsync<Guid>(
            "delete from market.picture p where p.id = any(@ids) and not exists (select from market.listing_picture u where u.picture_id = p.id) returning p.id", new { ids = ids.ToArray() }, tx);
        foreach (var id in unused.Order())
            await pictures.Delete(tx, id);
    }
}
