using Madang.Market.Domain;
using Madang.Market.Features;
using Madang.Platform.Web;
using Madang.Wallet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Madang.Market.Pages;

/// <summary>The buttons of the market's pages: plain forms, so that they work without scripts.</summary>
internal static class MarketForms
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        MapListing(routes.MapGroup("/market/{id:guid}").RequireMember().ExcludeFromDescription());
        MapMembers(routes.MapGroup("/market").RequireMember().ExcludeFromDescription());
        MapOperator(routes.MapGroup("/operator/market/{id:guid}").RequireOperator().ExcludeFromDescription());
    }

    private static void MapListing(RouteGroupBuilder listing)
    {
        listing.MapPost("/like", async (Guid id, LikeListing like, HttpContext context) =>
            Back($"/market/{id}", await like.LikeAsync(Member(context), id, context.RequestAborted)));
        listing.MapPost("/unlike", async (Guid id, LikeListing like, HttpContext context) =>
        {
            await like.UnlikeAsync(Member(context), id, context.RequestAborted);
            return Back($"/market/{id}", null);
        });
        listing.MapPost("/publish", async (Guid id, PublishListing publish, HttpContext context) =>
            await publish.PublishAsync(id, Member(context), context.RequestAborted) is { } failure ? Back($"/market/{id}/edit", failure) : Back($"/market/{id}", null));
        listing.MapPost("/withdraw", async (Guid id, PublishListing publish, HttpContext context) =>
            Back($"/market/{id}", await publish.WithdrawAsync(id, Member(context), context.RequestAborted)));
        listing.MapPost("/relist", async (Guid id, PublishListing publish, HttpContext context) =>
            (await publish.RelistAsync(id, Member(context), context.RequestAborted)).Succeeded(out var copy, out var failure) ? Back($"/market/{copy}", null) : Back($"/market/{id}", failure));
        listing.MapPost("/delete", async (Guid id, SaveListing save, HttpContext context) =>
            Back("/market/my", await save.DeleteAsync(id, Member(context), context.RequestAborted)));
        listing.MapPost("/questions", async (Guid id, [FromForm] string? text, AskQuestion ask, HttpContext context) =>
            Back($"/market/{id}", (await ask.AskAsync(id, Member(context), text, context.RequestAborted)).Failure, "asked", "#questions"));
        listing.MapPost("/questions/{question:guid}/answer", async (Guid id, Guid question, [FromForm] string? text, AskQuestion ask, HttpContext context) =>
            Back($"/market/{id}", await ask.AnswerAsync(id, question, Member(context), text, context.RequestAborted), "answered", "#questions"));
        listing.MapPost("/questions/{question:guid}/delete", async (Guid id, Guid question, AskQuestion ask, HttpContext context) =>
            Back($"/market/{id}", await ask.DeleteAsync(id, question, context.Caller()!, context.RequestAborted), anchor: "#questions"));
        listing.MapPost("/report", async (Guid id, [FromForm] string? reason, [FromForm] string? text, ReportListing report, HttpContext context) =>
            Back($"/market/{id}", await report.HandleAsync(id, Member(context), reason, text, context.RequestAborted), "report"));
    }

    private static void MapMembers(RouteGroupBuilder market)
    {
        market.MapPost("/sellers/{id:guid}/block", async (Guid id, BlockMember block, HttpContext context) =>
            Back($"/market/sellers/{id}", await block.AddAsync(Member(context), id, context.RequestAborted)));
        market.MapPost("/sellers/{id:guid}/unblock", async (Guid id, BlockMember block, HttpContext context) =>
        {
            await block.RemoveAsync(Member(context), id, context.RequestAborted);
            return Back($"/market/sellers/{id}", null);
        });
        market.MapPost("/saved", async (
            [FromForm] string? q, [FromForm] string? hashtag, [FromForm] string? category, [FromForm] string? way, [FromForm] string? min, [FromForm] string? max,
            SaveSearch save, Money money, HttpContext context) =>
        {
            var least = money.TryRead(min, typed: true, out var from) ? from : (long?)null;
            var most = money.TryRead(max, typed: true, out var to) ? to : (long?)null;
            if (!SearchQuery.Read(q, hashtag, category, null, way, least, most, null, null).Succeeded(out var query, out var failure)
                || !(await save.AddAsync(Member(context), query, context.RequestAborted)).Succeeded(out _, out failure))
                return Back("/market/my", failure);
            return TypedResults.Redirect("/market/my#my-searches");
        });
        market.MapPost("/saved/{id:guid}/delete", async (Guid id, SaveSearch save, HttpContext context) =>
        {
            await save.RemoveAsync(Member(context), id, context.RequestAborted);
            return TypedResults.Redirect("/market/my#my-searches");
        });
    }

    private static void MapOperator(RouteGroupBuilder listing)
    {
        listing.MapPost("/take-down", async (Guid id, [FromForm] string? reason, DecideReports decide, HttpContext context) =>
            Back("/operator/market", await decide.TakeDownAsync(id, context.Caller()!, reason, context.RequestAborted)));
        listing.MapPost("/dismiss", async (Guid id, DecideReports decide, HttpContext context) =>
            Back("/operator/market", await decide.DismissAsync(id, context.Caller()!, context.RequestAborted)));
    }

    private static Guid Member(HttpContext context) => context.Caller()!.MemberId!.Value;

    private static RedirectHttpResult Back(string path, Failure? failure, string? done = null, string? anchor = null) => TypedResults.Redirect(
        failure is not null ? $"{path}?failure={Uri.EscapeDataString(failure.Code)}" : $"{path}{(done is null ? null : $"?done={done}")}{anchor}");
}
