using Dapper;
using Madang.Accounts;
using Madang.Market.Domain;
using Madang.Market.Storage;
using Madang.Notifications;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Market.Features;

/// <summary>Why a listing should not be here.</summary>
/// <param name="Reason">forbidden, counterfeit, misleading, offensive, spam or other.</param>
/// <param name="Text">At most 500 letters.</param>
public sealed record ReportRequest(string? Reason, string? Text);

/// <summary>Members tell the operator what should not be on the market, once each.</summary>
internal sealed class ReportListing(NpgsqlDataSource source, TimeProvider time)
{
    public static readonly string[] Reasons = ["forbidden", "counterfeit", "misleading", "offensive", "spam", "other"];

    private const int MostADay = 20;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/listings/{id:guid}/reports", async Task<Results<NoContent, ProblemHttpResult>> (Guid id, ReportRequest request, ReportListing report, HttpContext context) =>
            await report.HandleAsync(id, context.Caller()!.MemberId!.Value, request.Reason, request.Text, context.RequestAborted) is { } failure
                ? failure.ToProblem(context)
                : TypedResults.NoContent())
        .RequireMember().WithTags("Market").WithSummary("Report a listing to the operator");

    public Task<Failure?> HandleAsync(Guid id, Guid reporter, string? reason, string? typed, CancellationToken cancellation) => source.Decide(
        async tx =>
        {
            if (!Reasons.Contains(reason))
                return new Failure("report.reason", $"Reasons are {string.Join(", ", Reasons)}.");
            if (PlainText.Paragraphs(typed) is not { Length: <= 500 } text)
                return new Failure("report.text", "At most 500 letters.");
            if (await ListingStore.ReadAsync(tx, id) is not { IsPublic: true } listing)
                return ListingFailures.Unknown;
            if (listing.SellerId == reporter)
                return new Failure("listing.own", "It is your own listing.");
            var now = time.GetUtcNow();
            var lately = await tx.Connection!.ExecuteScalarAsync<int>(
                "select count(*)::int from market.report where reporter_id = @reporter and at > @since", new { reporter, since = now.AddDays(-1) }, tx);
            if (lately >= MostADay)
                return new Failure("report.too_many", "That are many reports for one day. Come back tomorrow.", StatusCodes.Status429TooManyRequests) { RetryAfter = TimeSpan.FromHours(12) };
            return await tx.Connection!.ExecuteAsync(
                """
                insert into market.report (id, listing_id, reporter_id, reason, text, at) values (@Report, @id, @reporter, @reason, @text, @now)
                on conflict (listing_id, reporter_id) do nothing
                """, new { Report = Guid.CreateVersion7(now), id, reporter, reason, text, now }, tx) == 1
                ? null
                : new Failure("report.repeated", "You reported this listing before.", StatusCodes.Status409Conflict);
        },
        cancellation);
}

/// <summary>What the operator says to the seller.</summary>
/// <param name="Reason">1 to 500 letters, which the seller reads.</param>
public sealed record TakeDownRequest(string? Reason);

/// <summary>A listing that members reported.</summary>
/// <param name="Listing">The listing.</param>
/// <param name="Count">How many reports of it are open.</param>
/// <param name="Reports">What they said, the oldest first, at most 20 of them.</param>
public sealed record ReportedListing(ListingCard Listing, int Count, IReadOnlyList<ReportResource> Reports);

/// <summary>A page of the listings that were reported.</summary>
/// <param name="Items">Those that wait longest first.</param>
/// <param name="Next">What to send as <c>after</c> for the next page; absent on the last.</param>
public sealed record ReportedPage(IReadOnlyList<ReportedListing> Items, string? Next);

/// <summary>One report.</summary>
/// <param name="Reporter">Who reported; absent when that member left.</param>
/// <param name="Reason">Its reason.</param>
/// <param name="Text">What the member wrote.</param>
/// <param name="At">When.</param>
public sealed record ReportResource(string? Reporter, string Reason, string Text, DateTimeOffset At);

