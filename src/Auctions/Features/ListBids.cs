using Madang.Auctions.Domain;
using Madang.Auctions.Storage;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Madang.Auctions.Features;

/// <summary>A page of bids.</summary>
/// <param name="Items">The newest first.</param>
/// <param name="Next">For <c>after</c>; null on the last page.</param>
public sealed record BidHistoryPage(IReadOnlyList<BidHistoryItem> Items, string? Next);

/// <summary>A bid as everybody sees it.</summary>
/// <param name="Number">Grows with time.</param>
/// <param name="Bidder">Masked, such as <c>k***m</c>.</param>
/// <param name="Price">The price after it, in minor units; not what the bidder would have paid.</param>
/// <param name="At">When it was received.</param>
/// <param name="Undone">Why it does not stand any more: <c>retracted</c>, <c>suspended</c>, <c>uncovered</c>, <c>withdrawn</c>; null while it stands.</param>
/// <param name="Mine">It is the caller's own.</param>
public sealed record BidHistoryItem(long Number, string Bidder, long Price, DateTimeOffset At, string? Undone, bool Mine);

/// <summary>A page of one's own bids.</summary>
/// <param name="Items">The newest first, refused ones too.</param>
/// <param name="Next">For <c>after</c>; null on the last page.</param>
public sealed record OwnBidsPage(IReadOnlyList<OwnBidItem> Items, string? Next);

/// <summary>One of one's own bids.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind"><c>bid</c> or <c>buy_now</c>.</param>
/// <param name="Maximum">In minor units.</param>
/// <param name="Outcome"><c>accepted</c>, or the code of its refusal.</param>
/// <param name="At">When it was received.</param>
/// <param name="Undone">Why it does not stand any more; null while it stands, or never did.</param>
/// <param name="Retractable">It can be retracted now.</param>
public sealed record OwnBidItem(Guid Id, string Kind, long Maximum, string Outcome, DateTimeOffset At, string? Undone, bool Retractable);

/// <summary>The history of bids: for everybody with prices and masks, for oneself with one's own maxima and refusals.</summary>
internal sealed class ListBids(AuctionStore auctions, BidStore bids, AuctionRules rules, TimeProvider time)
{
    public const int PageSize = 20;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/auctions/{id:guid}/bids").WithTags("Auctions");
        group.MapGet("", async Task<Results<Ok<BidHistoryPage>, ProblemHttpResult>> (Guid id, string? after, ListBids list, HttpContext context) =>
                (await list.HistoryAsync(id, context.Caller()?.MemberId, after, context.RequestAborted)).Succeeded(out var page, out var failure) ? TypedResults.Ok(page) : failure.ToProblem())
            .WithSummary("The accepted bids of an auction, the newest first; bidders are masked");
        group.MapGet("/mine", async Task<Results<Ok<OwnBidsPage>, ProblemHttpResult>> (Guid id, string? after, ListBids list, HttpContext context) =>
                (await list.OwnAsync(id, context.Caller()!.MemberId!.Value, after, context.RequestAborted)).Succeeded(out var page, out var failure) ? TypedResults.Ok(page) : failure.ToProblem())
            .RequireMember().WithSummary("Your own bids of an auction, refused ones too");
        group.MapGet("/{bid:guid}", async Task<Results<Ok<BidResource>, ProblemHttpResult>> (Guid id, Guid bid, ListBids list, HttpContext context) =>
                await list.FindAsync(id, bid, context.Caller()!.MemberId!.Value, context.RequestAborted) is { } found ? TypedResults.Ok(found) : Refusals.BidUnknown.ToProblem())
            .RequireMember().WithSummary("One of your own bids");
    }

    public async Task<Result<BidHistoryPage>> HistoryAsync(Guid auction, Guid? caller, string? after, CancellationToken cancellation)
    {
        if (!NumberCursor.TryRead(after, out var before, out var failure))
            return failure;
        var rows = await bids.HistoryAsync(auction, before, PageSize + 1, cancellation);
        return new BidHistoryPage(
            [.. rows.Take(PageSize).Select(bid => new BidHistoryItem(bid.Number, bid.Mask, bid.PriceAfter, bid.ReceivedAt, bid.UndoneWhy, bid.BidderId == caller))],
            rows.Count > PageSize ? NumberCursor.Text(rows[PageSize - 1].Number) : null);
    }

    public async Task<Result<OwnBidsPage>> OwnAsync(Guid auction, Guid caller, string? after, CancellationToken cancellation)
    {
        if (!NumberCursor.TryRead(after, out var before, out var failure))
            return failure;
        if (await auctions.FindAsync(auction, cancellation) is not { } row)
            return Refusals.Unknown;
        var rows = await bids.OwnAsync(auction, caller, before, PageSize + 1, cancellation);
        var now = time.GetUtcNow();
        return new OwnBidsPage(
            [.. rows.Take(PageSize).Select(bid => new OwnBidItem(
                bid.Id, bid.Kind, bid.Maximum, bid.Outcome, bid.ReceivedAt, bid.UndoneWhy,
                bid.Stands && Retraction.Refusal(row.State, bid.ReceivedAt, stands: true, now, rules) is null))],
            rows.Count > PageSize ? NumberCursor.Text(rows[PageSize - 1].Number) : null);
    }

    private async Task<BidResource?> FindAsync(Guid auction, Guid bid, Guid caller, CancellationToken cancellation) =>
        await bids.FindAsync(bid, cancellation) is { IsAccepted: true } found && found.AuctionId == auction && found.BidderId == caller
            && await auctions.FindAsync(auction, cancellation) is { } row
            ? BidResource.Of(found, row, rules, time.GetUtcNow())
            : null;
}

/// <summary>Where a page of an auction's bids ended: the number of its last.</summary>
internal static class NumberCursor
{
    public static string Text(long number) => new Cursor(new DateTimeOffset(number, TimeSpan.Zero), Guid.Empty).ToString();

    public static bool TryRead(string? after, out long? before, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out Failure? failure)
    {
        var good = Cursor.TryRead(after, out var cursor, out failure);
        before = cursor?.At.UtcTicks;
        return good;
    }
}
