using Madang.Auctions.Domain;
using Madang.Auctions.Storage;
using Madang.Market;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Madang.Auctions.Features;

/// <summary>A lower reserve.</summary>
/// <param name="Reserve">In minor units, below the old one and not below the start price; null: none any more.</param>
public sealed record LowerReserveRequest(long? Reserve);

/// <summary>What a seller may still do about a live auction: end it while nobody bids, and lower its reserve.</summary>
internal sealed class SellerControls(NpgsqlDataSource source, IListings listings, Announce announce, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/auctions/{id:guid}").RequireMember().WithTags("Auctions");
        group.MapPost("/end", async Task<Results<NoContent, ProblemHttpResult>> (Guid id, SellerControls controls, HttpContext context) =>
                await controls.EndAsync(id, context.Caller()!.MemberId!.Value, context.RequestAborted) is { } failure ? failure.ToProblem() : TypedResults.NoContent())
            .WithSummary("End your auction early, while there are no bids; it is unsold then and can be relisted");
        group.MapPut("/reserve", async Task<Results<NoContent, ProblemHttpResult>> (Guid id, LowerReserveRequest request, SellerControls controls, HttpContext context) =>
                await controls.LowerReserveAsync(id, context.Caller()!.MemberId!.Value, request.Reserve, context.RequestAborted) is { } failure ? failure.ToProblem() : TypedResults.NoContent())
            .WithSummary("Lower the reserve of your auction, or drop it");
    }

    public Task<Failure?> EndAsync(Guid auction, Guid seller, CancellationToken cancellation) => ActAsync(auction, seller, cancellation, async (tx, row) =>
    {
        if (row.State.Bids > 0)
            return Refusals.HasBids;
        if ((await listings.End(tx, auction, ListingState.Unsold)).Failure is { } failure)
            return failure;
        await SaveAsync(tx, row.Closed(Phase.Unsold, time.GetUtcNow()), cancellation);
        return null;
    });

    public Task<Failure?> LowerReserveAsync(Guid auction, Guid seller, long? reserve, CancellationToken cancellation) => ActAsync(auction, seller, cancellation, async (tx, row) =>
    {
        if (row.State.Reserve is not { } before || reserve >= before || reserve < row.State.StartPrice)
            return Refusals.ReserveRaised;
        var state = row.State with { Reserve = reserve };
        // Who has bid so much already has met it now, at its price.
        if (reserve is { } lower && state.Lead?.Maximum >= lower)
            state = state with { Price = Math.Max(state.Price, lower) };
        await listings.LowerReserve(tx, auction, reserve);
        await listings.Show(tx, auction, new Standing(state.Price, state.Bids, state.EndsAt));
        await SaveAsync(tx, row with { State = state }, cancellation);
        return null;
    });

    private Task<Failure?> ActAsync(Guid auction, Guid seller, CancellationToken cancellation, Func<NpgsqlTransaction, AuctionRow, Task<Failure?>> act)
    {
        var askedAt = time.GetUtcNow();
        return source.InTransaction<Failure?>(async tx =>
            await AuctionStore.LockAsync(tx, auction) is not { } row ? Refusals.Unknown
            : row.State.Seller != seller ? Refusals.NotSeller
            : row.State.Phase != Phase.Live || askedAt >= row.State.EndsAt ? Refusals.Ended
            : await act(tx, row), cancellation);
    }

    private async Task SaveAsync(NpgsqlTransaction tx, AuctionRow row, CancellationToken cancellation)
    {
        await AuctionStore.SaveAsync(tx, row);
        await announce.PublishAsync(tx, row, cancellation);
    }
}
