using System.Globalization;
using Dapper;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Wallet.Features;

/// <summary>One movement of a member's points.</summary>
/// <param name="Id">The transfer's id.</param>
/// <param name="Kind"><c>charge</c>, <c>refund</c>, <c>hold</c>, <c>change</c>, <c>release</c>, <c>purchase</c>, <c>sale</c>, <c>return</c>, <c>reward</c> or <c>adjust</c>.</param>
/// <param name="At">When.</param>
/// <param name="Reference">What for, such as <c>auction:0198…</c>.</param>
/// <param name="Title">What people call that.</param>
/// <param name="Available">By how much the available points changed.</param>
/// <param name="Held">By how much the held points changed.</param>
/// <param name="AvailableAfter">Available points afterwards; absent where they did not change.</param>
public sealed record HistoryItem(Guid Id, string Kind, DateTimeOffset At, string Reference, string? Title, long Available, long Held, long? AvailableAfter);

/// <summary>A page of the history, newest first.</summary>
/// <param name="Items">The movements.</param>
/// <param name="Next">What to send as <c>after</c> for the next page; absent on the last.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryItem> Items, string? Next);

/// <summary>What of the history is asked for.</summary>
internal sealed record HistoryFilter(IReadOnlyList<string> Kinds, DateOnly? From, DateOnly? To)
{
    public static readonly string[] KnownKinds = ["charge", "refund", "hold", "change", "release", "purchase", "sale", "return", "reward", "adjust"];

    /// <summary>Reads a filter; days are of the time zone, and a day that is none, or a kind, is refused by name.</summary>
    public static Result<HistoryFilter> Read(string? kind, string? from, string? to)
    {
        var kinds = kind?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        if (kinds.FirstOrDefault(one => !KnownKinds.Contains(one)) is { } unknown)
            return new Failure("wallet.kind", $"There is no kind `{(unknown.Length > 30 ? unknown[..30] : unknown)}`. Kinds: {string.Join(", ", KnownKinds)}.");
        if (!TryDay(from, out var first) || !TryDay(to, out var last))
            return new Failure("wallet.day", "`from` and `to` are days such as 2026-11-21.");
        return new HistoryFilter(kinds, first, last);
    }

    private static bool TryDay(string? text, out DateOnly? day)
    {
        day = null;
        if (string.IsNullOrEmpty(text))
            return true;
        // The year 1 in a zone east of Greenwich is before the beginning of time.
        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read) || read.Year is < 1900 or > 9998)
            return false;
        day = read;
        return true;
    }
}

/// <summary>A member's movements as the ledger has them, paged by their ids, which grow with time.</summary>
internal sealed class ListHistory(NpgsqlDataSource source, WalletZone zone)
{
    public const int MostOnAPage = 200;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/wallet/history", async Task<Results<Ok<HistoryPage>, ProblemHttpResult>> (
            string? kind, string? from, string? to, string? after, int? limit, ListHistory history, HttpContext context) =>
        {
            if (!HistoryFilter.Read(kind, from, to).Succeeded(out var filter, out var failure) || !Cursor.TryRead(after, out var cursor, out failure))
                return failure.ToProblem();
            if (limit is < 1 or > MostOnAPage)
                return new Failure("wallet.limit", $"`limit` is from 1 to {MostOnAPage}.").ToProblem();
            return TypedResults.Ok(await history.HandleAsync(context.Caller()!.MemberId!.Value, filter, cursor, limit ?? 50, context.RequestAborted));
        })
        .RequireMember().WithTags("Wallet").WithSummary("List your movements, newest first; `kind` may name several, with commas");

    public async Task<HistoryPage> HandleAsync(Guid member, HistoryFilter filter, Cursor? after, int limit, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var rows = (await connection.QueryAsync<HistoryItem>(new CommandDefinition(
            """
            with own as (
              select id, kind, created_at, reference, title from wallet.transfer
              where member_id = @member and kind <> 'sale' and (@Last::uuid is null or id < @Last)
                and (@kinds = '{}' or kind = any(@kinds)) and (@from::timestamptz is null or created_at >= @from) and (@to::timestamptz is null or created_at < @to)
              order by id desc limit @take
            ), sold as (
              select id, kind, created_at, reference, title from wallet.transfer
              where to_member_id = @member and (@Last::uuid is null or id < @Last)
                and (@kinds = '{}' or kind = any(@kinds)) and (@from::timestamptz is null or created_at >= @from) and (@to::timestamptz is null or created_at < @to)
              order by id desc limit @take
            ), page as (select * from own union all select * from sold order by id desc limit @take)
            select p.id, p.kind, p.created_at as at, p.reference, p.title,
                   coalesce(sum(e.amount) filter (where a.kind = 'available'), 0)::bigint as available,
                   coalesce(sum(e.amount) filter (where a.kind = 'held'), 0)::bigint as held,
                   max(e.balance_after) filter (where a.kind = 'available') as availableafter
            from page p
            left join (wallet.entry e join wallet.account a on a.id = e.account_id and a.member_id = @member) on e.transfer_id = p.id
            group by p.id, p.kind, p.created_at, p.reference, p.title order by p.id desc
            """,
            new
            {
                member,
                Last = after?.Id,
                kinds = filter.Kinds.ToArray(),
                from = filter.From is { } first ? zone.Start(first) : (DateTimeOffset?)null,
                to = filter.To is { } last ? zone.Start(last.AddDays(1)) : (DateTimeOffset?)null,
                take = limit + 1,
            },
            cancellationToken: cancellation))).AsList();
        return rows.Count <= limit
            ? new HistoryPage(rows, null)
            : new HistoryPage([.. rows.Take(limit)], new Cursor(rows[limit - 1].At, rows[limit - 1].Id).ToString());
    }
}
