using Madang.Market.Domain;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Madang.Market.Features;

/// <summary><c>/api/listings</c>: what sellers do.</summary>
internal static class ListingEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/listings/{id:guid}", async Task<Results<Ok<ListingResource>, ProblemHttpResult>> (Guid id, ShowListing show, HttpContext context) =>
                (await show.HandleAsync(id, context.Caller(), context.RequestAborted)).Succeeded(out var listing, out var failure) ? TypedResults.Ok(listing) : failure.ToProblem())
            .WithTags("Listings").WithSummary("Show a listing; a draft only to its seller");

        var api = routes.MapGroup("/api/listings").RequireMember().WithTags("Listings");
        api.MapGet("/mine", MineAsync).WithSummary("List your own listings, newest first; `state` may name several, with commas");
        api.MapPost("", async Task<Results<Created<ListingResource>, ProblemHttpResult>> (ListingRequest request, SaveListing save, ShowListing show, HttpContext context) =>
            {
                if (!request.Read().Succeeded(out var content, out var failure) || !(await save.CreateAsync(Member(context), content, form: null, context.RequestAborted)).Succeeded(out var id, out failure))
                    return failure.ToProblem();
                return TypedResults.Created($"/api/listings/{id}", (await show.HandleAsync(id, context.Caller(), context.RequestAborted)).Value);
            })
            .WithSummary("Make a draft; anything may be missing yet");
        api.MapPut("/{id:guid}", async Task<Results<Ok<ListingResource>, ProblemHttpResult>> (Guid id, ListingRequest request, SaveListing save, ShowListing show, HttpContext context) =>
                request.Read().Succeeded(out var content, out var failure)
                    ? await ShownAsync(id, await save.ChangeAsync(id, Member(context), content, context.RequestAborted), show, context)
                    : failure.ToProblem())
            .WithSummary("Write a listing anew: a draft freely, a live one as far as its sale allows");
        api.MapDelete("/{id:guid}", async Task<Results<NoContent, ProblemHttpResult>> (Guid id, SaveListing save, HttpContext context) =>
                await save.DeleteAsync(id, Member(context), context.RequestAborted) is { } failure ? failure.ToProblem() : TypedResults.NoContent())
            .WithSummary("Delete a draft with its pictures");
        api.MapPost("/{id:guid}/publish", async Task<Results<Ok<ListingResource>, ProblemHttpResult>> (Guid id, PublishListing publish, ShowListing show, HttpContext context) =>
                await ShownAsync(id, await publish.PublishAsync(id, Member(context), context.RequestAborted), show, context))
            .WithSummary("Publish a draft: from now on everybody sees it");
        api.MapPost("/{id:guid}/withdraw", async Task<Results<Ok<ListingResource>, ProblemHttpResult>> (Guid id, PublishListing publish, ShowListing show, HttpContext context) =>
                await ShownAsync(id, await publish.WithdrawAsync(id, Member(context), context.RequestAborted), show, context))
            .WithSummary("Withdraw a live listing: an auction only while it has no bids");
        api.MapPost("/{id:guid}/relist", async Task<Results<Created<ListingResource>, ProblemHttpResult>> (Guid id, PublishListing publish, ShowListing show, HttpContext context) =>
                (await publish.RelistAsync(id, Member(context), context.RequestAborted)).Succeeded(out var copy, out var failure)
                    ? TypedResults.Created($"/api/listings/{copy}", (await show.HandleAsync(copy, context.Caller(), context.RequestAborted)).Value)
                    : failure.ToProblem())
            .WithSummary("List once more what was not sold: a copy goes live at once");
    }

    private static async Task<Results<Ok<ListingPage>, ProblemHttpResult>> MineAsync(string? state, string? after, int? limit, MyListings mine, HttpContext context)
    {
        var states = new List<ListingState>();
        foreach (var one in state?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            if (!Enum.TryParse<ListingState>(one, ignoreCase: true, out var known) || !Enum.IsDefined(known) || char.IsAsciiDigit(one[0]))
                return new Failure("listing.state", "States are draft, live, sold, unsold, withdrawn and takenDown.").ToProblem();
            states.Add(known);
        }
        if (!Cursor.TryRead(after, out var cursor, out var failure))
            return failure.ToProblem();
        if (limit is < 1 or > 100)
            return Limit.ToProblem();
        return TypedResults.Ok(await mine.ListAsync(Member(context), states, cursor, limit ?? 24, context.RequestAborted));
    }

    private static Failure Limit => new("market.limit", "`limit` is from 1 to 100.");

    private static Guid Member(HttpContext context) => context.Caller()!.MemberId!.Value;

    private static async Task<Results<Ok<ListingResource>, ProblemHttpResult>> ShownAsync(Guid id, Failure? failure, ShowListing show, HttpContext context) =>
        failure is null ? TypedResults.Ok((await show.HandleAsync(id, context.Caller(), context.RequestAborted)).Value) : failure.ToProblem(context);
}
