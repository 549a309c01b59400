using Madang.Auctions.Domain;
using Madang.Auctions.Storage;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Auctions.Features;

/// <summary>A bidder takes a bid back, in time. It stays on record.</summary>
internal sealed class RetractBid(NpgsqlDataSource source, UndoBids undo, AuctionRules rules, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapDelete("/api/auctions/{id:guid}/bids/{bid:guid}", async Task<Results<NoContent, ProblemHttpResult>> (
            Guid id, Guid bid, RetractBid retract, HttpContext context) =>
            await retract.HandleAsync(id, bid, context.Caller()!.MemberId!.Value, context.RequestAborted) is { } failure ? failure.ToProblem() : TypedResults.NoContent())
        .RequireMember().WithTags("Auctions").WithSummary("Retract one of your bids: freely with more than 12 hours to go, later within an hour");

    public Task<Failure?> HandleAsync(Guid auction, Guid bid, Guid member, CancellationToken cancellation)
    {
        var askedAt = time.GetUtcNow();
        return source.InTransaction<Failure?>(async tx =>
        {
            if (await AuctionStore.LockAsync(tx, auction) is not { } row)
                return Refusals.Unknown;
            if (await BidStore.FindAsync(tx, bid) is not { IsAccepted: true } found || found.AuctionId != auction || found.BidderId != member)
                return Refusals.BidUnknown;
            if (Retraction.Refusal(row.State, found.ReceivedAt, found.Stands, askedAt, rules) is { } refusal)
                return refusal;
            await undo.HandleAsync(tx, row, one => one.Id == bid, "retracted", cancellation);
            return null;
        }, cancellation);
    }
}