/// <summary>The operator decides on reports: takes a listing down, with a reason and in the audit log, or lets it be.</summary>
internal sealed class DecideReports(
    NpgsqlDataSource source, Sales sales, Cards cards, IMembers members, IAuditLog audit, INotifications notifications, TimeProvider time)
{
    public const string TakenDownKind = "market.taken_down";

    public const int OnAPage = 20;

    private const int MostShown = 20;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/operator/market").RequireOperator().WithTags("Market (operator)");
        api.MapGet("/reports", async Task<Results<Ok<ReportedPage>, ProblemHttpResult>> (string? after, int? limit, DecideReports decide, HttpContext context) =>
                Cursor.TryRead(after, out var cursor, out var failure)
                    ? TypedResults.Ok(await decide.ListAsync(cursor, Math.Clamp(limit ?? OnAPage, 1, 100), context.RequestAborted))
                    : failure.ToProblem())
            .WithSummary("List the listings that were reported, those that wait longest first");
        api.MapPost("/listings/{id:guid}/take-down", async Task<Results<NoContent, ProblemHttpResult>> (Guid id, TakeDownRequest request, DecideReports decide, HttpContext context) =>
                await decide.TakeDownAsync(id, context.Caller()!, request.Reason, context.RequestAborted) is { } failure ? failure.ToProblem() : TypedResults.NoContent())
            .WithSummary("Take a listing down: bids on it are void, and its seller is told why");
        api.MapPost("/listings/{id:guid}/dismiss-reports", async Task<Results<NoContent, ProblemHttpResult>> (Guid id, DecideReports decide, HttpContext context) =>
                await decide.DismissAsync(id, context.Caller()!, context.RequestAborted) is { } failure ? failure.ToProblem() : TypedResults.NoContent())
            .WithSummary("Let a reported listing be");
    }

    /// <summary>What sells it is locked, and told, before the listing is.</summary>
    public Task<Failure?> TakeDownAsync(Guid id, Caller caller, string? typed, CancellationToken cancellation) => source.Decide(
        async tx =>
        {
            if (PlainText.Paragraphs(typed) is not { Length: >= 1 and <= 500 } reason)
                return new Failure("report.take_down_reason", "Tell the seller why, in 1 to 500 letters.");
            if (await ListingStore.ReadAsync(tx, id) is not { } seen || seen.Stands is ListingState.Draft)
                return ListingFailures.Unknown;
            if (seen.Stands is ListingState.Live or ListingState.Unsold && sales.Find(seen.Content.Way) is { } sale && await sale.Withdraw(tx, id, byOperator: true) is { } refused)
                return refused;
            if (!await ListingStore.EndAsync(tx, id, ListingState.TakenDown, time.GetUtcNow(), reason, seen.Stands is ListingState.Live ? [ListingState.Live] : [ListingState.Unsold, ListingState.Withdrawn]))
                return seen.Stands is ListingState.Sold ? new Failure("listing.sold", "It is sold: settle it where orders are.", StatusCodes.Status409Conflict) : ListingFailures.Changed;
            await CloseAsync(tx, id, "upheld");
            await audit.Write(tx, caller, "market.take_down", id, new { Reason = reason });
            await notifications.Notify(tx, seen.SellerId, TakenDownKind, new { Listing = id.ToString(), seen.Title, Reason = reason }, subject: id.ToString());
            return null;
        },
        cancellation);

    public Task<Failure?> DismissAsync(Guid id, Caller caller, CancellationToken cancellation) => source.Decide(
        async tx =>
        {
            if (await CloseAsync(tx, id, "dismissed") == 0)
                return new Failure("report.none", "No report of this listing is open.", StatusCodes.Status409Conflict);
            await audit.Write(tx, caller, "market.dismiss_reports", id);
            return null;
        },
        cancellation);

    /// <summary>A listing stands where its oldest open report does, along the index of those: so a page is as much work however many wait.</summary>
    public async Task<ReportedPage> ListAsync(Cursor? after, int limit, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var waiting = (await connection.QueryAsync<(Guid Id, Guid Listing, DateTimeOffset At)>(new(
            """
            select r.id, r.listing_id, r.at from market.report r
            where r.state = 'open' and (@At::timestamptz is null or (r.at, r.id) > (@At, @Id))
              and not exists (select from market.report e where e.listing_id = r.listing_id and e.state = 'open' and (e.at, e.id) < (r.at, r.id))
            order by r.at, r.id limit @take
            """, new { after?.At, after?.Id, take = limit + 1 }, cancellationToken: cancellation))).AsList();
        var next = waiting.Count > limit ? new Cursor(waiting[limit - 1].At, waiting[limit - 1].Id).ToString() : null;
        var ids = waiting.Take(limit).Select(row => row.Listing).ToArray();
        var reports = (await connection.QueryAsync<(Guid Listing, Guid Reporter, string Reason, string Text, DateTimeOffset At, int Count)>(new(
            """
            select r.* from unnest(@ids) as wanted (id)
            cross join lateral (select o.listing_id, o.reporter_id, o.reason, o.text, o.at, count(*) over ()::int from market.report o
                                where o.listing_id = wanted.id and o.state = 'open' order by o.at, o.id limit @MostShown) r
            """, new { ids, MostShown }, cancellationToken: cancellation))).ToLookup(report => report.Listing);
        var rows = await SearchStore.CardsAsync(connection, ids, cancellation);
        await connection.CloseAsync();
        var names = await members.FindMany([.. reports.SelectMany(group => group).Select(report => report.Reporter).Distinct()], cancellation);
        var shown = (await cards.OfAsync([.. rows.Values], null, cancellation)).ToDictionary(card => card.Id);
        // Decided by somebody else between two of these questions: it is not shown.
        return new ReportedPage(
            [.. ids.Where(id => reports[id].Any() && shown.ContainsKey(id)).Select(id => new ReportedListing(
                shown[id], reports[id].First().Count, [.. reports[id].Select(report => new ReportResource(names.GetValueOrDefault(report.Reporter)?.Nickname, report.Reason, report.Text, report.At))]))],
            next);
    }

    private Task<int> CloseAsync(NpgsqlTransaction tx, Guid id, string state) => tx.Connection!.ExecuteAsync(
        "update market.report set state = @state, decided_at = @now where listing_id = @id and state = 'open'", new { id, state, now = time.GetUtcNow() }, tx);
}
