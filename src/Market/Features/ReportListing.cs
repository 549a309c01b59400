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
/// <param name="Reports">What they said, the oldest first.</param>
public sealed record ReportedListing(ListingCard Listing, IReadOnlyList<ReportResource> Reports);

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

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/operator/market").RequireOperator().WithTags("Market (operator)");
        api.MapGet("/reports", async Task<Ok<IReadOnlyList<ReportedListing>>> (DecideReports decide, HttpContext context) => TypedResults.Ok(await decide.ListAsync(context.RequestAborted)))
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

    public async Task<IReadOnlyList<ReportedListing>> ListAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var reports = (await connection.QueryAsync<(Guid Listing, Guid Reporter, string Reason, string Text, DateTimeOffset At)>(new(
            """
            with waiting as (select listing_id, min(at) as since from market.report where state = 'open' group by listing_id order by min(at), listing_id limit 50)
            select r.listing_id, r.reporter_id, r.reason, r.text, r.at from waiting w join market.report r on r.listing_id = w.listing_id and r.state = 'open'
            order by w.since, w.listing_id, r.at
            """, cancellationToken: cancellation))).AsList();
        var rows = await SearchStore.CardsAsync(connection, [.. reports.Select(report => report.Listing).Distinct()], cancellation);
        await connection.CloseAsync();
        var names = await members.FindMany([.. reports.Select(report => report.Reporter)], cancellation);
        var shown = (await cards.OfAsync([.. rows.Values], null, cancellation)).ToDictionary(card => card.Id);
        return [.. reports.GroupBy(report => report.Listing).Select(group => new ReportedListing(
            shown[group.Key], [.. group.Select(report => new ReportResource(names.GetValueOrDefault(report.Reporter)?.Nickname, report.Reason, report.Text, report.At))]))];
    }

    private Task<int> CloseAsync(NpgsqlTransaction tx, Guid id, string state) => tx.Connection!.ExecuteAsync(
        "update market.report set state = @state, decided_at = @now where listing_id = @id and state = 'open'", new { id, state, now = time.GetUtcNow() }, tx);
}
