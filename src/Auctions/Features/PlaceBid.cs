using System.Diagnostics.Metrics;
using Madang.Auctions.Domain;
using Madang.Auctions.Storage;
using Madang.Platform.Data;
using Madang.Platform.Lanes;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Madang.Auctions.Features;

/// <summary>A bid.</summary>
/// <param name="Maximum">The most that the bidder would pay, in minor units. A secret: the price rises only as far as others make it.</param>
public sealed record PlaceBidRequest(long Maximum);

/// <summary>To buy at once.</summary>
/// <param name="Price">The buy-now price as the buyer saw it, in minor units.</param>
public sealed record BuyNowRequest(long Price);

/// <summary>A bid of one's own that was taken.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Auction">The auction.</param>
/// <param name="Maximum">One's own maximum, in minor units.</param>
/// <param name="ReceivedAt">The time that counts.</param>
/// <param name="Standing">False when it was retracted or voided.</param>
/// <param name="Leading">Whether one leads now.</param>
/// <param name="Live">The auction as everybody sees it now.</param>
public sealed record BidResource(Guid Id, Guid Auction, long Maximum, DateTimeOffset ReceivedAt, bool Standing, bool Leading, LiveAuction Live)
{
    internal static BidResource Of(BidRow bid, AuctionRow auction, AuctionRules rules, DateTimeOffset now) => new(
        bid.Id, bid.AuctionId, bid.Maximum, bid.ReceivedAt, bid.Stands, auction.State.Lead?.Bidder == bid.BidderId, LiveAuction.Of(auction, rules, now));
}

/// <summary>Bids wait in a lane for each auction, and all that wait are decided together: see <see cref="DecideBids"/>. The answer leaves after the commit.</summary>
internal sealed class PlaceBid : IAsyncDisposable
{
    public const string KeyHeader = "Idempotency-Key";

    private readonly Lane<Guid, BidCommand, Result<BidAnswer>> _lane;
    private readonly DecideBids _decide;
    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _time;
    private readonly bool _each;

    public PlaceBid(DecideBids decide, NpgsqlDataSource source, IOptions<AuctionsOptions> options, TimeProvider time, IMeterFactory? meters = null)
    {
        (_decide, _source, _time, _each) = (decide, source, time, options.Value.BidPerTransaction);
        _lane = new(new LaneSettings("auctions") { IsOutage = DatabaseUnavailable.Is, Capacity = options.Value.Waiting }, DecideAsync, meters);
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/auctions/{id:guid}").RequireMember().WithTags("Auctions");
        group.MapPost("/bids", Task<Results<Created<BidResource>, ProblemHttpResult>> (
                    Guid id, PlaceBidRequest request, [FromHeader(Name = KeyHeader)] string? key, PlaceBid place, HttpContext context, AuctionRules rules) =>
                AnswerAsync(place, id, BidKind.Bid, request.Maximum, key, context, rules))
            .WithSummary("Bid up to a maximum; needs an Idempotency-Key");
        group.MapPost("/buy-now", Task<Results<Created<BidResource>, ProblemHttpResult>> (
                    Guid id, BuyNowRequest request, [FromHeader(Name = KeyHeader)] string? key, PlaceBid place, HttpContext context, AuctionRules rules) =>
                AnswerAsync(place, id, BidKind.BuyNow, request.Price, key, context, rules))
            .WithSummary("Buy at once at the buy-now price; needs an Idempotency-Key");
    }

    /// <summary>Asks for a place in the lane. Time counts from here: the request has been received whole.</summary>
    public async Task<Result<BidAnswer>> HandleAsync(Guid auction, Caller caller, BidKind kind, long maximum, string? key, CancellationToken cancellation)
    {
        var receivedAt = Instant.Of(_time.GetUtcNow());
        if (key is not { Length: >= 1 and <= 200 } || !key.All(letter => letter is > ' ' and < '\x7f'))
            return new Failure("auction.key", $"Send the header `{KeyHeader}` with 1 to 200 letters of your own making, the same for every repeat.");
        if (maximum is < 1 or > AuctionRules.MostAmount)
            return Refusals.Amount;
        var command = new BidCommand(new BidWish(Guid.CreateVersion7(receivedAt), caller.MemberId!.Value, Mask.Of(caller.Name), kind, maximum, receivedAt), key);
        if (_each)
            return (await DecideAsync(auction, [command], cancellation))[0];
        return (await _lane.Send(auction, command, cancellation)).Succeeded(out var answer, out var full) ? answer : full;
    }

    public ValueTask DisposeAsync() => _lane.DisposeAsync();

    private async Task<IReadOnlyList<Result<BidAnswer>>> DecideAsync(Guid auction, IReadOnlyList<BidCommand> commands, CancellationToken cancellation) =>
        await DecideAsync(auction, commands, DecideBids.Contenders, cancellation)
        ?? await DecideAsync(auction, commands, contenders: int.MaxValue, cancellation)
        ?? throw new InvalidOperationException("All who bid were locked, and somebody else leads.");

    private Task<IReadOnlyList<Result<BidAnswer>>?> DecideAsync(Guid auction, IReadOnlyList<BidCommand> commands, int contenders, CancellationToken cancellation) =>
        _source.InTransaction(tx => _decide.HandleAsync(tx, auction, commands, contenders, cancellation), cancellation);

    private static async Task<Results<Created<BidResource>, ProblemHttpResult>> AnswerAsync(
        PlaceBid place, Guid id, BidKind kind, long maximum, string? key, HttpContext context, AuctionRules rules) =>
        (await place.HandleAsync(id, context.Caller()!, kind, maximum, key, context.RequestAborted)).Succeeded(out var answer, out var failure)
            ? TypedResults.Created($"/api/auctions/{id}/bids/{answer.Bid.Id}", BidResource.Of(answer.Bid, answer.Auction, rules, place._time.GetUtcNow()))
            : failure.ToProblem(context);
}

/// <summary>Times as the database keeps them: what was decided in memory is what is read back.</summary>
internal static class Instant
{
    public static DateTimeOffset Of(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
