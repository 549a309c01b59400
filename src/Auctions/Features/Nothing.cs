using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Madang.Auctions.Features;

/// <summary>What a bid costs at least: reads the same request, knows who asks, answers. For benches alone.</summary>
internal static class Nothing
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/auctions/{id:guid}/nothing", (
            Guid id, PlaceBidRequest request, [FromHeader(Name = PlaceBid.KeyHeader)] string? key, HttpContext context) =>
            TypedResults.Created($"/api/auctions/{id}/bids/{key}", new { Id = id, request.Maximum, Caller = context.Caller()!.MemberId }))
        .RequireMember().WithTags("Auctions").WithSummary("Does nothing: for benches");
}
