using System.Globalization;
using Madang.Auctions.Domain;
using Madang.Auctions.Features;
using Madang.Platform.Web;
using Madang.Wallet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Madang.Auctions.Pages;

/// <summary>The panel's buttons: plain forms that work without scripts, and lead back to the listing.</summary>
internal static class AuctionForms
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/market/{id:guid}/auction").RequireMember().ExcludeFromDescription();
        group.MapPost("/bid", async Task<RedirectHttpResult> (Guid id, [FromForm] string? key, [FromForm] string? maximum, PlaceBid place, Money money, HttpContext context) =>
        {
            var (outcome, failure) = ("", (Failure?)Refusals.Amount);
            if (money.TryRead(maximum, typed: true, out var amount))
            {
                var placed = await place.HandleAsync(id, context.Caller()!, BidKind.Bid, amount, key, context.RequestAborted);
                (outcome, failure) = (placed.Failure is not null ? "" : placed.Value.Leads ? "leading" : "outbid", placed.Failure);
            }
            // A maximum is a secret: the log hides what has such a name.
            return failure is null ? Back(id, $"bid={outcome}") : Back(id, $"bid-failure={failure.Code}&typed-secret={Uri.EscapeDataString(maximum ?? "")}");
        });
        group.MapPost("/buy-now", async Task<RedirectHttpResult> (Guid id, [FromForm] string? key, [FromForm] string? price, PlaceBid place, HttpContext context) =>
        {
            var amount = long.TryParse(price, NumberStyles.None, CultureInfo.InvariantCulture, out var read) ? read : 0;
            return Back(id, (await place.HandleAsync(id, context.Caller()!, BidKind.BuyNow, amount, key, context.RequestAborted)).Failure, "bought");
        });
        group.MapPost("/retract/{bid:guid}", async Task<RedirectHttpResult> (Guid id, Guid bid, RetractBid retract, HttpContext context) =>
        {
            var failure = await retract.HandleAsync(id, bid, Member(context), context.RequestAborted);
            return TypedResults.Redirect($"/market/{id}/bids?{(failure is null ? "done=1" : $"bid-failure={failure.Code}")}");
        });
        group.MapPost("/end", async Task<RedirectHttpResult> (Guid id, SellerControls controls, HttpContext context) =>
            Back(id, await controls.EndAsync(id, Member(context), context.RequestAborted), "ended"));
        group.MapPost("/reserve", async Task<RedirectHttpResult> (Guid id, [FromForm] string? reserve, SellerControls controls, Money money, HttpContext context) =>
        {
            var none = string.IsNullOrWhiteSpace(reserve);
            var lower = 0L;
            var failure = !none && !money.TryRead(reserve, typed: true, out lower)
                ? Refusals.ReserveRaised
                : await controls.LowerReserveAsync(id, Member(context), none ? null : lower, context.RequestAborted);
            return Back(id, failure, "lowered");
        });
        group.MapPost("/offer", async Task<RedirectHttpResult> (Guid id, SecondChance chance, HttpContext context) =>
            Back(id, await chance.OfferAsync(id, Member(context), context.RequestAborted), "offered"));
        group.MapPost("/answer", async Task<RedirectHttpResult> (Guid id, [FromForm] string? accept, SecondChance chance, HttpContext context) =>
            Back(id, (await chance.AnswerAsync(id, Member(context), accept == "yes", context.RequestAborted)).Failure, accept == "yes" ? "bought" : "declined"));
    }

    private static Guid Member(HttpContext context) => context.Caller()!.MemberId!.Value;

    private static RedirectHttpResult Back(Guid id, Failure? failure, string done) => Back(id, failure is null ? $"bid={done}" : $"bid-failure={failure.Code}");

    private static RedirectHttpResult Back(Guid id, string query) => TypedResults.Redirect($"/market/{id}?{query}#auction");
}
