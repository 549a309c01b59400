using Dapper;
using Madang.Accounts;
using Madang.Market.Storage;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Madang.Platform.Work;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Madang.Market.Features;

/// <summary>A member's listings and what he did around others', in his export and at his departure. What was sold stays for its buyer, without a name.</summary>
internal sealed class MarketPersonalData(NpgsqlDataSource source, PictureStore pictures) : IPersonalData
{
    public string Section => "market";

    public async Task<object?> Export(Guid member, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var listings = (await connection.QueryAsync<ListingRow>(new(
            $"select {ListingRow.Columns} from market.listing l where l.seller_id = @member order by l.id", new { member }, cancellationToken: cancellation))).AsList();
        var likes = await ListAsync("select listing_id as listing, at from market.liked where member_id = @member order by at");
        var seen = await ListAsync("select listing_id as listing, at from market.seen where member_id = @member order by at");
        var questions = await ListAsync("select listing_id as listing, text, asked_at as at from market.question where asker_id = @member and deleted_at is null order by id");
        var reports = await ListAsync("select listing_id as listing, reason, text, at from market.report where reporter_id = @member order by at");
        var searches = await ListAsync("select query, hashtag, category, way, least, most, created_at as at from market.saved_search where member_id = @member order by id");
        var blocks = await ListAsync("select blocked_id as member, at from market.block where member_id = @member order by at");
        return listings.Count + likes.Count + seen.Count + questions.Count + reports.Count + searches.Count + blocks.Count == 0
            ? null
            : new { Listings = listings, Likes = likes, Seen = seen, Questions = questions, Reports = reports, SavedSearches = searches, Blocks = blocks };

        async Task<IReadOnlyList<Dictionary<string, object?>>> ListAsync(string sql) =>
            [.. (await connection.QueryAsync(new CommandDefinition(sql, new { member }, cancellationToken: cancellation)))
                .Select(row => ((IDictionary<string, object?>)row).ToDictionary(field => field.Key, field => field.Value, StringComparer.Ordinal))];
    }

    public async Task<Failure?> Hinders(NpgsqlTransaction transaction, Guid member) =>
        await transaction.Connection!.ExecuteScalarAsync<bool>("select exists (select from market.listing where seller_id = @member and state = 'live')", new { member }, transaction)
            ? new Failure("market.live_listings", "Listings of yours are live. Withdraw them, or let them end, first.", StatusCodes.Status409Conflict)
            : null;

    public async Task Erase(NpgsqlTransaction transaction, Guid member)
    {
        var connection = transaction.Connection!;
        var liked = await connection.QueryAsync<Guid>("select listing_id from market.liked where member_id = @member", new { member }, transaction);
        await LikeStore.RemoveAsync(transaction, member, [.. liked]);
        await connection.ExecuteAsync(
            """
            delete from market.seen where member_id = @member;
            delete from market.saved_search where member_id = @member;
            delete from market.block where member_id = @member or blocked_id = @member;
            delete from market.question where asker_id = @member and (answer is null or deleted_at is not null);
            update market.question set text = '—' where asker_id = @member;
            update market.question q set answer = '—' from market.listing l where l.id = q.listing_id and l.seller_id = @member and q.answer is not null;
            update market.report set text = '' where reporter_id = @member;
            delete from market.listing_picture p using market.listing l where l.id = p.listing_id and l.seller_id = @member and l.state <> 'sold';
            delete from market.listing where seller_id = @member and state = 'draft';
            update market.listing set description = '—' where seller_id = @member and state <> 'sold';
            """, new { member }, transaction);
        var unused = await connection.QueryAsync<Guid>("select id from market.picture where owner_id = @member", new { member }, transaction);
        await pictures.DropAsync(transaction, [.. unused]);
    }
}

/// <summary>Clears away what nobody needs any more: pictures that no listing shows, old searches, what was looked at long ago.</summary>
internal sealed class SweepMarket(NpgsqlDataSource source, PictureStore pictures, TimeProvider time) : IWorkHandler<SweepMarket.Job>
{
    public const string Kind = "market.sweep";

    public const string Cron = "0 20 * * * ?";

    public Task Handle(Job payload, WorkContext context, CancellationToken ct) => SweepAsync(ct);

    public Task SweepAsync(CancellationToken cancellation) => source.InTransaction(
        async tx =>
        {
            var now = time.GetUtcNow();
            await tx.Connection!.ExecuteAsync(
                """
                delete from market.search where at < @searched;
                delete from market.seen s using (
                  select member_id, listing_id, row_number() over (partition by member_id order by at desc) as place from market.seen
                ) old where old.place > @Most and s.member_id = old.member_id and s.listing_id = old.listing_id;
                """, new { searched = now.AddDays(-1), Most = RecordView.MostSeen }, tx);
            // Their files end by themselves after an hour without a listing; two hours leave no doubt.
            var unused = (await tx.Connection!.QueryAsync<Guid>(
                """
                select p.id from market.picture p where p.uploaded_at < @before and not exists (select from market.listing_picture u where u.picture_id = p.id) order by p.id limit 1000
                """, new { before = now.AddHours(-2) }, tx)).AsList();
            await pictures.DropAsync(tx, unused);
        },
        cancellation);

    internal sealed record Job;
}
