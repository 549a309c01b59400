using Madang.Accounts;
using Madang.Orders.Domain;
using Madang.Orders.Storage;
using Madang.Platform.Data;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Madang.Orders.Features;

/// <summary>What one says of the other.</summary>
/// <param name="Stars">1 to 5.</param>
/// <param name="Text">Up to 1,000 letters; may be empty.</param>
/// <param name="Tags">At most five of those that are offered for the other's side.</param>
public sealed record WriteReviewRequest(int Stars, string? Text = null, IReadOnlyList<string>? Tags = null);

/// <summary>A page of a member's reviews, newest first.</summary>
/// <param name="Items">The reviews.</param>
/// <param name="Next">What to send as <c>after</c> for the next page; absent on the last.</param>
public sealed record ReviewPage(IReadOnlyList<ReviewResource> Items, string? Next);

/// <summary>Both sides review an order once, without knowing what the other wrote: shown when both have, or when the time for it is over.</summary>
internal sealed class Reviews(NpgsqlDataSource source, ReviewStore reviews, IMembers members, Announce announce, IOptions<OrdersOptions> options, TimeProvider time)
{
    public const int MostOnAPage = 50;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/orders/{id:guid}/review", async Task<Results<Ok<OrderResource>, ProblemHttpResult>> (Guid id, WriteReviewRequest request, Reviews reviews, ShowOrder show, HttpContext context) =>
                await OrderActs.AnswerAsync(await reviews.WriteAsync(OrderActs.Me(context), id, request, context.RequestAborted), id, show, context))
            .RequireMember().WithTags("Orders").WithSummary("Review the other side, once; hidden until both have, or 14 days after the end");
        routes.MapGet("/api/orders/reviews/{member:guid}", async Task<Results<Ok<ReviewPage>, ProblemHttpResult>> (Guid member, string? after, int? limit, Reviews reviews, CancellationToken cancellation) =>
                limit is < 1 or > MostOnAPage ? new Failure("review.limit", $"`limit` is from 1 to {MostOnAPage}.").ToProblem()
                : Cursor.TryRead(after, out var cursor, out var failure) ? TypedResults.Ok(await reviews.OfAsync(member, cursor, limit ?? 20, cancellation))
                : failure.ToProblem())
            .WithTags("Orders").WithSummary("What members say of a member, newest first");
    }

    public Task<Result<Guid>> WriteAsync(Guid member, Guid id, WriteReviewRequest request, CancellationToken cancellation) => source.InTransaction<Result<Guid>>(async tx =>
    {
        if (await OrderStore.LockAsync(tx, id) is not { } row || (row.BuyerId != member && row.SellerId != member))
            return MoveOrder.Unknown;
        var (author, now) = (row.BuyerId == member ? Actor.Buyer : Actor.Seller, time.GetUtcNow());
        if (!ReviewRules.Read(author, request.Stars, request.Text, request.Tags).Succeeded(out var review, out var wrong))
            return wrong;
        var written = await ReviewStore.OfOrderAsync(tx, id);
        var side = Names.Of(author);
        if (ReviewRules.MayWrite(row.ToDomain(), written.Any(one => one.Side == side), row.ForgottenAt is not null, now, options.Value.ReviewDays) is { } refused)
            return refused;
        await ReviewStore.InsertAsync(tx, new ReviewRow
        {
            OrderId = id,
            Side = side,
            AuthorId = member,
            SubjectId = author is Actor.Buyer ? row.SellerId : row.BuyerId,
            Stars = review.Stars,
            Text = review.Text,
            Tags = [.. review.Tags],
            WrittenAt = now,
        });
        if (written.Count == 1)
            await ShowAsync(tx, row, now);
        return id;
    }, cancellation);

    /// <summary>Shows what was written of an order whose row is locked; once.</summary>
    public async Task ShowAsync(NpgsqlTransaction tx, OrderRow row, DateTimeOffset now)
    {
        await ReviewStore.ShowAsync(tx, row.Id, now);
        var shown = await ReviewStore.OfOrderAsync(tx, row.Id);
        if (shown.Count == 0)
            return;
        await ReputationStore.RecountAsync(tx, [.. shown.Select(review => review.SubjectId)]);
        foreach (var subject in shown.Select(review => review.SubjectId).Order())
            await announce.Tell(tx, row.ToDomain(), subject, Announce.ReviewsShown);
    }

    public async Task<ReviewPage> OfAsync(Guid member, Cursor? after, int limit, CancellationToken cancellation)
    {
        var rows = await reviews.ShownAsync(member, after?.At, after?.Id, limit + 1, cancellation);
        var page = rows.Take(limit).ToList();
        var people = await members.FindMany([.. page.Select(review => review.AuthorId)], cancellation);
        return new ReviewPage(
            [.. page.Select(review => ShowOrder.ReviewOf(review, people))],
            rows.Count > limit ? new Cursor(page[^1].ShownAt!.Value, page[^1].OrderId).ToString() : null);
    }
}
